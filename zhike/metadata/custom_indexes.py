"""Indexes on custom values: the ones that the definitions ask for are built, all others dropped, while people work.

The SQL is that of ``custom_sql``, to the letter, because an expression index answers only the same expression.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from django.db import connection

from zhike.metadata import registry
from zhike.metadata.custom_sql import custom_sql
from zhike.metadata.fields.base import Field
from zhike.metadata.models import CustomField, CustomObject, CustomRecord
from zhike.metadata.object_type import ObjectType, UnknownObject
from zhike.metadata.storage import storage

#: Index names: zc_<field id> serves filters and sorting of live records, zcu_<field id> finds holders of unique values too.
PREFIXES = ("zc_", "zcu_")


@dataclass(slots=True)
class Reconciled:
    """What was done, by index name."""

    built: list[str] = dataclass_field(default_factory=list)
    dropped: list[str] = dataclass_field(default_factory=list)


def indexes_reconcile(
    object_key: str, *, progress: Callable[[int, int], Any] = lambda _done, _total: None
) -> Reconciled:
    """Bring the indexes of an object's custom fields in line with their definitions; may be run at any time, again too."""
    registry.refresh()
    table = table_of(object_key)
    if table is None:
        return Reconciled()
    wanted = wanted_indexes(object_key, table)
    ids = CustomField.objects.filter(object_key=object_key).values_list("pk", flat=True)
    own = {f"{prefix}{pk}" for pk in ids for prefix in PREFIXES}
    present = {name: valid for name, valid in present_indexes(table).items() if name in own}
    done = Reconciled()
    for name, valid in present.items():
        # What a broken CONCURRENTLY leaves behind costs writes and serves nobody.
        if name not in wanted or not valid:
            drop_index(name)
            done.dropped.append(name)
    missing = [name for name in wanted if name not in present or not present[name]]
    for position, name in enumerate(missing):
        progress(position, len(missing))
        build_index(name, wanted[name])
        done.built.append(name)
    if done.built:
        renew_statistics(table)
    return done


def table_of(object_key: str) -> str | None:
    """The table of the object's records, that of a retired custom object included."""
    try:
        return registry.get(object_key).model._meta.db_table
    except UnknownObject:
        made = CustomObject.objects.filter(key=object_key).exists()
        return CustomRecord._meta.db_table if made else None


def wanted_indexes(object_key: str, table: str) -> dict[str, str]:
    """What follows CREATE INDEX, by index name."""
    try:
        object_type = registry.get(object_key)
    except UnknownObject:
        return {}
    fields = [field for field in object_type.active_fields if field.is_custom and field.type.sortable]
    return {
        f"{'zcu_' if field.unique else 'zc_'}{field.custom_id}": definition(object_type, field, table)
        for field in fields
        if field.unique or field.indexed
    }


def definition(object_type: ObjectType, field: Field, table: str) -> str:
    """Table, columns and condition; the id makes the order of pages total."""
    value = custom_sql(field.key, field.type.sql_kind, connection.vendor, '"custom"')
    conditions = [] if field.unique else ['"deletion_id" IS NULL']
    if object_type.custom_id is not None:
        conditions.append(f'"object_id" = {int(object_type.custom_id)}')
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f'ON "{table}" ({value}, "id"){where}'


def present_indexes(table: str) -> dict[str, bool]:
    """Whether each index on custom values is valid, by name."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                " WHERE i.indrelid = %s::regclass AND starts_with(c.relname, 'zc')",
                [f'"{table}"'],
            )
        else:
            cursor.execute(
                "SELECT name, 1 FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND name GLOB 'zc*'", [table]
            )
        return {name: bool(valid) for name, valid in cursor.fetchall()}


def concurrently() -> str:
    """PostgreSQL builds without stopping writers, which no transaction can contain."""
    return "CONCURRENTLY " if connection.vendor == "postgresql" and not connection.in_atomic_block else ""


def build_index(name: str, definition: str) -> None:
    run(f'CREATE INDEX {concurrently()}IF NOT EXISTS "{name}" {definition}')


def drop_index(name: str) -> None:
    run(f'DROP INDEX {concurrently()}IF EXISTS "{name}"')


def run(statement: str) -> None:
    if concurrently():
        with connection.cursor() as cursor:
            cursor.execute(statement)
        return
    with storage().write_transaction(), connection.cursor() as cursor:
        cursor.execute(statement)


def renew_statistics(table: str) -> None:
    """PostgreSQL knows nothing of an expression's values before it has counted them; SQLite needs no counts here."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'ANALYZE "{table}"')
