"""SQL for values inside the ``custom`` JSON column, written so that expression indexes match on both databases.

The key is part of the SQL text, never a parameter: a parameter (as Django's own key transforms use) hides the expression
from the index. Keys are therefore validated here again, at the last place before SQL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Field, FloatField, Func, JSONField, TextField
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    ModelField = Field[Any, Any]

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")

#: Per kind of comparison: SQLite and PostgreSQL templates over the column, and what Django believes it returns.
TEMPLATES: dict[str, tuple[str, str, Any]] = {
    "text": ("json_extract({column}, '$.{key}')", "(({column}->>'{key}') COLLATE \"C\")", TextField),
    "number": ("json_extract({column}, '$.{key}')", "(({column}->>'{key}')::numeric)", FloatField),
    "boolean": ("json_extract({column}, '$.{key}')", "(({column}->>'{key}')::boolean)", BooleanField),
    "json": ("json_extract({column}, '$.{key}')", "({column}->'{key}')", JSONField),
}


def checked_key(key: str) -> str:
    """Return a key that may stand in SQL text; anything else is a bug or an attack."""
    if not KEY.match(key):
        raise ValueError(f"not a field key: {key!r}")
    return key


def custom_sql(key: str, kind: str, vendor: str, column: str = "custom") -> str:
    """SQL of one custom value, for queries and for CREATE INDEX alike."""
    sqlite, postgresql, _ = TEMPLATES[kind]
    template = sqlite if vendor == "sqlite" else postgresql
    return template.format(column=column, key=checked_key(key))


class CustomValue(Func):
    """One value of the custom column as an expression: comparable, sortable, indexable."""

    def __init__(self, column: Any, *, key: str, kind: str, output_field: ModelField | None = None) -> None:
        self.custom_key = checked_key(key)
        self.kind = kind
        super().__init__(column, output_field=output_field or TEMPLATES[kind][2]())

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
        return custom_sql(self.custom_key, self.kind, connection.vendor, column), tuple(params)


def custom_value(key: str, kind: str, column: str = "custom", *, output_field: ModelField | None = None) -> CustomValue:
    """Expression for the custom value ``key`` compared as ``kind`` (a key of ``TEMPLATES``).

    ``output_field`` says more exactly what Python gets, such as whole numbers; the SQL stays that of the index.
    """
    return CustomValue(F(column), key=key, kind=kind, output_field=output_field)
