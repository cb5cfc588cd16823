"""Computing figures: set-wise for given records, and writing only what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from zhike.engines.figures.models import FigureRow
from zhike.engines.figures.registration import figures_of
from zhike.metadata import registry
from zhike.metadata.storage import storage

#: Records a round: bounds the length of statements.
AT_ONCE = 2_000
UPSERT = (
    f'INSERT INTO {FigureRow._meta.db_table} (object_key, record_id, "values", computed_at) VALUES (%s, %s, %s, %s)'
    ' ON CONFLICT (object_key, record_id) DO UPDATE SET "values" = excluded."values", computed_at = excluded.computed_at'
)


def refresh(object_key: str, ids: Sequence[int], *, now: datetime | None = None) -> int:
    """Compute the figures of these records; returns how many rows were written.

    Runs inside a write transaction. Each figure costs one query a round, whatever the number of records.
    """
    moment = now or timezone.now()
    # Two that compute at once could write an older value over a newer one.
    storage().lock_key(f"figures {object_key}")
    wanted = sorted(set(ids))
    return sum(
        _refresh_some(object_key, wanted[start : start + AT_ONCE], moment) for start in range(0, len(wanted), AT_ONCE)
    )


def _refresh_some(object_key: str, ids: Sequence[int], now: datetime) -> int:
    computed = compute(object_key, ids, now)
    rows = FigureRow.objects.filter(object_key=object_key, record_id__in=ids)
    stored = dict(rows.values_list("record_id", "values"))
    differing = {pk: values for pk, values in computed.items() if stored.get(pk, {}) != values}
    _write(object_key, differing, now)
    unchanged = [pk for pk in stored if stored[pk] == computed[pk]]
    FigureRow.objects.filter(object_key=object_key, record_id__in=unchanged).update(computed_at=now)
    return len(differing)


def _write(object_key: str, values: Mapping[int, Mapping[str, Any]], now: datetime) -> None:
    """Insert rows or write over them, in one cursor call."""
    if not values:
        return
    columns: list[Any] = [FigureRow._meta.get_field(name) for name in ("values", "computed_at")]
    as_json, as_moment = (column.get_db_prep_save for column in columns)
    moment = as_moment(now, connection)
    with connection.cursor() as cursor:
        cursor.executemany(
            UPSERT, [(object_key, pk, as_json(found, connection), moment) for pk, found in values.items()]
        )


def compute(object_key: str, ids: Sequence[int], now: datetime) -> dict[int, dict[str, Any]]:
    """JSON values of all figures by record id and figure key; what has no value is left out."""
    fields = registry.get(object_key).fields
    found: dict[int, dict[str, Any]] = {pk: {} for pk in ids}
    for figure in figures_of(object_key):
        field = fields[figure.key]
        for pk, value in figure.compute(ids, now):
            if pk in found and value is not None:
                found[pk][figure.stored_key] = field.type.to_json(value, field)
    return found
