"""The first rows of every group at once: the columns of a board."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.lookups import IsNull

from zhike.metadata import ordered_ids
from zhike.metadata.fields.base import Field
from zhike.metadata.keyset import Cursor, SortKey, never_null, ordering, sort_keys
from zhike.metadata.query import Count, Page, PageRow, Query
from zhike.metadata.time_budget import time_budget


def group_filter(field: Field, value: Any) -> dict[str, Any]:
    """The condition, in the filter language, that holds for the group's rows; None is the group without a value."""
    if value is None:
        return {"field": field.key, "op": "is_empty"}
    return {"field": field.key, "op": "eq", "value": value}


def first_pages(query: Query, field: Field, values: Sequence[Any], *, sort: str) -> dict[Any, Page]:
    """The first page of each group: two queries, however many groups, and a third where the field of ``sort`` may be empty.

    Raises BadQuery and OutOfTime.
    """
    keys = sort_keys(query.object_type, (sort,), query.context)
    with time_budget(query.budget):
        ids = _ids(query, field, values, keys)
        rows = query.fetch([pk for found in ids.values() for pk in found])
    return {value: _page(query, [rows[pk] for pk in found if pk in rows], keys) for value, found in ids.items()}


def capped_counts(query: Query, field: Field, values: Sequence[Any], *, cap: int, budget: float) -> dict[Any, Count]:
    """How many rows each group has, up to ``cap``; one statement, which an index of the groups answers at once.

    Raises BadQuery and OutOfTime.
    """
    groups = [Q(field.type.condition(_operator(value), value, field, query.context)) for value in values]
    parts = query.parts(apart=True) or [query.rows(gathered=True)]
    with time_budget(budget):
        found = ordered_ids.counted([[rows.filter(group) for rows in parts] for group in groups], cap + 1)
    return {value: Count(min(count, cap), count > cap) for value, count in zip(values, found, strict=True)}


def _operator(value: Any) -> str:
    return "is_empty" if value is None else "eq"


def _ids(query: Query, field: Field, values: Sequence[Any], keys: Sequence[SortKey]) -> dict[Any, list[int]]:
    """The first ids of each group and one more; records without a sort value stand last, as in lists."""
    if never_null(query.object_type, keys[0].field):
        return _branch(query, field, values, keys, Q())
    found = _branch(query, field, values, keys, Q(IsNull(keys[0].expression, False)))
    short = [value for value in values if len(found[value]) <= query.limit]
    if short:
        absent = _branch(query, field, short, keys, Q(IsNull(keys[0].expression, True)))
        found |= {value: (found[value] + absent[value])[: query.limit + 1] for value in short}
    return found


def _branch(
    query: Query, field: Field, values: Sequence[Any], keys: Sequence[SortKey], narrowed: Q
) -> dict[Any, list[int]]:
    selects: list[str] = []
    params: list[Any] = []
    for place, value in enumerate(values):
        condition = Q(field.type.condition(_operator(value), value, field, query.context)) & narrowed
        statement = query.first_ids(keys[0].field, condition, ordering(keys, back=False), query.limit + 1)
        if statement is not None:
            selects.append(f"SELECT {place}, ROW_NUMBER() OVER (), lane{place}.* FROM ({statement[0]}) AS lane{place}")
            params += statement[1]
    found: dict[Any, list[tuple[int, int]]] = {value: [] for value in values}
    if selects:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(selects), params)
            for place, position, pk in cursor.fetchall():
                found[values[place]].append((position, pk))
    # A union promises no order.
    return {value: [pk for _position, pk in sorted(numbered)] for value, numbered in found.items()}


def _page(query: Query, rows: list[PageRow], keys: Sequence[SortKey]) -> Page:
    """The rows, and where the next page begins."""
    field = keys[0].field
    shown = rows[: query.limit]
    if len(rows) <= query.limit:
        return Page(shown)
    last = shown[-1]
    value = last.values[field.key]
    cursor = Cursor((None if value is None else field.type.to_json(value, field),), last.id)
    return Page(shown, cursor.encode())
