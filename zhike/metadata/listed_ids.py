"""The ids that a small query gives, in a form that lets the database use the index of the primary key."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Q, QuerySet
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler


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
