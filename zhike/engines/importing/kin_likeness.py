"""Rows of a file that are the same as records of other types: none is refused for it, but people are told, and decide later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from zhike.engines.duplicates.kin_finding import KinFound, kin_found_of_many, shown_kin
from zhike.engines.duplicates.kin_pairs import kin_pairs_note
from zhike.engines.duplicates.words import reasons_text
from zhike.engines.importing.reading import Line
from zhike.metadata.object_type import Values
from zhike.metadata.records import Row, SaveResult

if TYPE_CHECKING:
    from zhike.engines.importing.batch import Importer


class KinLikeness:
    """Matches of other types among the new rows of a batch: counted and shown by a trial, put among the candidates otherwise."""

    def __init__(self, importer: Importer) -> None:
        self.importer = importer
        #: Matches of the rows of the batch by the number of their first line.
        self.hits: dict[int, list[KinFound]] = {}
        #: Of a trial: row number, and type, title, address and reasons of the best match.
        self.told: list[Any] = []

    def look(self, groups: Sequence[Sequence[Line]], rows: Sequence[Row], plain: Sequence[Values]) -> None:
        """Compare the rows that would be created; three queries a type."""
        new = [place for place, row in enumerate(rows) if row.id is None]
        importer = self.importer
        found = kin_found_of_many(importer.object_type, [plain[place] for place in new], actor=importer.actor)
        self.hits = {groups[place][0].number: hits for place, hits in zip(new, found, strict=True) if hits}
        if importer.seen is not None:
            importer.alike["alike_kin"] += len(self.hits)
            for number, hits in self.hits.items():
                for object_type, hint in shown_kin(hits[:1], importer.context):
                    words = reasons_text(hint.reasons)
                    self.told.append([number, str(object_type.label), hint.title, hint.url, words])

    def note(self, groups: Sequence[Sequence[Line]], result: SaveResult) -> None:
        """Put the created rows and their matches among the candidates; inside the transaction of the write."""
        kin_pairs_note(
            (self.importer.object_type, row.id, hit)
            for members, row in zip(groups, result.rows, strict=True)
            if row.action == "created" and row.id is not None and not row.problems
            for hit in self.hits.get(members[0].number, ())
        )
        self.hits = {}
