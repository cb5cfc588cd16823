"""Figures that are computed together: one grouping of the rows that lead to a record, kept in columns of a table.

A single ``Figure`` costs a query of its own; a table of figures costs one statement for a range of records, whatever the
number of its figures, so that millions of rows behind them are read once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field as dataclass_field
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from zhike.engines.figures.figure import Rows
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field, Label
from zhike.metadata.object_type import ObjectType


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of a table: the column ``key`` of its model, and what it is to people.

    ``aggregate(today)`` is an ORM aggregate over the source's rows, or an expression over such; ``rows(record id)`` opens those behind it.
    """

    key: str
    label: Label
    type: str
    aggregate: Callable[[date], Any]
    rows: Callable[[int], Rows]
    help: Label = ""
    #: What records without rows have: 0 for counts, None for dates and sums.
    default: Any = None
    options: Mapping[str, Any] = dataclass_field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Figures of ``object_key`` from the live records of ``source``, which lead to it by their link ``via``.

    ``model`` has the link to the record as its primary key, a nullable column for each figure, and ``computed_at``.
    """

    object_key: str
    source: str
    via: str
    model: type[Model]
    columns: tuple[Column, ...]

    @property
    def key(self) -> str:
        return str(self.model._meta.label_lower)

    @property
    def link(self) -> str:
        """Name of the primary key's column."""
        return str(self.model._meta.pk.column) if self.model._meta.pk else ""

    def rows(self) -> QuerySet[Any]:
        """The rows that the figures are computed from."""
        rows: QuerySet[Any] = registry.get(self.source).model._default_manager.all()
        return rows.filter(deletion__isnull=True).order_by()


_tables: list[FigureTable] = []


def add_table(table: FigureTable) -> FigureTable:
    """Register a table; its figures become read-only fields of their object type."""
    _tables.append(table)
    registry.forget()
    return table


def tables(object_key: str | None = None) -> tuple[FigureTable, ...]:
    """All tables, or those of one object type."""
    return tuple(table for table in _tables if object_key in (None, table.object_key))


def column_of(object_key: str, key: str) -> Column | None:
    """The figure with this key, if a table holds it."""
    return next((column for table in tables(object_key) for column in table.columns if column.key == key), None)


@registry.extend
def table_fields(object_type: ObjectType) -> Mapping[str, Field]:
    """The figures of the tables as fields. A field that an administrator made under the same key hides the figure."""
    return {
        column.key: _field(table, column)
        for table in tables(object_type.key)
        for column in table.columns
        if column.key not in object_type.fields
    }


def _field(table: FigureTable, column: Column) -> Field:
    return Field(
        key=column.key,
        type=field_type(column.type),
        label=column.label,
        help=column.help,
        readonly=True,
        options=column.options,
        computed=partial(_value, table.model, column),
    )


def _value(model: type[Model], column: Column) -> Any:
    """The figure of the outer query's record."""
    output: Any = model._meta.get_field(column.key)
    rows = model._default_manager.filter(pk=OuterRef("pk"))
    stored = Subquery(rows.values(column.key), output_field=output)
    if column.default is None:
        return stored
    return Coalesce(stored, Value(column.default), output_field=output)
