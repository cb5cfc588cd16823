"""Queries that every request asks with another value: their SQL is put together once a process.

Django puts the SQL of a queryset together anew each time, which costs several times as much as sending it where a query has
many parts. What differs between two runs must be one value that goes to the database as a parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet, Value
from django.db.models.query import ModelIterable
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

#: Each text of a ``PreparedValues`` once.
_texts: dict[str, str] = {}
#: A place among the ids of records.
NO_RECORD = -987_654_321_012_345
#: Where several ids go to the database as one value.
NO_RECORDS = (NO_RECORD,)

M = TypeVar("M", bound=Model)
#: A number, a text, or ids as ``listed_ids.given_ids`` hands them over.
V = TypeVar("V", int, str, Any)


class Prepared(Generic[M, V]):
    """``rows(value)`` describes the query; ``place`` is a value that no row has, to find its parameter by."""

    def __init__(self, rows: Callable[[V], QuerySet[M, Any]], *, place: V) -> None:
        self._describe: Callable[[V], QuerySet[M, Any]] = rows
        self._place: V = place
        self._built: tuple[QuerySet[M, Any], SQLCompiler, str, tuple[Any, ...]] | None = None

    def models(self, value: V) -> Iterator[M]:
        """The rows as models, with what they were joined to and annotated with."""
        rows, compiler = self._run(value)
        return iter(ModelIterable(_Run(rows, compiler)))  # type: ignore[arg-type]

    def first(self, value: V) -> M | None:
        """The first row, None when there is none; the query itself says how many to read."""
        return next(self.models(value), None)

    def tuples(self, value: V) -> list[Any]:
        """The rows of a query by ``values_list``."""
        _rows, compiler = self._run(value)
        return list(compiler.results_iter())

    def _run(self, value: V) -> tuple[QuerySet[M, Any], SQLCompiler]:
        """A compiler of this thread's connection that has its SQL already."""
        rows, built, sql, params = self._built = self._built or self._build()
        compiler = copy(built)
        compiler.connection = connection
        given = tuple(value if param == self._place else param for param in params)
        compiler.as_sql = lambda *_args, **_options: (sql, given)  # type: ignore[method-assign]
        return rows, compiler

    def _build(self) -> tuple[QuerySet[M, Any], SQLCompiler, str, tuple[Any, ...]]:
        rows = self._describe(self._place)
        compiler = rows.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        if self._place not in params:
            raise ValueError("the value does not reach the database as a parameter")
        return rows, compiler, sql, tuple(params)


class _Run:
    """What ``ModelIterable`` reads from a queryset, with the compiler at hand instead of a new one."""

    def __init__(self, rows: QuerySet[Any], compiler: SQLCompiler) -> None:
        self.db = rows.db
        self.query = self
        self._known_related_objects: dict[Any, Any] = {}
        self._compiler = compiler

    def get_compiler(self, *, using: str) -> SQLCompiler:
        """The compiler, whatever database is asked for: there is one."""
        return self._compiler


class PreparedValues(Generic[V]):
    """A query by ``values`` of which nothing but its SQL is held, for queries of which every actor has one of their own."""

    def __init__(self, rows: QuerySet[Any, Any], *, place: V) -> None:
        self._place: V = place
        self._names: tuple[str, ...] = ()
        self._params: tuple[Any, ...] = ()
        self._converters: dict[int, tuple[list[Any], Value]] = {}
        compiler = rows.query.get_compiler(connection=connection)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            # The conditions can never hold.
            self._sql: str | None = None
            return
        if place not in params:
            raise ValueError("the value does not reach the database as a parameter")
        # The same for everybody with the same rights but for the parameters.
        self._sql = _texts.setdefault(sql, sql)
        self._params = tuple(params)
        query: Query = rows.query
        self._names = tuple(query.selected or (*query.values_select, *query.annotation_select))
        for column, (steps, expression) in compiler.get_converters(found[0] for found in compiler.select).items():
            # The whole expression would hold the query that it stands in.
            self._converters[column] = (steps, Value(None, output_field=expression.output_field))

    def ask(self, value: V) -> list[dict[str, Any]]:
        """The rows for this value."""
        return [dict(zip(self._names, row, strict=True)) for row in self._fetched(value)]

    def models(self, model: type[M], value: V) -> list[M]:
        """The rows as models, of a query by all of the model's columns."""
        return [model.from_db(connection.alias, self._names, row) for row in self._fetched(value)]

    def _fetched(self, value: V) -> list[Sequence[Any]]:
        if self._sql is None:
            return []
        given = tuple(value if param == self._place else param for param in self._params)
        with connection.cursor() as cursor:
            cursor.execute(self._sql, given)
            rows: Any = cursor.fetchall()
        return [self._converted(row) for row in rows]

    def _converted(self, row: Sequence[Any]) -> Sequence[Any]:
        if not self._converters:
            return row
        cells = list(row)
        for column, (steps, expression) in self._converters.items():
            for step in steps:
                cells[column] = step(cells[column], expression, connection)
        return cells
