"""Rows of a file that are the same as records of the base, or as earlier rows, though no key says so: left out, updated or merged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from zhike.engines.duplicates.blocking import keys
from zhike.engines.duplicates.finding import Found, duplicates_of_many
from zhike.engines.duplicates.hints import Hint, shown_hits
from zhike.engines.duplicates.reading import traits_from
from zhike.engines.duplicates.scoring import compare
from zhike.engines.duplicates.traits import Traits
from zhike.engines.duplicates.words import reasons_text
from zhike.engines.importing.models import ImportRun
from zhike.metadata import policy
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Values
from zhike.metadata.records import Row
from zhike.metadata.undo import stored

if TYPE_CHECKING:
    from zhike.engines.importing.batch import Importer
    from zhike.engines.importing.reading import Line

#: Lines of the file that make one record.
Lines = list["Line"]


class Likeness:
    """Duplicates among the new rows of one batch, settled as the import's policy says."""

    def __init__(
        self, importer: Importer, groups: Sequence[Lines], rows: Sequence[Row], plain: Sequence[Values]
    ) -> None:
        self.importer = importer
        self.object_type = importer.object_type
        self.entries = list(zip(groups, rows, plain, strict=True))
        self.groups: list[Lines] = []
        self.rows: list[Row] = []
        self.place_of: dict[int, int] = {}
        #: Rows of earlier batches of a trial by blocking key.
        self.earlier: dict[int, list[tuple[Traits, int]]] = {}
        self.alike = importer.alike
        #: A trial tells how many rows are alike, even when they are to be created all the same.
        self.only_counts = importer.duplicates == ImportRun.Duplicates.CREATE

    def settle(self) -> bool:
        """Fill ``groups`` and ``rows`` with what remains to be saved; whether anything differs from what was given."""
        new = [values for _lines, row, values in self.entries if row.id is None]
        found = iter(duplicates_of_many(self.object_type, new, actor=self.importer.actor))
        hits = [next(found)[:1] if row.id is None else [] for _lines, row, _values in self.entries]
        best = [hit[0] for hit in hits if hit]
        told = {hint.record_id: hint for hint in shown_hits(self.object_type, best, self.importer.context)}
        ids = {hit.record_id for hit in best}
        editable = set(
            policy.queryset_for(self.importer.actor, self.object_type, "edit")
            .filter(pk__in=ids)
            .values_list("pk", flat=True)
        )
        self.earlier = self._earlier() if self.importer.seen is not None else {}
        before = (
            stored(self.object_type, sorted(editable)) if self.importer.duplicates == ImportRun.Duplicates.MERGE else {}
        )
        seen: dict[int, list[tuple[Traits, int]]] = {}
        for (lines, row, values), hit in zip(self.entries, hits, strict=True):
            if hit:
                self._known(lines, row, values, hit[0], told, editable, before)
            elif row.id is None:
                self._fresh(lines, row, values, seen)
            else:
                self._keep(lines, row)
        return len(self.rows) != len(self.entries) or (bool(best) and not self.only_counts)

    def _earlier(self) -> dict[int, list[tuple[Traits, int]]]:
        """Rows of earlier batches of a trial by blocking key."""
        seen = self.importer.seen
        read = (traits_from(self.object_type, values) for _lines, row, values in self.entries if row.id is None)
        numbers = {number for traits in read if traits is not None for number in keys(traits)}
        return seen.alike(numbers) if seen is not None else {}

    def _keep(self, lines: Lines, row: Row) -> int:
        if row.id is not None:
            if row.id in self.place_of:
                # Two rows mean one record: their values are joined, the later ones over the earlier.
                place = self.place_of[row.id]
                self.groups[place] = [*self.groups[place], *lines]
                self.rows[place] = Row({**self.rows[place].values, **row.values}, id=row.id)
                return place
            self.place_of[row.id] = len(self.rows)
        self.groups.append(lines)
        self.rows.append(row)
        return len(self.rows) - 1

    def _known(
        self,
        lines: Lines,
        row: Row,
        values: Values,
        hit: Found,
        told: dict[int, Hint],
        editable: set[int],
        before: dict[int, Values],
    ) -> None:
        """A row that is the same as a record of the base."""
        self.alike["alike_base" if hit.record_id in editable else "alike_foreign"] += 1
        if self.only_counts:
            self._keep(lines, row)
            return
        if self.importer.duplicates == ImportRun.Duplicates.SKIP or hit.record_id not in editable:
            hint = told.get(hit.record_id)
            words = {"title": hint.title if hint else "", "reasons": reasons_text(hit.match.reasons)}
            self._refuse(lines, _("This is there already: %(title)s (%(reasons)s).") % words)
        elif self.importer.duplicates == ImportRun.Duplicates.MERGE:
            self._keep(lines, Row(self._missing(row, values, before.get(hit.record_id, {})), id=hit.record_id))
        else:
            self._keep(lines, Row(row.values, id=hit.record_id))

    def _missing(self, row: Row, values: Values, held: Values) -> dict[str, Any]:
        """What the record does not have yet; lists get the items that they lack."""
        found: dict[str, Any] = {}
        for key, raw in row.values.items():
            field = self.object_type.field(key)
            if held.get(key) is None:
                found[key] = raw
            elif field.type.multiple and values.get(key):
                items = [*held[key], *(item for item in values[key] if item not in held[key])]
                found[key] = field.type.to_json(items, field)
        return found

    def _fresh(self, lines: Lines, row: Row, values: Values, seen: dict[int, list[tuple[Traits, int]]]) -> None:
        """A row that no record is the same as; perhaps an earlier row is."""
        traits = traits_from(self.object_type, values)
        if traits is None:
            self._keep(lines, row)
            return
        numbers = keys(traits)
        for other, place in (entry for number in numbers for entry in seen.get(number, ())):
            if (match := compare(traits, other)) is not None:
                self.alike["alike_file"] += 1
                if not self.only_counts:
                    self._join(lines, row, place, reasons_text(match.reasons))
                    return
                break
        else:
            if self._known_earlier(lines, traits, numbers):
                return
        place = self._keep(lines, row)
        for number in numbers:
            seen.setdefault(number, []).append((traits, place))

    def _known_earlier(self, lines: Lines, traits: Traits, numbers: Collection[int]) -> bool:
        """A row of a trial that is the same as one of an earlier batch; whether it is refused for that."""
        for other, line in (entry for number in numbers for entry in self.earlier.get(number, ())):
            if (match := compare(traits, other)) is None:
                continue
            self.alike["alike_file"] += 1
            if self.importer.duplicates == ImportRun.Duplicates.SKIP:
                self._refuse_as(lines, line, reasons_text(match.reasons))
                return True
            if not self.only_counts:
                self.importer.joined.add(lines[0].number)
            return False
        return False

    def _join(self, lines: Lines, row: Row, place: int, reasons: str) -> None:
        first = self.groups[place][0].number
        if self.importer.duplicates == ImportRun.Duplicates.SKIP:
            self._refuse_as(lines, first, reasons)
            return
        self.groups[place] = [*self.groups[place], *lines]
        held, given = self.rows[place].values, row.values
        joined = {**given, **held} if self.importer.duplicates == ImportRun.Duplicates.MERGE else {**held, **given}
        self.rows[place] = Row(joined)

    def _refuse_as(self, lines: Lines, number: int, reasons: str) -> None:
        told = {"number": number, "reasons": reasons}
        self._refuse(lines, _("The same as row %(number)d of the file (%(reasons)s).") % told)

    def _refuse(self, lines: Lines, text: str) -> None:
        for line in lines:
            line.refuse("", Problem("duplicate", text))
