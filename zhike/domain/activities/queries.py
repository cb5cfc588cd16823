"""Questions about interactions and tasks that pages ask; each starts from what the actor may see."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from zhike.domain.activities.choices import Priority, TaskStatus
from zhike.domain.activities.models import Interaction
from zhike.domain.customers.choices import Stage, Tier
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.policy import queryset_for

#: After how many days without a contact a customer counts as long untouched, by tier.
SILENCE_DAYS = {Tier.HIGH: 30, Tier.MIDDLE: 60, Tier.LOW: 120}


def my_open_tasks(actor: Actor) -> QuerySet[Any]:
    """Open tasks of the actor, the most urgent first."""
    rows: QuerySet[Any] = queryset_for(actor, registry.get("task"))
    return rows.filter(owner_id=actor.user_id, status=TaskStatus.OPEN).order_by("due_at", "id")


def tasks_overdue(actor: Actor, now: datetime | None = None) -> QuerySet[Any]:
    """Open tasks of the actor whose time has passed."""
    return my_open_tasks(actor).filter(due_at__lt=now or timezone.now())


def tasks_due(actor: Actor, *, days: int, now: datetime | None = None) -> QuerySet[Any]:
    """Open tasks of the actor that fall due from now until the end of the day in ``days`` days (0: today)."""
    start = now or timezone.now()
    end = timezone.localtime(start).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days + 1)
    return my_open_tasks(actor).filter(due_at__gte=start, due_at__lt=end)


def tasks_by_value_at_stake() -> tuple[Any, ...]:
    """Orderings of tasks: urgent ones first, then those for customers of a higher tier."""
    return (
        Case(When(priority=Priority.HIGH, then=0), When(priority=Priority.LOW, then=2), default=1),
        Case(When(customer__tier=Tier.HIGH, then=0), When(customer__tier=Tier.MIDDLE, then=1), default=2),
    )


def customers_silent(actor: Actor, now: datetime | None = None) -> QuerySet[Any]:
    """The actor's own customers of every tier without a contact for longer than its bound, by value at stake.

    ``last_contact_at`` is when somebody last was in touch, None for never.
    """
    moment = now or timezone.now()
    contacts = Interaction.objects.filter(customer=OuterRef("pk"), deletion__isnull=True)
    newest = Subquery(contacts.order_by("-happened_at", "-id").values("happened_at")[:1])
    bounds = [
        When(tier=tier, then=Value(moment - timedelta(days=days), DateTimeField()))
        for tier, days in SILENCE_DAYS.items()
    ]
    # One look into the index for each customer; ``newest`` in a condition would be worked out for each tier anew.
    recent = contacts.filter(happened_at__gte=OuterRef("_bound"))
    rank = Case(When(tier=Tier.HIGH, then=0), When(tier=Tier.MIDDLE, then=1), default=2)
    rows: QuerySet[Any] = queryset_for(actor, registry.get("customer"))
    own = rows.filter(owner_id=actor.user_id, tier__in=list(SILENCE_DAYS)).exclude(stage=Stage.LOST)
    found: QuerySet[Any] = (
        own.alias(_bound=Case(*bounds, output_field=DateTimeField()))
        .filter(~Exists(recent))
        .annotate(last_contact_at=newest)
        .order_by(rank, F("annual_revenue").desc(nulls_last=True), F("last_contact_at").asc(nulls_first=True), "id")
    )
    return found


def contacts_per_week(actor: Actor, now: datetime | None = None) -> tuple[int, int]:
    """How often the actor was in touch with customers in this week and in the last one up to the same moment."""
    moment = timezone.localtime(now or timezone.now())
    monday = moment.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=moment.weekday())
    rows: QuerySet[Any] = queryset_for(actor, registry.get("interaction")).filter(owner_id=actor.user_id)
    week = timedelta(days=7)
    counted = rows.filter(happened_at__gte=monday - week, happened_at__lte=moment).aggregate(
        this=Count("pk", filter=Q(happened_at__gte=monday)),
        last=Count("pk", filter=Q(happened_at__lte=moment - week)),
    )
    return counted["this"], counted["last"]


def task_numbers(actor: Actor, now: datetime | None = None) -> dict[str, int]:
    """Tasks of the actor: ``overdue``, ``today`` (open, due later today), ``done`` and ``done_before`` (this week and last)."""
    moment = timezone.localtime(now or timezone.now())
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    monday, week = midnight - timedelta(days=midnight.weekday()), timedelta(days=7)
    is_open = Q(status=TaskStatus.OPEN)
    rows: QuerySet[Any] = queryset_for(actor, registry.get("task")).filter(owner_id=actor.user_id)
    counted: dict[str, int] = rows.filter(is_open | Q(done_at__gte=monday - week)).aggregate(
        overdue=Count("pk", filter=is_open & Q(due_at__lt=moment)),
        today=Count("pk", filter=is_open & Q(due_at__gte=moment, due_at__lt=midnight + timedelta(days=1))),
        done=Count("pk", filter=Q(done_at__gte=monday)),
        done_before=Count("pk", filter=Q(done_at__gte=monday - week, done_at__lte=moment - week)),
    )
    return counted


def customer_numbers(actor: Actor, now: datetime | None = None) -> tuple[int, int]:
    """How many customers the actor has who are not lost, and how many of them came this month."""
    moment = timezone.localtime(now or timezone.now())
    first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    rows: QuerySet[Any] = queryset_for(actor, registry.get("customer")).filter(owner_id=actor.user_id)
    counted = rows.exclude(stage=Stage.LOST).aggregate(
        all=Count("pk"), new=Count("pk", filter=Q(created_at__gte=first))
    )
    return counted["all"], counted["new"]


def customers_untouched(actor: Actor, tier: str, now: datetime | None = None) -> QuerySet[Any]:
    """The actor's own customers of a tier without a contact for longer than its bound, with ``last_contact_at``.

    Lost customers are left out; those whom nobody ever contacted come last.
    """
    since = (now or timezone.now()) - timedelta(days=SILENCE_DAYS[Tier(tier)])
    contacts = Interaction.objects.filter(customer=OuterRef("pk"), deletion__isnull=True)
    newest = contacts.order_by("-happened_at", "-id").values("happened_at")[:1]
    rows: QuerySet[Any] = queryset_for(actor, registry.get("customer"))
    found: QuerySet[Any] = (
        rows.filter(owner_id=actor.user_id, tier=tier)
        .exclude(stage=Stage.LOST)
        .filter(~Exists(contacts.filter(happened_at__gte=since)))
        .annotate(last_contact_at=Subquery(newest))
        .order_by(F("last_contact_at").asc(nulls_last=True), "id")
    )
    return found
