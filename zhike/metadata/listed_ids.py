"""Ids that a small query gives or that are given, in forms that let the database use the index of the primary key."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection as database
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Lookup, Q, QuerySet
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler

#: Shorter lists are said one by one.
LONG = 100


class AmongFew(In):
    """``id IN (SELECT …)`` whose rows are few.

    Beside an OR PostgreSQL takes such a subquery for half of the table and reads all of it (100,000 rows: 50 ms instead of
    3). As an array that is computed first it counts for ten, and the indexes of all alternatives are used.
    """

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} = ANY(ARRAY{right})", (*left_params, *right_params)


def among_few(ids: QuerySet[Any, Any]) -> Q:
    """The condition that the primary key is among the ids that a ``values()`` queryset of one column gives."""
    return Q(AmongFew(F("pk"), ids.query))


class AmongGiven(Lookup):
    """``id`` among ids that go to the database as one value, so that the SQL is the same for any number of them."""

    lookup_name = "among_given"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} IN (SELECT value FROM json_each(%s))", (*params, self.rhs)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", (*params, self.rhs)


def among_given(value: Any) -> Q:
    """The condition that the primary key is among ``given_ids(…)``, or what stands in their place until they are known."""
    return Q(AmongGiven(F("pk"), value))


def given_ids(ids: Iterable[int]) -> Any:
    """Ids as the value that ``AmongGiven`` compares with."""
    return list(ids) if database.vendor == "postgresql" else json.dumps(list(ids))


def among(column: str, ids: Collection[int]) -> Q:
    """The condition that a column of whole numbers, a key or a link, is among these.

    Django takes longer to prepare thousands of parameters than the database to find their rows, so a long list is one value.
    """
    return Q(AmongGiven(F(column), given_ids(ids))) if len(ids) > LONG else Q(**{f"{column}__in": list(ids)})
