"""Comparisons as conditions that mean the same on both databases, for columns and for custom values.

Every condition is either true or false, never unknown: a record without the value fails each comparison and passes its
negation, so that ``not`` in the filter language keeps its everyday meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Expression, F, Func, Q, Value
from django.db.models.lookups import (
    EndsWith,
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    IContains,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
    StartsWith,
)
from django.db.models.sql.compiler import SQLCompiler

from zhike.metadata.fields.base import Condition

LAST_CHARACTER = 0x10FFFF
SURROGATES = range(0xD800, 0xE000)

#: Filter operators that are one SQL comparison with one value.
ORDERINGS = {"lt": LessThan, "lte": LessThanOrEqual, "gt": GreaterThan, "gte": GreaterThanOrEqual}


def after_prefix(prefix: str) -> str | None:
    """The least text above every text that starts with ``prefix``; None when there is none."""
    for position in range(len(prefix) - 1, -1, -1):
        following = ord(prefix[position]) + 1
        if following in SURROGATES:
            following = SURROGATES.stop
        if following <= LAST_CHARACTER:
            return prefix[:position] + chr(following)
    return None


class HasPrefix(StartsWith):
    """``lhs`` starts with ``rhs``, written so that an index answers it.

    Where text is ordered by code point (SQLite, and custom values on PostgreSQL by COLLATE "C") that is a range; other
    columns of PostgreSQL follow the collation of the database, where only LIKE is right.
    """

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        lhs, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql" and "COLLATE" not in lhs:
            pattern = connection.ops.prep_for_like_query(self.rhs) + "%"
            return f"{lhs} LIKE %s", (*params, pattern)
        bound = after_prefix(self.rhs)
        if bound is None:
            return f"{lhs} >= %s", (*params, self.rhs)
        return f"{lhs} >= %s AND {lhs} < %s", (*params, self.rhs, *params, bound)


class Usual(Func):
    """A condition that holds for many rows; without it SQLite takes every comparison for one that leaves few.

    It would gather and sort the 200,000 customers of a stage to show the first 50 by name, of which it finds as many among the
    first few hundred names.
    """

    template = "%(expressions)s"
    output_field = BooleanField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        return self.as_sql(compiler, connection, template="likely(%(expressions)s)", **extra)


def known(expression: Expression | F) -> Q:
    return Q(IsNull(expression, False))


def is_empty(expression: Expression | F) -> Condition:
    return Q(IsNull(expression, True))


def settled(lookup: Any, expression: Expression | F) -> Q:
    """The comparison, false instead of unknown where there is no value."""
    return Q(lookup) & known(expression)


def equal(expression: Expression | F, value: Any, *, usual: bool = False) -> Q:
    """``usual`` where each value is that of many records."""
    lookup = Exact(expression, typed(expression, value))
    return settled(Usual(lookup) if usual else lookup, expression)


def one_of(expression: Expression | F, values: Sequence[Any], *, usual: bool = False) -> Q:
    """``usual`` where each value is that of many records."""
    if not values:
        return nothing()
    lookup = In(expression, [typed(expression, value) for value in values])
    return settled(Usual(lookup) if usual else lookup, expression)


def ordered(expression: Expression | F, operator: str, value: Any) -> Q:
    """``operator`` is lt, lte, gt or gte."""
    return settled(ORDERINGS[operator](expression, typed(expression, value)), expression)


def between(expression: Expression | F, low: Any, high: Any) -> Q:
    """From ``low`` to ``high``, both included; None leaves that side open."""
    condition = Q()
    if low is not None:
        condition &= ordered(expression, "gte", low)
    if high is not None:
        condition &= ordered(expression, "lte", high)
    return condition


def contains(expression: Expression | F, text: str) -> Q:
    """Whether ``text`` occurs, upper and lower case alike."""
    return settled(IContains(expression, text), expression)


def starts_with(expression: Expression | F, prefix: str) -> Q:
    return settled(HasPrefix(expression, prefix), expression)


def ends_with(expression: Expression | F, suffix: str) -> Q:
    return settled(EndsWith(expression, suffix), expression)


def nothing() -> Q:
    """No record at all."""
    return Q(pk__in=[])


def typed(expression: Expression | F, value: Any) -> Value:
    """The value as a parameter of the expression's type; a column brings its own when the query resolves it."""
    if isinstance(expression, F):
        return Value(value)
    return Value(value, output_field=expression.output_field)
