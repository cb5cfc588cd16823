"""Rows straight into the tables, past validation: the write path would need hours for what is only the ground of a measurement.

What a row leaves behind is what ``records.py`` would leave: the row, its links, its change and its timeline entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from zhike.metadata import timeline
from zhike.metadata.columns import converter, custom_json, links_fields, source_of
from zhike.metadata.linking import write_links
from zhike.metadata.models import Batch, Change
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage

CHANGE_COLUMNS = ("seq", "txid", "batch_id", "at", "actor_id", "object_key", "record_id", "action", "version", "hash")


class Bulk:
    """Writes rows of plain values; the changes come sealed, so that no worker has to seal millions."""

    def __init__(self) -> None:
        now = timezone.now()
        self.now: datetime = now
        self.batch = Batch.objects.create(at=now, source="system", label="benchmark", object_key="customer")
        self.seq = Change.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
        self._at = converter(Change._meta.get_field("at"))(now)

    def insert(self, object_type: ObjectType, rows: Sequence[dict[str, Any]]) -> list[int]:
        """Ids of the new rows; inside a write transaction."""
        if not rows:
            return []
        meta = object_type.model._meta
        ids = storage().allocate_ids(meta.db_table, len(rows))
        columns: list[Any] = list(meta.concrete_fields)
        converters = [(source_of(column), converter(column)) for column in columns]
        fixed = {"version": 1, "object": object_type.custom_id, "created_at": self.now, "updated_at": self.now}
        has_custom = any(field.is_custom for field in object_type.fields.values())
        whole = [
            {**fixed, **row, "id": pk, "custom": custom_json(object_type, {}, row) if has_custom else {}}
            for pk, row in zip(ids, rows, strict=True)
        ]
        storage().insert_rows(
            meta.db_table,
            [column.column for column in columns],
            [[convert(row.get(name)) for name, convert in converters] for row in whole],
        )
        if links_fields(object_type):
            write_links(object_type, ids, rows, {}, range(len(rows)))
        self._log(object_type, ids)
        timeline.write(object_type, dict(zip(ids, rows, strict=True)), actor_id=None, new=True)
        return ids

    def _log(self, object_type: ObjectType, ids: Sequence[int]) -> None:
        rows = [
            (self.seq + place, 0, self.batch.pk, self._at, None, object_type.key, pk, "create", 1, "")
            for place, pk in enumerate(ids, start=1)
        ]
        self.seq += len(ids)
        storage().insert_rows(Change._meta.db_table, CHANGE_COLUMNS, rows)


@contextmanager
def without_indexes(tables: Sequence[str]) -> Iterator[None]:
    """Drop the indexes of tables that constraints do not need, look at no foreign keys, and build the indexes again."""
    found = storage().index_statements(tables)
    with connection.cursor() as cursor:
        for name in found:
            cursor.execute(f'DROP INDEX "{name}"')
        for statement in _hurried():
            cursor.execute(statement)
    yield
    with connection.cursor() as cursor:
        for statement in found.values():
            cursor.execute(statement)
        cursor.execute("RESET session_replication_role" if connection.vendor == "postgresql" else "SELECT 1")


def _hurried() -> list[str]:
    if connection.vendor == "postgresql":
        return [
            "SET session_replication_role = replica",
            "SET synchronous_commit = off",
            "SET maintenance_work_mem = '1GB'",
            "SET max_parallel_maintenance_workers = 2",
        ]
    return ["PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -1000000"]
