"""The countdown: the day on which a customer goes back to its pool unless somebody follows up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import Max
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.activities.models import Interaction
from zhike.domain.customers.models import Customer
from zhike.domain.pools.belonging import pools_in_use, pools_of
from zhike.domain.pools.models import Pool
from zhike.domain.pools.rules import deals
from zhike.engines.figures.figure import Figure, Rows
from zhike.engines.figures.registration import add
from zhike.engines.working_time.services import working_calendar
from zhike.lib.working_time import WorkingCalendar, YearNotKnown


def recall_days(ids: Sequence[int], _now: datetime) -> Iterable[tuple[int, date]]:
    """(customer, day) of those that a rule will take from their owners; none where the calendar does not reach."""
    pools = pools_in_use()
    if not any(pool.idle_days or pool.deal_days for pool in pools):
        return []
    calendar = working_calendar()
    homes = pools_of(pools, ids)
    rows = Customer.objects.filter(pk__in=homes, owner__isnull=False, deletion__isnull=True)
    rows = rows.annotate(since=Coalesce("custody_since", "created_at"))
    bought = set(Customer.objects.filter(deals(), pk__in=homes).values_list("pk", flat=True))
    spoken = Interaction.objects.filter(customer_id__in=list(homes), deletion__isnull=True).order_by()
    last: dict[int, datetime] = dict(spoken.values_list("customer_id").annotate(Max("happened_at")))
    found = []
    for pk, since in rows.values_list("pk", "since"):
        day = recall_day(homes[pk], since, last.get(pk), calendar, has_bought=pk in bought)
        if day is not None:
            found.append((pk, day))
    return found


def recall_day(
    pool: Pool, since: datetime, last: datetime | None, calendar: WorkingCalendar, *, has_bought: bool
) -> date | None:
    """The first day on which a rule bites, not before the end of protection; None without a rule or a known calendar.

    Agrees with ``rules.due_for_recall``, which asks the same of all customers at once; one who has ever bought is not counted down by
    the deal rule here, which may show the day too late but never too early.
    """
    days: list[date] = []
    begun = timezone.localdate(since)
    try:
        if pool.idle_days:
            touched = max(begun, timezone.localdate(last)) if last else begun
            days.append(calendar.add_working_days(touched, pool.idle_days))
        if pool.deal_days and not has_bought:
            days.append(calendar.add_working_days(begun, pool.deal_days))
        if not days:
            return None
        free = calendar.add_working_days(begun, pool.protection_days) if pool.protection_days else begun
        day = max(min(days), free)
        return day if calendar.is_working_day(day) else calendar.add_working_days(day, 1)
    except YearNotKnown:
        return None


def contact_rows(pk: int) -> Rows:
    return Rows("interaction", {"all": [{"field": "customer", "op": "eq", "value": pk}]})


add(
    Figure(
        key="recall_on",
        object_key="customer",
        label=_("goes back to the pool on"),
        type="date",
        compute=recall_days,
        sources={"interaction": "customer", "customer": "id"},
        rows=contact_rows,
    )
)
