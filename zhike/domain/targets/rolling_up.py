"""Targets of a year as a tree: the firm, its departments and their people, with what is split below each and what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from zhike.accounts.department_tree import DepartmentTree
from zhike.accounts.models import Department, User
from zhike.domain.deals.choices import DealState
from zhike.domain.orders.choices import LIVE
from zhike.domain.targets.choices import Level, Measure, Span
from zhike.domain.targets.models import SalesTarget
from zhike.domain.targets.spans import QUARTERS, days_of, months_within
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor

FIRM = (Level.COMPANY.value, 0)
#: Level and id of a person or department; 0 for the firm.
Subject = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """One target; amounts in minor units. ``attained`` is None before the first computation and where it is hidden."""

    id: int
    amount: int
    attained: int | None
    rows: int

    @property
    def gap(self) -> int | None:
        return None if self.attained is None else max(0, self.amount - self.attained)

    @property
    def rate(self) -> int | None:
        """Whole per cents, rounded down: 100 is said of what is reached alone."""
        return None if self.attained is None else self.attained * 100 // self.amount


@dataclass(slots=True)
class Line:
    """The targets of one subject by part of the year."""

    subject: Subject
    name: str
    depth: int
    cells: dict[str, Cell] = dataclass_field(default_factory=dict)
    #: What the targets right below sum to, by part of the year; those without one count with what is below them.
    below: dict[str, int] = dataclass_field(default_factory=dict)

    def rolled(self, span: str) -> int:
        """What the subject is to reach: its target, else the sum of those below."""
        return self.cells[span].amount if span in self.cells else self.below.get(span, 0)

    def left_below(self, span: str) -> int | None:
        """What of the target nobody below has yet, less than nothing where they have more; None where it is not split."""
        if span not in self.cells or not self.below.get(span):
            return None
        return self.cells[span].amount - self.below[span]

    def left_in_time(self, span: str) -> int | None:
        """What of the target stands in no shorter part of its time; None where it is not split in time."""
        if span not in self.cells:
            return None
        parts = sum(self._over_time(part) for part in _parts(span))
        return self.cells[span].amount - parts if parts else None

    def _over_time(self, span: str) -> int:
        if span in self.cells:
            return self.cells[span].amount
        return sum(self._over_time(part) for part in _parts(span))


def _parts(span: str) -> tuple[Span, ...]:
    return QUARTERS if span == Span.YEAR else months_within(span)


def targets_of(actor: Actor, year: int, measure: str, category: int | None = None) -> list[Line]:
    """Lines in the order of the tree, of targets within the actor's sight; three queries."""
    target_type = registry.get("sales_target")
    seen: Any = policy.queryset_for(actor, target_type)
    rows: list[SalesTarget] = list(seen.filter(year=year, measure=measure, category=category).select_related("stand"))
    if not rows:
        return []
    shows = policy.comparable(actor, target_type, target_type.field("attained"))
    cells: dict[Subject, dict[str, Cell]] = defaultdict(dict)
    homes: dict[int, int | None] = {}
    for row in rows:
        subject = _subject(row)
        cells[subject][row.span] = _cell(row, shows=shows)
        if row.level == Level.PERSON:
            homes[subject[1]] = row.department_id
    rooms = dict(Department.objects.values_list("pk", "name"))
    tree = DepartmentTree(dict(Department.objects.values_list("pk", "parent_id")))
    people = dict(User.objects.filter(pk__in=homes).values_list("pk", "name"))
    return _Tree(cells, homes, rooms, people, tree).lines()


def _subject(row: SalesTarget) -> Subject:
    ids = {Level.PERSON: row.owner_id, Level.DEPARTMENT: row.department_id}
    return row.level, ids.get(Level(row.level)) or 0


def _cell(row: SalesTarget, *, shows: bool) -> Cell:
    stand = getattr(row, "stand", None)
    known = shows and stand is not None and stand.computed_at is not None
    return Cell(row.pk, row.amount, stand.attained if known and stand else None, stand.rows if known and stand else 0)


@dataclass(frozen=True, slots=True)
class _Tree:
    """Walks the departments that have targets, or something below that has."""

    cells: Mapping[Subject, dict[str, Cell]]
    homes: Mapping[int, int | None]
    rooms: Mapping[int, str]
    people: Mapping[int, str]
    tree: DepartmentTree

    def lines(self) -> list[Line]:
        used: set[int] = {key for level, key in self.cells if level == Level.DEPARTMENT}
        used |= {home for home in self.homes.values() if home is not None}
        used |= {above for room in tuple(used) for above in self.tree.ancestors(room)}
        roots = [room for room in used if self.tree.parents.get(room) is None]
        homeless = [person for person, home in self.homes.items() if home is None]
        found = list(self._below(roots, homeless, used, 1 if FIRM in self.cells else 0))
        if FIRM not in self.cells:
            return [line for line in found if line.cells or any(line.below.values())]
        firm = Line(FIRM, "", 0, dict(self.cells[FIRM]))
        self._sum(firm, [line for line in found if line.depth == 1])
        return [firm, *found]

    def _below(self, rooms: list[int], people: list[int], used: set[int], depth: int) -> Iterator[Line]:
        for room in sorted(rooms, key=lambda pk: self.rooms.get(pk, "")):
            line = Line((Level.DEPARTMENT.value, room), self.rooms.get(room, ""), depth)
            line.cells.update(self.cells.get(line.subject, {}))
            inside = [child for child in self.tree.children.get(room, ()) if child in used]
            own = [person for person, home in self.homes.items() if home == room]
            found = list(self._below(inside, own, used, depth + 1))
            self._sum(line, [child for child in found if child.depth == depth + 1])
            yield line
            yield from found
        for person in sorted(people, key=lambda pk: self.people.get(pk, "")):
            subject = (Level.PERSON.value, person)
            yield Line(subject, self.people.get(person, ""), depth, dict(self.cells[subject]))

    def _sum(self, line: Line, children: list[Line]) -> None:
        for span in Span:
            line.below[span.value] = sum(child.rolled(span.value) for child in children)


def rows_behind(
    subject: Subject, measure: str, year: int, span: str, rooms: DepartmentTree
) -> tuple[str, dict[str, Any]]:
    """Object type and filter of what counted. Returns and refunds, which take off, stand in lists of their own."""
    key, field, fixed = _ROWS[measure]
    first, last = (day.isoformat() for day in days_of(year, span))
    parts: list[dict[str, Any]] = [*fixed, {"field": field, "op": "between", "value": [first, last]}]
    level, pk = subject
    if level == Level.PERSON:
        parts.append({"field": "owner", "op": "eq", "value": pk})
    if level == Level.DEPARTMENT:
        parts.append({"field": "department", "op": "in", "value": sorted(rooms.subtree([pk]))})
    return key, {"all": parts}


_ROWS: Mapping[str, tuple[str, str, list[dict[str, Any]]]] = {
    Measure.ORDERS: ("order", "day", [{"field": "state", "op": "in", "value": [state.value for state in LIVE]}]),
    Measure.RECEIPTS: ("receipt", "day", []),
    Measure.WON: ("opportunity", "closed_at", [{"field": "state", "op": "eq", "value": DealState.WON.value}]),
}
