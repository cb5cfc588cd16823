"""Loading an empty database through the write path: nothing is looked at twice, and indexes are built when all rows are there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

from zhike.metadata.changes import sealed_at_once
from zhike.metadata.columns import links_fields
from zhike.metadata.models import Change, TimelineEntry
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage

#: Called with indexes built and indexes in all.
Told = Callable[[int, int], None]


@contextmanager
def loading(object_types: Iterable[ObjectType], told: Told) -> Iterator[None]:
    """Many records of these types are saved by who is alone in the database, which is thrown away should this fail."""
    with sealed_at_once():
        statements = storage().index_statements(sorted(_tables(object_types)))
        _each(f'DROP INDEX "{name}"' for name in statements)
        yield
        for done, statement in enumerate(statements.values()):
            told(done, len(statements))
            _each([statement])
        told(len(statements), len(statements))


def _tables(object_types: Iterable[ObjectType]) -> set[str]:
    """What is written with a record: its row, its links to many, its change and its entry in the timeline."""
    found = {model._meta.db_table for model in (Change, TimelineEntry)}
    for object_type in object_types:
        found.add(object_type.model._meta.db_table)
        for field in links_fields(object_type).values():
            column = object_type.model._meta.get_field(field.column or "")
            found.add(column.remote_field.through._meta.db_table)  # type: ignore[union-attr]
    return found


def _each(statements: Iterable[str]) -> None:
    with storage().write_transaction(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
