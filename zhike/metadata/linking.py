"""Links to many of a batch: what is linked now, and the difference written to the tables between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.db.models import F

from zhike.metadata.columns import links_fields
from zhike.metadata.fields.base import Field
from zhike.metadata.listed_ids import AmongGiven, given_ids
from zhike.metadata.object_type import ObjectType, Values
from zhike.metadata.prepared import NO_RECORDS, Prepared
from zhike.metadata.storage import storage


def links_now(
    object_type: ObjectType, plain: Sequence[Values], ids: Sequence[int | None]
) -> dict[int, dict[str, list[int] | None]]:
    """Linked ids by row index and field key, of the fields that any row writes; one query a field."""
    indexes = {pk: index for index, pk in enumerate(ids) if pk is not None}
    found: dict[int, dict[str, list[int] | None]] = {}
    for key, field in links_fields(object_type).items():
        if not indexes or not any(key in values for values in plain):
            continue
        for index in indexes.values():
            found.setdefault(index, {})[key] = None
        for source, target in linked(object_type, field, list(indexes)):
            row = found[indexes[source]]
            row[key] = [*(row[key] or ()), target]
    return found


def linked(object_type: ObjectType, field: Field, ids: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs (record id, linked id) of a links field in stable order."""
    return _pairs(object_type.model._meta.get_field(field.column or "")).tuples(given_ids(ids))


@cache
def _pairs(column: Any) -> Prepared[Any, Any]:
    """The question for the pairs of a column, which every page of a record asks."""
    source, target = column.m2m_column_name(), column.m2m_reverse_name()
    rows = column.remote_field.through._default_manager.order_by(target)
    return Prepared(
        lambda ids: rows.filter(AmongGiven(F(source), ids)).values_list(source, target), place=given_ids(NO_RECORDS)
    )


def write_links(
    object_type: ObjectType,
    ids: Sequence[int | None],
    plain: Sequence[Values],
    before: Mapping[int, Values],
    indexes: Iterable[int],
) -> None:
    """Bring the tables between in line with the rows' new values."""
    listed = list(indexes)
    for key, field in links_fields(object_type).items():
        gone: list[tuple[int, int]] = []
        come: list[tuple[int, int]] = []
        for index in listed:
            if key not in plain[index]:
                continue
            pk = ids[index] or 0
            old, new = set(before.get(index, {}).get(key) or ()), set(plain[index][key] or ())
            gone += [(pk, target) for target in sorted(old - new)]
            come += [(pk, target) for target in sorted(new - old)]
        _write(object_type, field, gone, come)


def _write(
    object_type: ObjectType, field: Field, gone: Sequence[tuple[int, int]], come: Sequence[tuple[int, int]]
) -> None:
    column: Any = object_type.model._meta.get_field(field.column or "")
    table = column.remote_field.through._meta.db_table
    names = (column.m2m_column_name(), column.m2m_reverse_name())
    storage().delete_pairs(table, names, gone)
    storage().insert_rows(table, names, come)
