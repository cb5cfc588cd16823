"""The rules of recall as one date a rule: customers untouched since before it go back. Set-wise, by working days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from zhike.domain.activities.choices import Outcome
from zhike.domain.activities.models import Interaction
from zhike.domain.pools.belonging import customers_of
from zhike.domain.pools.models import Pool
from zhike.domain.trade.choices import TransactionKind
from zhike.domain.trade.models import Transaction
from zhike.lib.working_time import WorkingCalendar

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Moments before which something must have happened for a rule to bite on the day; None where there is no rule."""

    protected: datetime
    idle: datetime | None
    deal: datetime | None


def midnight(day: date) -> datetime:
    """The beginning of a day in the firm's zone."""
    return timezone.make_aware(datetime.combine(day, time()))


def cutoffs(pool: Pool, day: date, calendar: WorkingCalendar) -> Cutoffs:
    """The bounds of a pool's rules on a day. ``n`` working days have passed since a moment exactly if it lies before the
    ``n``-th working day counted back from, and with, the day itself. Raises YearNotKnown."""

    def before(days: int) -> datetime:
        return midnight(calendar.add_working_days(day + DAY, -days))

    return Cutoffs(
        protected=before(pool.protection_days) if pool.protection_days else midnight(day + DAY),
        idle=before(pool.idle_days) if pool.idle_days else None,
        deal=before(pool.deal_days) if pool.deal_days else None,
    )


def contacts(since: Any) -> Exists:
    """Whether somebody was in touch with the customer since then."""
    rows = Interaction.objects.filter(customer=OuterRef("pk"), deletion__isnull=True, happened_at__gte=since)
    return Exists(rows)


def deals(since: Any = None, since_day: Any = None) -> Q:
    """Whether the customer bought (since a moment, and its day): a contact that ended in a deal, or a transaction that is a purchase."""
    spoken = Interaction.objects.filter(customer=OuterRef("pk"), deletion__isnull=True, outcome=Outcome.DEAL)
    bought = Transaction.objects.filter(customer=OuterRef("pk"), deletion__isnull=True, kind=TransactionKind.PURCHASE)
    if since is not None:
        spoken = spoken.filter(happened_at__gte=since)
        bought = bought.filter(day__gte=since_day)
    return Q(Exists(spoken)) | Q(Exists(bought))


def due_for_recall(pools: Sequence[Pool], pool: Pool, day: date, calendar: WorkingCalendar) -> QuerySet[Any, Any]:
    """Customers that the pool's rules take from their owners on the day, with ``since`` and ``is_idle`` (else: no deal).

    One query, whatever their number. Nothing on a day off. Raises YearNotKnown.
    """
    bounds = cutoffs(pool, day, calendar)
    rows: Any = customers_of(pools, pool).filter(owner__isnull=False)
    since = Coalesce("custody_since", "created_at")
    rows = rows.annotate(since=since, since_day=TruncDate(since)).filter(since__lt=bounds.protected)
    idle: Any = Q(pk__in=())
    dealless: Any = Q(pk__in=())
    if bounds.idle is not None:
        idle = Q(since__lt=bounds.idle) & ~contacts(bounds.idle)
    if bounds.deal is not None:
        dealless = Q(since__lt=bounds.deal) & ~deals(OuterRef("since"), OuterRef("since_day"))
    found: QuerySet[Any, Any] = rows.filter(idle | dealless).annotate(
        is_idle=Case(When(idle, then=True), default=False)
    )
    return found.order_by("pk") if calendar.is_working_day(day) else found.none()
