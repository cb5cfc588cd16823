"""What happened to a customer since it was last reviewed: figures, fields, contacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from zhike.domain.reviews.models import Review, ReviewState
from zhike.domain.reviews.rules import differences
from zhike.metadata import changes, policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Field

#: Fields whose change says nothing about the customer, or that the figures tell already.
NOT_TOLD = frozenset({"custody_since", "updated_at", "updated_by", "version", "tier", "stage", "risk"})
MOST_CONTACTS = 5
#: Figures of customers and words that two openings are compared by.
FIGURES = ("net_amount", "product_count", "asset_balance", "loan_balance", "tier", "stage", "risk")


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since ``at``; ``figures`` and ``fields`` are (field, value then, value now), plain."""

    at: datetime
    before: Review | None
    figures: Sequence[tuple[Field, Any, Any]]
    fields: Sequence[tuple[Field, Any, Any]]
    contacts: Sequence[tuple[int, str, bool]]


def previous_review(review: Review) -> Review | None:
    """The last finished review of the customer before this one."""
    rows = Review.objects.filter(customer_id=review.customer_id, state=ReviewState.DONE, deletion__isnull=True)
    return rows.filter(pk__lt=review.pk).order_by("-pk").first()


def changed_since(review: Review, actor: Actor) -> Since:
    """As far as the actor may see it; without an earlier review since as many days before as the windows have."""
    before = previous_review(review)
    given = before.done_at if before is not None else None
    at = given or review.created_at - timedelta(days=review.cycle.policy.window_days)
    customer = registry.get("customer")
    shown = [
        (customer.field(key), old, new)
        for key, old, new in (differences(review.facts, before.facts) if before is not None else ())
        if key in customer.fields and policy.comparable(actor, customer, customer.field(key))
    ]
    return Since(at, before, shown, _fields(review, actor, at), _contacts(review, actor, at))


def _fields(review: Review, actor: Actor, at: datetime) -> list[tuple[Field, Any, Any]]:
    """Each changed field once: its first value before, its last one after."""
    customer = registry.get("customer")
    first: dict[str, tuple[Field, Any, Any]] = {}
    for entry in changes.history(actor, customer, review.customer_id):
        if entry.change.at < at:
            break
        for found in entry.fields:
            newest = first.get(found.field.key)
            first[found.field.key] = (found.field, found.old, newest[2] if newest is not None else found.new)
    return [told for key, told in first.items() if key not in NOT_TOLD and told[1] != told[2]]


def _contacts(review: Review, actor: Actor, at: datetime) -> list[tuple[int, str, bool]]:
    """(id, name, whether new) of contacts that came or changed."""
    seen: Any = policy.queryset_for(actor, registry.get("contact"))
    found = (
        seen.filter(customer_id=review.customer_id, updated_at__gte=at)
        .order_by("-updated_at")
        .values_list("pk", "name", "created_at")[:MOST_CONTACTS]
    )
    return [(pk, name, created_at >= at) for pk, name, created_at in found]
