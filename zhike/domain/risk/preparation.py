"""What is completed and checked on evidence of risk before it is saved, a whole batch at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.preparation import Found, followers_prepare, merged
from zhike.domain.risk.scheme import risk_scheme
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Values

IN_THE_FUTURE = Problem("in_the_future", _("This day has not come yet: write down what was seen."))
WRITTEN_BY_ITSELF = Problem("read_only", _("This is written by the product itself: use the action of the customer."))
ENDS_BEFORE = Problem("ends_before", _("It cannot end before it was seen."))


def signals_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """The day is today unless given, never one to come; rules that weigh the evidence are there from the first on."""
    followers_prepare(rows, existing, actor)
    risk_scheme()
    today = timezone.localdate()
    found: Found = {}
    for index, row in enumerate(rows):
        stored = existing.get(index)
        if not merged(row, stored, "seen_on"):
            row["seen_on"] = today
        seen, until = merged(row, stored, "seen_on"), merged(row, stored, "valid_until")
        # The reader's day may be one ahead of the server's.
        if seen > today + timedelta(days=1):
            found[index] = {"seen_on": IN_THE_FUTURE}
        elif until is not None and until < seen:
            found[index] = {"valid_until": ENDS_BEFORE}
    return found


def holds_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Only the services write credit holds; a new one stands from now on."""
    return _written_by_services(rows, existing, actor, "placed_at", timezone.now())


def reports_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Only the services write reports; a new one is of today."""
    return _written_by_services(rows, existing, actor, "day", timezone.localdate())


def _written_by_services(
    rows: list[Values], existing: Mapping[int, Values], actor: Actor, key: str, default: object
) -> Found:
    if not actor.is_system:
        return {index: {"": WRITTEN_BY_ITSELF} for index in range(len(rows))}
    for index, row in enumerate(rows):
        if index not in existing:
            row.setdefault(key, default)
    return {}
