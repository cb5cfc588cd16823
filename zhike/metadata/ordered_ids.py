"""The ids of one page in the order of a list: the statements that read as little as the indexes allow.

``merged`` takes the first rows of each part of a scope along an index of its own (a department's names, an owner's latest) and
merges them; ``gathered`` reads a scope and then sorts it. ``query.py`` decides between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, OrderBy, QuerySet

from zhike.metadata.fields.base import Field
from zhike.metadata.models import Record
from zhike.metadata.object_type import ObjectType

Sql = tuple[str, list[Any]]
#: SQLite takes 32,766 parameters in a statement; a filter is said once for each part.
MOST_PARAMETERS = 30_000


def is_ordered(object_type: ObjectType, field: Field) -> bool:
    """Whether an index holds the records in the order of the field."""
    if field.is_custom:
        return field.indexed or field.unique
    return any(columns[:1] == (field.reading or field.column,) for columns in _index_columns(object_type))


def is_ordered_by_department(object_type: ObjectType, field: Field) -> bool:
    """Whether an index holds the records of each department in the order of the field."""
    return any(
        columns[:2] == ("department_id", field.reading or field.column) for columns in _index_columns(object_type)
    )


def _index_columns(object_type: ObjectType) -> Iterator[tuple[str, ...]]:
    """Columns of each index of live records; of custom records what follows the object, which their queries name."""
    meta = object_type.model._meta
    for index in meta.indexes:
        named = [name for name, _order in index.fields_orders] or [_name(part) for part in index.expressions]
        columns = tuple(str(getattr(meta.get_field(name), "attname", name)) for name in named if name)
        yield columns[1:] if columns[:1] == ("object_id",) else columns


def _name(expression: Any) -> str:
    source: Any = expression.expression if isinstance(expression, OrderBy) else expression
    return str(vars(source)["name"]) if isinstance(source, F) else ""


def merged(parts: Sequence[QuerySet[Record]], orders: Sequence[OrderBy], limit: int) -> Sql | None:
    """The first ids of all parts together; a record may be in several. None when no record can be in any."""
    named = _named(orders)
    found: list[Sql] = []
    for rows in parts:
        ordered = rows.order_by(*orders).annotate(_id=F("pk"), **named).values_list("_id", *named)
        try:
            sql, params = ordered[:limit].query.sql_with_params()
        except EmptyResultSet:
            # Django sees by itself that no row can match, such as "is any of" nothing.
            continue
        found.append((f"SELECT * FROM ({sql}) AS part{len(found)}", list(params)))
    if not found:
        return None
    union = " UNION ".join(sql for sql, _params in found)
    statement = f"SELECT _id FROM ({union}) AS merged ORDER BY {_order(orders)} LIMIT {int(limit)}"
    return statement, [value for _sql, params in found for value in params]


def gathered(rows: QuerySet[Record], orders: Sequence[OrderBy], limit: int) -> Sql | None:
    """The first ids of rows that are all read with their sort values before they are sorted; None when there are none."""
    named = _named(orders)
    try:
        inner, params = rows.order_by().annotate(**named).values_list("pk", *named).query.sql_with_params()
    except EmptyResultSet:
        return None
    statement = (
        f"WITH hits (id, {', '.join(named)}) AS MATERIALIZED ({inner})"
        f" SELECT id FROM hits ORDER BY {_order(orders)} LIMIT {int(limit)}"
    )
    return statement, list(params)


def _named(orders: Sequence[OrderBy]) -> dict[str, Any]:
    return {f"o{position}": order.expression for position, order in enumerate(orders)}


def _order(orders: Sequence[OrderBy]) -> str:
    return ", ".join(f"o{position} {'DESC' if order.descending else 'ASC'}" for position, order in enumerate(orders))


def counted(groups: Sequence[Sequence[QuerySet[Record]]], limit: int) -> list[int]:
    """How many records each group has: parts that have none in common, each counted up to ``limit``; one statement."""
    found: list[Sql] = []
    for place, parts in enumerate(groups):
        for rows in parts:
            try:
                sql, params = rows.order_by().values_list("pk")[:limit].query.sql_with_params()
            except EmptyResultSet:
                continue
            found.append((f"SELECT {place} AS place, COUNT(*) AS n FROM ({sql}) AS part{len(found)}", list(params)))
    counts = [0] * len(groups)
    if found:
        with connection.cursor() as cursor:
            union = " UNION ALL ".join(sql for sql, _params in found)
            cursor.execute(union, [value for _sql, params in found for value in params])
            for place, count in cursor.fetchall():
                counts[place] += count
    return counts


def ids(statement: Sql | None) -> list[int]:
    """The ids that the statement gives."""
    if statement is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return [row[0] for row in cursor.fetchall()]
