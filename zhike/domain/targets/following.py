"""Targets follow the change log: whatever counts towards one marks it, and a job computes what is marked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from zhike.domain.deals.models import Opportunity
from zhike.domain.money.models import Receipt, Refund
from zhike.domain.orders.models import Order, OrderLine, OrderReturn, ReturnLine
from zhike.domain.targets.choices import Measure
from zhike.domain.targets.models import TargetStand
from zhike.domain.targets.standing import stands_add, stands_mark, stands_refresh
from zhike.jobs.scheduler import scheduled
from zhike.metadata.changes import consumer
from zhike.metadata.listed_ids import among
from zhike.metadata.models import Change

EVERY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Source:
    """Records that count for a measure on the day that ``path`` leads to; ``key`` is the field that holds it, if its own."""

    measure: Measure
    model: Any
    path: str
    key: str = ""


SOURCES: Mapping[str, Source] = {
    "order": Source(Measure.ORDERS, Order, "day", "day"),
    "order_line": Source(Measure.ORDERS, OrderLine, "order__day"),
    "order_return": Source(Measure.ORDERS, OrderReturn, "day", "day"),
    "return_line": Source(Measure.ORDERS, ReturnLine, "order_return__day"),
    "receipt": Source(Measure.RECEIPTS, Receipt, "day", "day"),
    "refund": Source(Measure.RECEIPTS, Refund, "day", "day"),
    "opportunity": Source(Measure.WON, Opportunity, "closed_at", "closed_at"),
}
#: Departments and categories that move, and products that change category, concern every target.
TREES = ("department", "product_category", "product")


@consumer("targets")
def follow(changes: Sequence[Change]) -> None:
    """Mark the targets of the days on which something changed."""
    by_source: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_source[change.object_key].append(change)
    for object_key, source in SOURCES.items():
        if by_source[object_key]:
            stands_mark(source.measure, _days(source, by_source[object_key]))
    if any(_moved(change) for key in TREES for change in by_source[key]):
        TargetStand.objects.filter(is_stale=False).update(is_stale=True)
    stands_add(change.record_id for change in by_source["sales_target"] if change.action != Change.Action.PURGE)


def _moved(change: Change) -> bool:
    values = change.values or {}
    return "parent" in values or "category" in values


def _days(source: Source, changes: Sequence[Change]) -> Iterator[date | None]:
    """Days on which the changed records count now, and counted before; None for those that are gone."""
    if any(change.action == Change.Action.PURGE for change in changes):
        yield None
    ids = {change.record_id for change in changes}
    for found in source.model.objects.filter(among("id", ids)).values_list(source.path, flat=True).distinct():
        if found is not None:
            yield _day(found)
    for change in changes:
        before = (change.values or {}).get(source.key, (None,))[0]
        if isinstance(before, str):
            yield _day(datetime.fromisoformat(before) if "T" in before else date.fromisoformat(before))


def _day(found: date) -> date:
    if isinstance(found, datetime):
        return timezone.localtime(found).date() if timezone.is_aware(found) else found.date()
    return found


@scheduled("targets.stands", every=EVERY_SECONDS)
def refresh() -> None:
    """Compute what is marked."""
    stands_refresh()
