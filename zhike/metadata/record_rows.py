"""Records on their way into their table: the cells of new rows column by column, and what changes of stored ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from zhike.metadata.columns import converter, custom_json, custom_rows, native_columns, source_of, stored_values
from zhike.metadata.fields.base import Context
from zhike.metadata.fields.columns import readings_of
from zhike.metadata.object_type import ObjectType, Values
from zhike.metadata.storage import storage


@dataclass(frozen=True, slots=True)
class Changed:
    """A stored record that changes: its plain values before, those that differ, and the row as it was locked."""

    id: int
    before: Values
    values: Values
    stored: Values


def insert_records(object_type: ObjectType, rows: Sequence[Values], context: Context) -> list[int]:
    """Write new records from their plain values; gives their ids in order."""
    if not rows:
        return []
    table = object_type.model._meta.db_table
    ids = list(storage().allocate_ids(table, len(rows)))
    columns: list[Any] = list(object_type.model._meta.concrete_fields)
    # What no row has a value for is left to the database; drivers look twice at every None.
    cells = {
        column.column: values
        for column, values in zip(columns, _new_cells(object_type, columns, rows, ids, context), strict=True)
        if not column.null or values.count(None) < len(rows)
    }
    storage().insert_rows(table, list(cells), list(zip(*cells.values(), strict=True)))
    return ids


def _new_cells(
    object_type: ObjectType, columns: Sequence[Any], rows: Sequence[Values], ids: list[int], context: Context
) -> list[Sequence[Any]]:
    """Database values, column by column. Times and people that the system brings from elsewhere are kept."""
    now, user = context.now, context.actor.user_id
    given = set(chain.from_iterable(rows))
    fixed = {"created_at": now, "created_by": user, "updated_at": now, "updated_by": user, "version": 1}
    fixed["object"] = object_type.custom_id
    whole: dict[str, list[Any]] = {"id": list(ids), "custom": custom_rows(object_type, rows)}
    cells: list[Sequence[Any]] = []
    for column in columns:
        name, default = source_of(column), fixed.get(column.name)
        if name in whole:
            cells.append(stored_values(column, whole[name]))
        elif name in given:
            cells.append(stored_values(column, [row.get(name, default) for row in rows]))
        else:
            cells.append(list(repeat(converter(column)(default), len(rows))))
    return cells


def update_records(object_type: ObjectType, changed: Sequence[Changed], context: Context) -> None:
    """Write the columns that any of the records changes, and the next version of each."""
    if not changed:
        return
    touched = set(chain.from_iterable(row.values for row in changed))
    meta = object_type.model._meta
    columns: list[Any] = [
        meta.get_field(name) for name, field in native_columns(object_type).items() if field.key in touched
    ]
    columns += [column for of, column in readings_of(object_type.model).items() if of in touched]
    if any(object_type.fields[key].is_custom for key in touched):
        columns.append(meta.get_field("custom"))
    columns += [meta.get_field(name) for name in ("updated_at", "updated_by", "version")]
    converters = [(source_of(column), converter(column)) for column in columns]
    rows = []
    for row in changed:
        after = _updated_row(object_type, row, context)
        rows.append([*(convert(after.get(name)) for name, convert in converters), row.id])
    storage().update_rows(meta.db_table, [column.column for column in columns], rows)


def _updated_row(object_type: ObjectType, row: Changed, context: Context) -> dict[str, Any]:
    return {
        **row.before,
        **row.values,
        "custom": custom_json(object_type, row.stored["custom"], row.values),
        "updated_at": context.now,
        "updated_by": context.actor.user_id,
        "version": row.stored["version"] + 1,
    }
