"""Cells of a row become raw values by field: alone, or several columns together, said in the words of a layout."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from zhike.engines.importing.layouts import Case, Layout, Rule
from zhike.engines.importing.lookup import Lookup
from zhike.engines.importing.models import ImportRun
from zhike.engines.importing.targets import Target, plain
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem, Problems
from zhike.metadata.fields.base import Piece
from zhike.metadata.records import Origin

AS_IT_IS = Rule("")


@dataclass(slots=True)
class Line:
    """One row of the file: its number there (the heading is 1), its cells, and what was made of them."""

    number: int
    cells: Sequence[Any]
    values: dict[str, Any] = dataclass_field(default_factory=dict)
    #: Values of child records by their object key.
    children: dict[str, dict[str, Any]] = dataclass_field(default_factory=dict)
    problems: Problems = dataclass_field(default_factory=dict)
    #: What the words of a layout do not cover, for the note.
    leftover: list[Piece] = dataclass_field(default_factory=list)

    def refuse(self, key: str, problem: Problem) -> None:
        self.problems.setdefault(key, []).append(problem)

    def put(self, target: Target, value: Any) -> None:
        place = self.children.setdefault(target.object_type.key, {}) if target.is_child else self.values
        place[target.field.key] = value

    def has(self, target: Target) -> bool:
        place = self.children.get(target.object_type.key, {}) if target.is_child else self.values
        return target.field.key in place


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file on its way to a target."""

    position: int
    heading: str
    target: Target
    rule: Rule
    nothing: frozenset[str] = frozenset()

    def read(self, line: Line) -> Any:
        """The cell in our words; "" where it says nothing."""
        value = cell(line, self.position)
        if value == "" or value is None or (self.nothing and value in self.nothing):
            return ""
        if self.rule is AS_IT_IS:
            return value
        found, is_loss = self.rule.value(value)
        if is_loss:
            line.leftover.append(Piece("+", self.heading, value))
        return found

    def cells(self, lines: Sequence[Line]) -> list[Any]:
        """``read`` for many lines."""
        if self.nothing or self.rule is not AS_IT_IS:
            return [self.read(line) for line in lines]
        return ["" if (value := cell(line, self.position)) is None else value for line in lines]


class Plan:
    """Which columns make which values, for the rows of one case (None: all the others)."""

    def __init__(self, columns: Iterable[Column], case: Case | None, fill: Mapping[str, str]) -> None:
        self.case = case
        self.fill = fill
        #: Columns by the field that they make together.
        self.groups: dict[tuple[str, str], list[Column]] = {}
        for column in columns:
            place = (column.target.object_type.key if column.target.is_child else "", column.target.field.key)
            self.groups.setdefault(place, []).append(column)


class Reader:
    """Reads lines as an import's mapping and layout say; names become links."""

    def __init__(
        self, run: ImportRun, layout: Layout | None, targets: Mapping[str, Target], actor: Actor, origin: Origin
    ) -> None:
        self.targets = targets
        self.origin = origin
        self.headers = [plain(heading) for heading in run.headers]
        self.note = targets.get(layout.note) if layout else None
        chosen = {int(position): targets[key] for position, key in run.mapping.items()}
        rules = layout.columns if layout else {}
        self.nothing = layout.nothing if layout else frozenset[str]()
        columns = [
            Column(position, run.headers[position], target, self._rule(rules, position, target), self.nothing)
            for position, target in sorted(chosen.items())
        ]
        self.plans = [Plan(columns, None, layout.fill if layout else {})]
        for case in layout.cases if layout else ():
            self.plans.insert(-1, Plan(self._of_case(case, run.headers), case, case.fill))
        self.lookups: dict[tuple[str, str], Lookup] = {}
        for plan in self.plans:
            for place, members in plan.groups.items():
                field = members[0].target.field
                if field.type.link_targets(field) and place not in self.lookups:
                    self.lookups[place] = Lookup(field, actor, creates=run.creates_links)

    def child_types(self) -> dict[str, Target]:
        """One target of each kind of child record that rows may make."""
        every = (column.target for plan in self.plans for members in plan.groups.values() for column in members)
        return {target.object_type.key: target for target in every if target.is_child}

    def _rule(self, rules: Mapping[str, Rule], position: int, target: Target) -> Rule:
        """The layout's words hold as long as the column goes where the layout says."""
        rule = rules.get(self.headers[position])
        return rule if rule is not None and rule.to == target.key else AS_IT_IS

    def _of_case(self, case: Case, headers: Sequence[str]) -> list[Column]:
        """The columns that the case names; others say nothing in such rows."""
        return [
            Column(position, headers[position], self.targets[rule.to], rule, self.nothing)
            for position, heading in enumerate(self.headers)
            if (rule := case.columns.get(heading)) is not None and rule.to in self.targets
        ]

    def read(self, lines: Sequence[Line]) -> None:
        """Fill ``values`` and ``children`` of the lines, links already ids; empty cells say nothing."""
        for plan, members in self._by_plan(lines):
            for place, columns in plan.groups.items():
                self._read_field(place, columns, members)
            self._fill(plan, members)
        for line in lines:
            if line.leftover and self.note is not None:
                told = line.values.get(self.note.field.key)
                pieces = [*([Piece("", "", told)] if told else []), *line.leftover]
                line.values[self.note.field.key] = self.note.field.type.join(pieces, self.note.field)

    def _by_plan(self, lines: Sequence[Line]) -> Iterable[tuple[Plan, Sequence[Line]]]:
        if len(self.plans) == 1:
            return [(self.plans[0], lines)]
        found: list[tuple[Plan, list[Line]]] = [(plan, []) for plan in self.plans]
        for line in lines:
            row = {heading: plain(str(cell(line, position))) for position, heading in enumerate(self.headers)}
            next(members for plan, members in found if plan.case is None or plan.case.fits(row)).append(line)
        return found

    def _read_field(self, place: tuple[str, str], columns: Sequence[Column], lines: Sequence[Line]) -> None:
        target, lookup = columns[0].target, self.lookups.get(place)
        is_single = len(columns) == 1 and not target.part
        cells = columns[0].cells(lines) if is_single else [self._joined(columns, line, lookup) for line in lines]
        read = self._cell_reader(target, lookup, cells, joined=not is_single)
        child, key = target.object_type.key if target.is_child else "", target.field.key
        for line, value in zip(lines, cells, strict=True):
            if value == "":
                continue
            found = read(value)
            if type(found) is Problem:
                line.refuse(target.label, found)
            else:
                (line.children.setdefault(child, {}) if child else line.values)[key] = found

    def _joined(self, columns: Sequence[Column], line: Line, lookup: Lookup | None) -> Any:
        field = columns[0].target.field
        pieces = [
            (column.rule.is_family_name, Piece(column.target.part, column.heading, value))
            for column in columns
            if (value := column.read(line)) != ""
        ]
        if not pieces:
            return ""
        if lookup is not None:
            return ";".join(str(piece.cell) for _first, piece in pieces)
        if any(is_family and not str(piece.cell).isascii() for is_family, piece in pieces):
            pieces.sort(key=lambda found: not found[0])
        return field.type.join([piece for _first, piece in pieces], field)

    def _cell_reader(
        self, target: Target, lookup: Lookup | None, cells: Sequence[Any], *, joined: bool
    ) -> Callable[[Any], Any]:
        """What makes a raw value, or a Problem, of a cell of the field."""
        field, from_cell = target.field, target.field.type.from_cell
        if lookup is None:
            return (lambda value: value) if joined else (lambda value: from_cell(value, field))
        lookup.learn((value for value in cells if value != ""), self.origin)
        known: dict[str, Any] = {}

        def read(value: Any) -> Any:
            found = known.get(value) if isinstance(value, str) else None
            if found is None:
                found, problem = lookup.resolve(from_cell(value, field))
                found = found if problem is None else problem
                if isinstance(value, str):
                    known[value] = found
            return found

        return read

    def _fill(self, plan: Plan, lines: Sequence[Line]) -> None:
        for key, value in plan.fill.items():
            target = self.targets.get(key)
            for line in lines if target is not None else ():
                if target is not None and not line.has(target):
                    line.put(target, value)

    def forget(self) -> None:
        """Forget names, after what was created on the way has been rolled back."""
        for lookup in self.lookups.values():
            lookup.forget()


def cell(line: Line, position: int) -> Any:
    """The cell at a position; rows may be shorter than the heading."""
    return line.cells[position] if position < len(line.cells) else ""
