"""The first rows of every group at once: the columns of a board."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from zhike.metadata.fields.base import Field
from zhike.metadata.keyset import Cursor, SortKey, ordering, sort_keys
from zhike.metadata.query import Page, PageRow, Query
from zhike.metadata.time_budget import time_budget


def group_filter(field: Field, value: Any) -> dict[str, Any]:
    """The condition, in the filter language, that holds for the group's rows; None is the group without a value."""
    if value is None:
        return {"field": field.key, "op": "is_empty"}
    return {"field": field.key, "op": "eq", "value": value}


def first_pages(query: Query, field: Field, values: Sequence[Any], *, sort: str) -> dict[Any, Page]:
    """The first page of each group; two queries, however many groups. ``sort`` must be a field that is never empty.

    Raises BadQuery and OutOfTime.
    """
    keys = sort_keys(query.object_type, (sort,), query.context)
    with time_budget(query.budget):
        ids = _ids(query, field, values, keys)
        rows = query.fetch([pk for found in ids.values() for pk in found])
    return {value: _page(query, [rows[pk] for pk in found if pk in rows], keys) for value, found in ids.items()}


def _ids(query: Query, field: Field, values: Sequence[Any], keys: Sequence[SortKey]) -> dict[Any, list[int]]:
    parts: list[str] = []
    params: list[Any] = []
    fenced = not query.scope_is_small()
    for place, value in enumerate(values):
        operator = "is_empty" if value is None else "eq"
        condition = field.type.condition(operator, value, field, query.context)
        rows = query.rows(fenced=fenced).filter(condition).order_by(*ordering(keys, back=False))
        try:
            sql, given = rows.values_list("pk")[: query.limit + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT {place}, part{place}.* FROM ({sql}) AS part{place}")
        params += given
    found: dict[Any, list[int]] = {value: [] for value in values}
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            for place, pk in cursor.fetchall():
                found[values[place]].append(pk)
    return found


def _page(query: Query, rows: list[PageRow], keys: Sequence[SortKey]) -> Page:
    """The rows in order again, which the union does not promise, and where the next page begins."""
    field, descending = keys[0].field, keys[0].descending
    rows.sort(key=lambda row: (row.values[field.key], row.id), reverse=descending)
    shown = rows[: query.limit]
    if len(rows) <= query.limit:
        return Page(shown)
    last = shown[-1]
    cursor = Cursor((field.type.to_json(last.values[field.key], field),), last.id)
    return Page(shown, cursor.encode())
