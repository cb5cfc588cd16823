"""Figures of customers that come from what was done with them and what is to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.activities.choices import TaskStatus
from zhike.domain.activities.models import Interaction, Task
from zhike.engines.figures.figure import Figure, Rows
from zhike.engines.figures.registration import add

#: The window of "how often lately", in days of the calendar, today included.
LATELY = 90


def _contacts(ids: Sequence[int], now: datetime) -> QuerySet[Any]:
    rows = Interaction.objects.filter(customer_id__in=ids, deletion__isnull=True, happened_at__lte=now)
    found: QuerySet[Any] = rows.order_by().values_list("customer_id")
    return found


def _open_tasks(ids: Sequence[int]) -> QuerySet[Any]:
    rows = Task.objects.filter(customer_id__in=ids, deletion__isnull=True, status=TaskStatus.OPEN)
    found: QuerySet[Any] = rows.order_by().values_list("customer_id")
    return found


def _last_contact_at(ids: Sequence[int], now: datetime) -> QuerySet[Any]:
    pairs: QuerySet[Any] = _contacts(ids, now).annotate(Max("happened_at"))
    return pairs


def _contact_count(ids: Sequence[int], now: datetime) -> QuerySet[Any]:
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(days=LATELY - 1)
    pairs: QuerySet[Any] = _contacts(ids, now).filter(happened_at__gte=since).annotate(Count("pk"))
    return pairs


def _open_task_count(ids: Sequence[int], _now: datetime) -> QuerySet[Any]:
    pairs: QuerySet[Any] = _open_tasks(ids).annotate(Count("pk"))
    return pairs


def _next_due_at(ids: Sequence[int], _now: datetime) -> QuerySet[Any]:
    pairs: QuerySet[Any] = _open_tasks(ids).filter(due_at__isnull=False).annotate(Min("due_at"))
    return pairs


def _contact_rows(pk: int) -> Rows:
    return Rows("interaction", {"all": [{"field": "customer", "op": "eq", "value": pk}]})


def _late_contact_rows(pk: int) -> Rows:
    lately = {"field": "happened_at", "op": "last_n_days", "value": LATELY}
    return Rows("interaction", {"all": [{"field": "customer", "op": "eq", "value": pk}, lately]})


def _open_task_rows(pk: int) -> Rows:
    is_open = {"field": "status", "op": "eq", "value": TaskStatus.OPEN.value}
    return Rows("task", {"all": [{"field": "customer", "op": "eq", "value": pk}, is_open]})


add(
    Figure(
        key="last_contact_at",
        object_key="customer",
        label=_("last contact"),
        type="datetime",
        compute=_last_contact_at,
        sources={"interaction": "customer"},
        rows=_contact_rows,
    )
)
add(
    Figure(
        key="contact_count_90d",
        object_key="customer",
        label=_("contacts in 90 days"),
        type="integer",
        compute=_contact_count,
        sources={"interaction": "customer"},
        rows=_late_contact_rows,
        default=0,
    )
)
add(
    Figure(
        key="open_task_count",
        object_key="customer",
        label=_("open tasks"),
        type="integer",
        compute=_open_task_count,
        sources={"task": "customer"},
        rows=_open_task_rows,
        default=0,
    )
)
add(
    Figure(
        key="next_due_at",
        object_key="customer",
        label=_("next task due"),
        type="datetime",
        compute=_next_due_at,
        sources={"task": "customer"},
        rows=_open_task_rows,
    )
)
