"""Running numbers of orders, deliveries, returns and papers of money: SO2026-000001, one series a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

from zhike.domain.orders.models import NumberCount
from zhike.metadata.object_type import Values
from zhike.metadata.storage import storage


def give_numbers(
    rows: Sequence[Values], existing: Mapping[int, Values], letters: str, *, key: str = "number", day: str = "day"
) -> None:
    """Number new rows that have none, by the year of their day; inside the write transaction. Gaps are possible."""
    waiting: dict[str, list[Values]] = {}
    for index, row in enumerate(rows):
        if index not in existing and not row.get(key):
            waiting.setdefault(f"{letters}{row[day].year}-", []).append(row)
    if not waiting:
        return
    # Held until the transaction ends, so that two of them never give the same number.
    storage().lock_key(f"numbers of {letters}")
    last = dict(NumberCount.objects.filter(pk__in=waiting).values_list("prefix", "last"))
    for prefix, listed in waiting.items():
        for number, row in zip(count(last.get(prefix, 0) + 1), listed, strict=False):
            row[key] = f"{prefix}{number:06d}"
    NumberCount.objects.bulk_create(
        [NumberCount(prefix=prefix, last=last.get(prefix, 0) + len(listed)) for prefix, listed in waiting.items()],
        update_conflicts=True,
        unique_fields=["prefix"],
        update_fields=["last"],
    )
