"""The policy in force, the usual one to begin with, and which tiers are due for a new cycle."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.domain.customers.choices import Risk, Tier
from zhike.domain.reviews.models import ReviewCycle, ReviewPolicy
from zhike.domain.reviews.models.policy import NO_TIER
from zhike.metadata import policy as rights, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, Problem
from zhike.metadata.records import record_save

TIERS = (*Tier.values, NO_TIER)
#: What the usual policy has confirmed, as far as it concerns the kind of customer.
USUAL_FIELDS = (
    "name",
    "phones",
    "wechat",
    "address",
    "legal_representative",
    "size",
    "occupation",
    "needs",
)


def policy_in_force(day: date) -> ReviewPolicy | None:
    """The version whose first day came last."""
    rows = ReviewPolicy.objects.filter(effective_on__lte=day, deletion__isnull=True)
    return rows.order_by("-effective_on").first()


def tiers_due(policy: ReviewPolicy, day: date) -> list[str]:
    """Tiers whose last cycle opened as many days ago as the policy says, or never."""
    last: dict[str, date] = {}
    for opened_on, tiers in ReviewCycle.objects.order_by("opened_on").values_list("opened_on", "tiers"):
        last.update(dict.fromkeys(tiers or (), opened_on))
    found = []
    for tier in TIERS:
        days = policy.days_of(tier)
        if days and (tier not in last or last[tier] + timedelta(days=days) <= day):
            found.append(tier)
    return found


def usual_values() -> Mapping[str, Any]:
    """What most firms begin with: every 60 days, the ways to reach a customer, two weeks' time."""
    return {
        "name": _("Every two months"),
        "effective_on": timezone.localdate(),
        "confirmed": list(USUAL_FIELDS),
        "important_filter": {"all": [{"field": "tier", "op": "eq", "value": Tier.HIGH.value}]},
        "risk_filter": {"all": [{"field": "risk", "op": "in", "value": [Risk.WATCH.value, Risk.HIGH.value]}]},
        "watch": _("Amount and frequency of orders; what the customer says about us and about competitors."),
    }


def policy_start(*, actor: Actor) -> int:
    """Put the usual policy in force from today; raises Denied, or Invalid where there is one already."""
    rights.require(actor, registry.get("review_policy"), "create")
    if policy_in_force(timezone.localdate()) is not None:
        raise Invalid({"": [Problem("there_already", _("A policy is in force already."))]})
    return record_save(registry.get("review_policy"), usual_values(), actor=actor)
