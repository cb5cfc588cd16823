"""A figure as an SQL expression: comparable, sortable and shown like any native column."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    F,
    Func,
    OuterRef,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.db.models.sql.compiler import SQLCompiler

from zhike.engines.figures.models import FigureRow
from zhike.metadata.custom_sql import checked_key
from zhike.metadata.fields.base import FieldType

#: Moments are compared as Django writes them into SQLite: a blank for the T, no zone, no fraction where it is zero.
SQLITE_MOMENT = (
    "(replace(substr(json_extract({column}, '$.{key}'), 1, 19), 'T', ' ')"
    " || CASE WHEN substr(json_extract({column}, '$.{key}'), 20, 7) = '.000000' THEN ''"
    " ELSE substr(json_extract({column}, '$.{key}'), 20, 7) END)"
)
SQLITE_VALUE = "json_extract({column}, '$.{key}')"
#: Field type → SQL on SQLite, cast on PostgreSQL, and the column that tells Django what it reads.
KINDS: dict[str, tuple[str, str, Any]] = {
    "datetime": (SQLITE_MOMENT, "timestamptz", DateTimeField()),
    "date": (SQLITE_VALUE, "date", DateField()),
    "integer": (SQLITE_VALUE, "bigint", BigIntegerField()),
    "money": (SQLITE_VALUE, "bigint", BigIntegerField()),
    "decimal": (SQLITE_VALUE, "numeric", DecimalField(max_digits=20, decimal_places=6)),
    "percent": (SQLITE_VALUE, "numeric", DecimalField(max_digits=20, decimal_places=6)),
    "boolean": (SQLITE_VALUE, "boolean", BooleanField()),
    "text": (SQLITE_VALUE, "text", CharField()),
    "choice": (SQLITE_VALUE, "text", CharField()),
}


class _StoredValue(Func):
    """One value of ``FigureRow.values``."""

    def __init__(self, column: Any, *, key: str, kind: str) -> None:
        self.figure_key = checked_key(key)
        self.kind = kind
        super().__init__(column, output_field=KINDS[kind][2])

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        sqlite, cast, _output = KINDS[self.kind]
        if connection.vendor == "sqlite":
            return sqlite.format(column=column, key=self.figure_key), tuple(params)
        return f"(({column}->>'{self.figure_key}')::{cast})", tuple(params)


def figure_value(object_key: str, key: str, kind: FieldType, default: Any) -> Any:
    """The figure of the outer query's record."""
    rows = FigureRow.objects.filter(object_key=object_key, record_id=OuterRef("pk"))
    output = KINDS[kind.key][2]
    stored = Subquery(rows.values(_value=_StoredValue(F("values"), key=key, kind=kind.key)), output_field=output)
    return stored if default is None else Coalesce(stored, Value(default), output_field=output)
