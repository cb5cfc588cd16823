"""Keeps due reviews with whoever has the customer now, in the transaction in which it changes hands."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.utils import timezone

from zhike.accounts.rights import on_behalf
from zhike.domain.reviews.models import Review, ReviewState
from zhike.engines.working_time.services import working_calendar
from zhike.lib.working_time import YearNotKnown
from zhike.metadata import records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.writes import Origin, Row, WriteEvent, after_write


@after_write
def follow_hands(event: WriteEvent) -> None:
    """Customers that got another owner, and reviews that a merge moved to another customer."""
    key = event.object_type.key
    if key == "customer" and "owner" in event.changed_keys:
        give_on(Review.objects.filter(customer_id__in=event.updated), event.actor)
    elif key == "review" and "customer" in event.changed_keys:
        give_on(Review.objects.filter(pk__in=event.updated), event.actor)


def give_on(reviews: Any, actor: Actor) -> int:
    """Let the owners of today do what is due, with some working days' time from now; returns how many changed hands.

    Customers in the public pool wait for whoever claims them.
    """
    rows = reviews.filter(state=ReviewState.DUE, deletion__isnull=True)
    found = [
        (pk, owner, due_on, days)
        for pk, reviewer, owner, due_on, days in rows.order_by("pk").values_list(
            "pk", "reviewer_id", "customer__owner_id", "due_on", "cycle__policy__takeover_days"
        )
        if reviewer != owner
    ]
    if not found:
        return 0
    latest = _latest({days for *_rest, days in found})
    given = [
        Row({"reviewer": owner, "due_on": max(due_on, latest[days]) if owner is not None else due_on}, id=pk)
        for pk, owner, due_on, days in found
    ]
    acting = actor if actor.is_system else on_behalf(actor)
    records.save(registry.get("review"), given, actor=acting, origin=Origin("review"), partial=True)
    return len(given)


def _latest(spans: Collection[int]) -> dict[int, date]:
    """The day so many working days from today; today where the calendar does not reach."""
    today = timezone.localdate()
    calendar = working_calendar()
    found = {}
    for days in spans:
        try:
            found[days] = calendar.add_working_days(today, days) if days else today
        except YearNotKnown:
            found[days] = today
    return found
