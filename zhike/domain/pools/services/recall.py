"""Recall: what goes back to the pools today, who is warned, and what would go tomorrow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _, gettext_lazy, override

from zhike.domain.activities.models import Interaction
from zhike.domain.customers.models import Customer
from zhike.domain.pools.belonging import pools_in_use
from zhike.domain.pools.models import CustodyKind, Pool
from zhike.domain.pools.rules import due_for_recall
from zhike.engines.working_time.services import working_calendar
from zhike.lib.working_time import WorkingCalendar
from zhike.metadata import notices, records, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.notices import Notice, NoticeKind
from zhike.metadata.records import Origin, Row
from zhike.metadata.storage import storage

#: Customers in one transaction.
AT_ONCE = 500
#: A dry run lists at most so many.
MOST_LISTED = 200

RECALLED = notices.register(
    NoticeKind(
        "pool_recalled",
        gettext_lazy("Customers of mine go back to the public pool"),
        gettext_lazy("%(count)s of your customers went back to “%(title)s”, among them %(first)s."),
        icon="recycle",
    )
)
WARNED = notices.register(
    NoticeKind(
        "pool_warning",
        gettext_lazy("Customers of mine are about to go back to the public pool"),
        gettext_lazy(
            "%(count)s of your customers go back to “%(title)s” on %(day)s unless you follow up, among them %(first)s."
        ),
        icon="hourglass",
    )
)


@dataclass(frozen=True, slots=True)
class Loss:
    """A customer that its owner will lose."""

    customer: Customer
    is_idle: bool
    last_contact_at: datetime | None


def losses(pool: Pool, day: date, limit: int = MOST_LISTED) -> tuple[list[Loss], int]:
    """Who loses what to the pool on the day if nothing happens, by owner, and how many in all. Raises YearNotKnown."""
    rows = due_for_recall(pools_in_use(), pool, day, working_calendar())
    listed = list(rows.order_by("owner__name", "owner_id", "name", "pk").select_related("owner")[:limit])
    last: dict[int, datetime] = dict(
        Interaction.objects.filter(customer__in=listed, deletion__isnull=True)
        .order_by()
        .values_list("customer_id")
        .annotate(Max("happened_at"))
    )
    found = [Loss(row, row.is_idle, last.get(row.pk)) for row in listed]
    return found, rows.count() if len(found) == limit else len(found)


def next_working_day(today: date) -> date:
    """The working day after a day. Raises YearNotKnown."""
    return working_calendar().add_working_days(today, 1)


def recall(today: date, *, after: int = 0, pool_id: int = 0, keep: Any = None) -> int:
    """Take every due customer from its owner; returns how many. Safe to run again at any time: what is done is no longer due.

    ``keep((pool id, last customer id))`` is called in each transaction, from which a successor goes on with ``pool_id`` and ``after``.
    Raises YearNotKnown before anything is written.
    """
    calendar, pools = working_calendar(), pools_in_use()
    done = 0
    for pool in pools:
        if (pool.order, pool.pk) < _place(pools, pool_id) or not (pool.idle_days or pool.deal_days):
            continue
        last = after if pool.pk == pool_id else 0
        while True:
            taken, last = _recall_some(pools, pool, today, calendar, last, keep)
            if not last:
                break
            done += taken
    return done


def _place(pools: Sequence[Pool], pool_id: int) -> tuple[int, int]:
    return next(((pool.order, pool.pk) for pool in pools if pool.pk == pool_id), (-1, 0))


def _recall_some(
    pools: Sequence[Pool], pool: Pool, today: date, calendar: WorkingCalendar, after: int, keep: Any
) -> tuple[int, int]:
    """Recall up to AT_ONCE customers with higher ids; (how many, the last id looked at or 0 when there are no more)."""
    with storage().write_transaction():
        due = due_for_recall(pools, pool, today, calendar).filter(pk__gt=after)
        found = list(due.values_list("pk", "is_idle", "owner_id", "name")[:AT_ONCE])
        if not found:
            return 0, 0
        locked = due.filter(pk__in=[row[0] for row in found]).select_for_update(no_key=True, of=("self",))
        # Looked at once more under the lock: a follow-up written down meanwhile keeps the customer where it is.
        still = set(locked.values_list("pk", flat=True))
        taken: dict[int, list[str]] = defaultdict(list)
        for is_idle in (True, False):
            group = [row for row in found if row[0] in still and row[1] == is_idle]
            for row in _take(pool, group, is_idle=is_idle):
                taken[row[2]].append(row[3])
        notices.send([_told(RECALLED, pool, owner, names) for owner, names in taken.items()])
        if keep is not None:
            keep((pool.pk, found[-1][0]))
    return sum(map(len, taken.values())), found[-1][0]


def _take(pool: Pool, group: Sequence[Any], *, is_idle: bool) -> list[Any]:
    if not group:
        return []
    with override("zh-hans"):
        days = pool.idle_days if is_idle else pool.deal_days
        text = _("No follow-up for %(days)s working days") if is_idle else _("No deal for %(days)s working days")
        label = text % {"days": days}
    values = {"owner": None, "department": None, "pool": pool.pk}
    rows = [Row(values, id=row[0]) for row in group]
    origin = Origin(CustodyKind.RECALL.value, label)
    result = records.save(registry.get("customer"), rows, actor=SYSTEM, origin=origin, partial=True)
    return [row for row, told in zip(group, result.rows, strict=True) if not told.problems]


def _told(kind: NoticeKind, pool: Pool, owner: int, names: Sequence[str], day: str = "", once: str = "") -> Notice:
    params = {"count": len(names), "first": names[0], "day": day}
    return Notice(kind.key, (owner,), "pool", pool.pk, params=params, once=once)


def warn(today: date) -> int:
    """Tell owners of what they lose in ``warn_days`` working days; once for each day. Returns how many people were told."""
    calendar, pools = working_calendar(), pools_in_use()
    sent: list[Notice] = []
    for pool in pools:
        if not pool.warn_days or not (pool.idle_days or pool.deal_days):
            continue
        day = calendar.add_working_days(today, pool.warn_days)
        soon: dict[int, list[str]] = defaultdict(list)
        for owner, name in due_for_recall(pools, pool, day, calendar).values_list("owner_id", "name").iterator():
            soon[owner].append(name)
        sent += [
            _told(WARNED, pool, owner, names, day.isoformat(), f"pool:{pool.pk}:{day}") for owner, names in soon.items()
        ]
    with storage().write_transaction():
        notices.send(sent)
    return len(sent)
