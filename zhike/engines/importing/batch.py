"""One batch of spreadsheet rows on its way into records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _, gettext_lazy

from zhike.engines.duplicates.writing import write_keys
from zhike.engines.importing.kin_likeness import KinLikeness
from zhike.engines.importing.layouts import layouts
from zhike.engines.importing.likeness import Likeness
from zhike.engines.importing.models import ImportRun
from zhike.engines.importing.reading import Line, Reader
from zhike.engines.importing.returning import bring_back
from zhike.engines.importing.seen import Seen
from zhike.engines.importing.targets import Target
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.fields.base import Context, ValueRefused
from zhike.metadata.matching import match_by_key
from zhike.metadata.object_type import ObjectType
from zhike.metadata.records import Origin, Row, RowResult, SaveResult, save
from zhike.metadata.saving import SaveBatch, context_for

KEY_AMBIGUOUS = Problem("ambiguous_key", gettext_lazy("Several records have this value."))
KEY_MISSING = Problem("key_missing", gettext_lazy("The value to find the record by is missing."))
NO_SUCH_KEY = Problem("no_such_key", gettext_lazy("No record has this value."))


@dataclass(slots=True)
class Outcome:
    """Counts of records, and the rows that were rejected with their reasons."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[tuple[Line, list[str]]] = dataclass_field(default_factory=list)


class Importer:
    """Turns batches of lines into records, as the import's mapping and mode say."""

    def __init__(
        self, run: ImportRun, object_type: ObjectType, targets: Mapping[str, Target], actor: Actor, origin: Origin
    ) -> None:
        self.object_type = object_type
        self.mode = run.mode
        self.key = run.key
        self.duplicates = run.duplicates if object_type.identity else ImportRun.Duplicates.CREATE
        self.actor = actor
        self.origin = origin
        self.context: Context = context_for(actor)
        #: Records that came back from the bin for this import.
        self.returned: set[int] = set()
        #: Of a trial: what earlier batches held, rows that would join one of those, and how many are like what.
        self.seen: Seen | None = None
        self.joined: set[int] = set()
        self.alike: Counter[str] = Counter()
        self.kin = KinLikeness(self)
        layout = layouts().get(run.layout)
        self.reader = Reader(run, layout, targets, actor, origin)
        self.child_types = {key: (target.object_type, target.via) for key, target in self.reader.child_types().items()}
        #: Children of which a parent may have two with the same title, and how many of each the file had so far.
        self.repeating = {child.object_key for child in object_type.children if child.repeats}
        self.met: Counter[tuple[str, Any, str]] = Counter()
        self.began = run.created_at

    @property
    def looks_for_duplicates(self) -> bool:
        """A trial counts them whatever is to be done with them."""
        is_trial = self.seen is not None and self.object_type.identity is not None
        return is_trial or self.duplicates != ImportRun.Duplicates.CREATE

    def prepare(self, lines: Sequence[Line]) -> tuple[list[Line], list[list[Line]], list[Row], SaveBatch]:
        """Everything that needs no lock: values, names looked up, records found, rows parsed.

        Lines with the same key are one record: their values are joined, the later ones over the earlier.
        """
        self.reader.read(lines)
        good = [line for line in lines if not line.problems]
        groups, rows = self._rows(good)
        batch = SaveBatch(self.object_type, rows, actor=self.actor, origin=self.origin, partial=True)
        batch.prepare()
        if self.looks_for_duplicates:
            likeness = Likeness(self, groups, rows, batch.parsed)
            if likeness.settle():
                groups, rows = likeness.groups, likeness.rows
                batch = SaveBatch(self.object_type, rows, actor=self.actor, origin=self.origin, partial=True)
                batch.prepare()
            self.kin.look(groups, rows, batch.parsed)
        return good, groups, rows, batch

    def _rows(self, lines: Sequence[Line]) -> tuple[list[list[Line]], list[Row]]:
        """Rows to save, each with the lines that it came from."""
        if not self.key:
            return [[line] for line in lines], [Row(line.values) for line in lines]
        keys = [self._key_value(line) for line in lines]
        found = match_by_key(
            self.object_type, self.key, [key for key in keys if key is not None], actor=self.actor, context=self.context
        )
        self._bring_back({key for key in keys if key is not None and key not in found}, found)
        groups: dict[Any, list[Line]] = {}
        for line, key in zip(lines, keys, strict=True):
            if line.problems:
                continue
            ids = found.get(key, [])
            if len(ids) > 1:
                line.refuse(self._key_label(), KEY_AMBIGUOUS)
            elif not ids and self.mode == ImportRun.Mode.UPDATE:
                line.refuse(self._key_label(), NO_SUCH_KEY)
            else:
                groups.setdefault(key if key is not None else id(line), []).append(line)
        rows = []
        for key, members in groups.items():
            ids = found.get(key, [])
            joined = {name: value for line in members for name, value in line.values.items()}
            if ids and self.mode == ImportRun.Mode.CREATE and ids[0] not in self.returned:
                joined = {}
            rows.append(Row(joined, id=ids[0] if ids else None))
        return list(groups.values()), rows

    def _bring_back(self, missing: set[Any], found: dict[Any, list[int]]) -> None:
        """Add to ``found`` what an undone import had made for the missing keys."""
        if self.mode == ImportRun.Mode.UPDATE:
            return
        back = bring_back(
            self.object_type, self.key, missing, actor=self.actor, context=self.context, origin=self.origin
        )
        self.returned.update(back.values())
        found.update({key: [pk] for key, pk in back.items()})

    def _key_label(self) -> str:
        return str(self.object_type.field(self.key).label)

    def _key_value(self, line: Line) -> Any:
        field = self.object_type.field(self.key)
        raw = line.values.get(self.key)
        if raw is None:
            if self.mode == ImportRun.Mode.UPDATE:
                line.refuse(str(field.label), KEY_MISSING)
            return None
        try:
            return field.type.parse(raw, field, self.context)
        except ValueRefused as refusal:
            line.refuse(str(field.label), Problem(refusal.code, refusal.message))
            return None

    # Writing ------------------------------------------------------------------------------------------------------

    def write(self, lines: Sequence[Line], groups: Sequence[Sequence[Line]], batch: SaveBatch) -> Outcome:
        """Write a prepared batch and its child records; inside a write transaction."""
        try:
            result = batch.write() if batch.rows else SaveResult([])
        except IntegrityError:
            result = save(self.object_type, batch.rows, actor=self.actor, origin=self.origin, partial=True)
        outcome = Outcome(result.count("created"), result.count("updated"), result.count("unchanged"))
        if self.duplicates != ImportRun.Duplicates.CREATE:
            # The next rows of the file are compared with these.
            write_keys(self.object_type, [row.id for row in result.rows if row.action == "created" and row.id])
        self.kin.note(groups, result)
        self._count_returned(result, outcome)
        if self.seen is not None:
            self._count_seen(groups, batch, result, outcome)
        parents: list[tuple[Line, int]] = []
        for members, row in zip(groups, result.rows, strict=True):
            for line in members:
                if row.problems:
                    self._refuse(line, row)
                elif row.id is not None:
                    parents.append((line, row.id))
        for child, via in self.child_types.values():
            self._write_children(child, via, parents)
        outcome.rejected = [(line, reasons(line)) for line in lines if line.problems]
        return outcome

    def _count_returned(self, result: SaveResult, outcome: Outcome) -> None:
        """Whoever imports again after undoing reads of new records, as the first time."""
        back = [row.action for row in result.rows if row.id in self.returned and not row.problems]
        outcome.created += len(back)
        outcome.updated -= back.count("updated")
        outcome.unchanged -= back.count("unchanged")

    def _count_seen(
        self, groups: Sequence[Sequence[Line]], batch: SaveBatch, result: SaveResult, outcome: Outcome
    ) -> None:
        """Rows of a trial that an earlier batch would have created: the real run finds a record there."""
        seen = self.seen
        made = [
            (members, row, values)
            for members, row, values in zip(groups, result.rows, batch.parsed, strict=True)
            if row.action == "created" and not row.problems
        ]
        unique = [field.key for field in self.object_type.active_fields if field.unique or field.key == self.key]
        fresh = []
        held = (
            {key: seen.holders(key, [str(v[key]) for _m, _r, v in made if v.get(key)]) for key in unique}
            if seen
            else {}
        )
        for members, row, values in made:
            taken = {key: line for key in unique if (line := held[key].get(str(values.get(key)))) is not None}
            if self.key in taken or members[0].number in self.joined:
                outcome.created -= 1
                outcome.updated += 1
            elif taken:
                outcome.created -= 1
                row.problems = {key: [in_row(line)] for key, line in taken.items()}
            else:
                fresh.append((members[0].number, values))
        self.joined.clear()
        if seen is not None:
            seen.add(fresh)

    def _refuse(self, line: Line, row: RowResult) -> None:
        for key, problems in row.problems.items():
            label = str(self.object_type.fields[key].label) if key in self.object_type.fields else ""
            for problem in problems:
                line.refuse(label, problem)

    def _write_children(self, child: ObjectType, via: str, parents: Sequence[tuple[Line, int]]) -> None:
        made = [(line, {**line.children[child.key], via: pk}) for line, pk in parents if child.key in line.children]
        fresh = self._without_known(child, via, made)
        if not fresh:
            return
        rows = [Row(values) for _line, values in fresh]
        result = save(child, rows, actor=self.actor, origin=self.origin, partial=True)
        for (line, _values), row in zip(fresh, result.rows, strict=True):
            for key, problems in row.problems.items():
                label = str(child.fields[key].label) if key in child.fields else ""
                for problem in problems:
                    line.refuse(f"{child.label} · {label}", problem)

    def _without_known(
        self, child: ObjectType, via: str, made: Sequence[tuple[Line, dict[str, Any]]]
    ) -> list[tuple[Line, dict[str, Any]]]:
        """Child records that are not there yet: one with the same title under the same parent is the same one.

        Where titles repeat, the file's first is the same as the first that was there before the import, and so on.
        """
        title = child.title
        column = child.field(title).column
        parents = {values[via] for _line, values in made}
        rows = child.model._default_manager.filter(deletion__isnull=True, **{f"{via}__in": parents})
        if child.key in self.repeating:
            earlier = rows.filter(created_at__lt=self.began).values_list(via, column) if column else ()
            return self._beyond(child, via, made, Counter(earlier))
        known = set(rows.values_list(via, column)) if column and parents else set()
        fresh = []
        for line, values in made:
            identity = (values[via], str(values.get(title, "")).strip())
            if identity[1] and identity in known:
                continue
            known.add(identity)
            fresh.append((line, values))
        return fresh

    def _beyond(
        self, child: ObjectType, via: str, made: Sequence[tuple[Line, dict[str, Any]]], known: Mapping[Any, int]
    ) -> list[tuple[Line, dict[str, Any]]]:
        """Child records of the file beyond as many of the same parent and title as there were."""
        fresh = []
        for line, values in made:
            parent, text = values[via], str(values.get(child.title, "")).strip()
            self.met[child.key, parent, text] += 1
            if not text or self.met[child.key, parent, text] > known.get((parent, text), 0):
                fresh.append((line, values))
        return fresh


def in_row(number: int) -> Problem:
    """Why a value that must be unique is refused in a trial."""
    return Problem("taken", _("Row %(number)d of the file has this value already.") % {"number": number})


def reasons(line: Line) -> list[str]:
    """What is wrong with a line, in words, by column."""
    told = []
    for label, problems in line.problems.items():
        for problem in problems:
            text = str(problem.message)
            told.append(_("%(column)s: %(reason)s") % {"column": label, "reason": text} if label else text)
    return told
