"""The write path: the only way to create, change, delete and restore records, one or a thousand alike.

Form, API, import, bulk edit and services all end here: one permission check, one validation, one history. The number of
cursor calls does not depend on the number of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError

from zhike.metadata import changes
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, NotFound, Stale
from zhike.metadata.line_rows import LinesRefused
from zhike.metadata.object_type import ObjectType
from zhike.metadata.recycle_bin import delete, purge, restore
from zhike.metadata.saving import SaveBatch
from zhike.metadata.storage import storage
from zhike.metadata.writes import FROM_WEB, Origin, Row, RowResult, SaveResult, WriteEvent, after_write

__all__ = [
    "FROM_WEB",
    "Origin",
    "Row",
    "RowResult",
    "SaveResult",
    "WriteEvent",
    "after_write",
    "delete",
    "purge",
    "record_save",
    "restore",
    "save",
]


def save(
    object_type: ObjectType,
    rows: Sequence[Row],
    *,
    actor: Actor,
    origin: Origin = FROM_WEB,
    partial: bool = False,
) -> SaveResult:
    """Create and change records in one transaction.

    All or nothing, unless ``partial`` lets the good rows pass and reports the others. Raises Denied when the actor may
    neither create nor change such records at all; whatever is wrong with single rows is in the result.
    """
    batch = SaveBatch(object_type, rows, actor=actor, origin=origin, partial=partial)
    batch.prepare()
    try:
        with storage().write_transaction():
            return batch.write()
    except LinesRefused as refusal:
        return _one_by_one(batch) if batch.partial and len(rows) > 1 else batch.refused_with(refusal.problems)
    except IntegrityError:
        # A unique key was taken between the check and the insert: the second look finds its holder.
        return _save_again(batch)


def _save_again(batch: SaveBatch) -> SaveResult:
    try:
        with storage().write_transaction():
            return batch.write()
    except LinesRefused as refusal:
        return batch.refused_with(refusal.problems)
    except IntegrityError as failure:
        if len(batch.rows) == 1 or not batch.partial:
            return batch.refused_by_constraint(failure)
        return _one_by_one(batch)


def _one_by_one(batch: SaveBatch) -> SaveResult:
    """One row among many breaks a rule that only the database, or a line, knows: find it by saving each by itself."""
    results = [
        save(batch.object_type, [row], actor=batch.actor, origin=batch.origin, partial=True) for row in batch.rows
    ]
    return SaveResult([result.rows[0] for result in results], next((r.batch_id for r in results if r.batch_id), None))


def record_save(
    object_type: ObjectType,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    id: int | None = None,
    version: int | None = None,
    origin: Origin = FROM_WEB,
) -> int:
    """Save one record and return its id; raises Invalid, Stale, NotFound or Denied."""
    result = save(object_type, [Row(values, id=id, version=version)], actor=actor, origin=origin)
    row = result.rows[0]
    if row.problems:
        raise_for(object_type, row, id=id, version=version)
    return row.id or 0


def raise_for(object_type: ObjectType, row: RowResult, *, id: int | None, version: int | None) -> None:
    """Turn a refused row into the exception that single callers expect."""
    codes = {problem.code for problem in row.problems.get("", ())}
    if "not_found" in codes:
        raise NotFound(object_type.key, id or 0)
    if "denied" in codes:
        raise Denied(object_type.key, "edit")
    if "stale" in codes and id is not None:
        since = changes.changes_since(object_type, id, version or 0)
        raise Stale(current_version=row.version or 0, changes=since)
    raise Invalid(row.problems)
