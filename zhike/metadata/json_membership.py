"""Conditions on lists and objects kept as JSON, in a column of their own or inside ``custom``, for both databases.

Each is true or false, never unknown. SQLite walks the list; PostgreSQL asks for containment, which a GIN index answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Expression, F, Func, TextField
from django.db.models.sql.compiler import SQLCompiler

from zhike.metadata.custom_sql import CustomValue, checked_key

Sql = tuple[str, tuple[Any, ...]]


def json_text(value: Any) -> str:
    return orjson.dumps(value).decode()


class JsonCondition(Func):
    """Base of the conditions here: one JSON value, compared by SQL of the database at hand."""

    def __init__(self, expression: Expression | F, values: Sequence[Any] = ()) -> None:
        self.values = tuple(values)
        super().__init__(expression, output_field=BooleanField())

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> Sql:
        source: Any = self.source_expressions[0]
        if connection.vendor == "postgresql":
            column, params = compiler.compile(source)
            return self.postgresql(column, tuple(params))
        # json_each fails on a bare text, which json_extract gives for one; with a path it never does.
        if isinstance(source, CustomValue):
            column, params = compiler.compile(source.source_expressions[0])
            return self.sqlite(f"json_each({column}, '$.{source.custom_key}')", tuple(params))
        column, params = compiler.compile(source)
        return self.sqlite(f"json_each({column})", tuple(params))

    def sqlite(self, each: str, params: tuple[Any, ...]) -> Sql:
        """``each`` is a table of the JSON value's items."""
        raise NotImplementedError

    def postgresql(self, column: str, params: tuple[Any, ...]) -> Sql:
        """``column`` is a jsonb value or NULL."""
        raise NotImplementedError


class HasAny(JsonCondition):
    """The list has at least one of the values."""

    def sqlite(self, each: str, params: tuple[Any, ...]) -> Sql:
        places = ", ".join(["%s"] * len(self.values))
        return f"EXISTS (SELECT 1 FROM {each} AS item WHERE item.value IN ({places}))", (*params, *self.values)

    def postgresql(self, column: str, params: tuple[Any, ...]) -> Sql:
        tests = " OR ".join([f"{column} @> %s::jsonb"] * len(self.values))
        found = [argument for value in self.values for argument in (*params, json_text([value]))]
        return f"(({tests}) AND {column} IS NOT NULL)", (*found, *params)


class HasAll(JsonCondition):
    """The list has every one of the values."""

    def sqlite(self, each: str, params: tuple[Any, ...]) -> Sql:
        places = ", ".join(["%s"] * len(self.values))
        counted = f"(SELECT COUNT(DISTINCT item.value) FROM {each} AS item WHERE item.value IN ({places})) = %s"
        return counted, (*params, *self.values, len(set(self.values)))

    def postgresql(self, column: str, params: tuple[Any, ...]) -> Sql:
        return f"({column} @> %s::jsonb AND {column} IS NOT NULL)", (*params, json_text(list(self.values)), *params)


class HasItems(JsonCondition):
    """The list or object has anything in it."""

    def sqlite(self, each: str, params: tuple[Any, ...]) -> Sql:
        return f"EXISTS (SELECT 1 FROM {each} AS item WHERE item.value IS NOT NULL)", params

    def postgresql(self, column: str, params: tuple[Any, ...]) -> Sql:
        return f"COALESCE({column} NOT IN ('null'::jsonb, '[]'::jsonb, '{{}}'::jsonb), FALSE)", params


class HasText(JsonCondition):
    """One item of the list contains the only value, upper and lower case alike."""

    def pattern(self) -> str:
        return f"%{like_literal(self.values[0])}%"

    def sqlite(self, each: str, params: tuple[Any, ...]) -> Sql:
        found = f"EXISTS (SELECT 1 FROM {each} AS item WHERE item.value LIKE %s ESCAPE '\\')"
        return found, (*params, self.pattern())

    def postgresql(self, column: str, params: tuple[Any, ...]) -> Sql:
        items = (
            f"jsonb_array_elements_text(CASE WHEN jsonb_typeof({column}) = 'array' THEN {column} ELSE '[]'::jsonb END)"
        )
        found = f"EXISTS (SELECT 1 FROM {items} AS item(value) WHERE item.value ILIKE %s)"
        return found, (*params, *params, self.pattern())


def like_literal(text: str) -> str:
    """The text as it stands for itself inside a LIKE pattern."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


class JoinedText(Func):
    """Parts of a JSON object one behind the other as text, such as an address; NULL becomes ""."""

    def __init__(self, expression: Expression | F, parts: Sequence[str]) -> None:
        self.parts = tuple(checked_key(part) for part in parts)
        super().__init__(expression, output_field=TextField())

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> Sql:
        column, params = compiler.compile(self.source_expressions[0])
        one = (
            "COALESCE({column}->>'{part}', '')"
            if connection.vendor == "postgresql"
            else "COALESCE(json_extract({column}, '$.{part}'), '')"
        )
        pieces = [one.format(column=column, part=part) for part in self.parts]
        return f"({' || '.join(pieces)})", tuple(params) * len(pieces)
