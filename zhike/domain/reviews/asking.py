"""Reviews within reach, and the fields that each asks for."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from zhike.domain.reviews.models import Review, ReviewState
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor, FieldAccess
from zhike.metadata.errors import Denied, NotFound
from zhike.metadata.fields.base import Field


def reviews_seen(actor: Actor, action: str = "view", *, gathered: bool = False) -> Any:
    """Reviews on which the actor may do the action; ``gathered`` where all of them are wanted."""
    return policy.queryset_for(actor, registry.get("review"), action, gathered=gathered)


def find_review(review_id: int, *, actor: Actor, action: str = "view") -> Review:
    """A review with its cycle, policy and customer; raises NotFound outside of reach, Denied without the right to the action."""
    related = ("cycle__policy", "customer")
    found: Review | None = reviews_seen(actor, action).filter(pk=review_id).select_related(*related).first()
    if found is not None:
        return found
    if action != "view" and reviews_seen(actor).filter(pk=review_id).exists():
        raise Denied("review", action)
    raise NotFound("review", review_id)


def fields_asked(review: Review, actor: Actor) -> list[Field]:
    """Fields of the policy that concern this kind of customer and that the actor sees in full."""
    customer = registry.get("customer")
    values = {"kind": review.customer.kind}
    beside = {key for section in customer.form if not section.applies(values) for key in section.fields}
    found = []
    for key in review.cycle.policy.confirmed or ():
        field = customer.fields.get(key)
        if field is None or field.retired or key in beside:
            continue
        if policy.access(actor, customer, field) >= FieldAccess.READ_ONLY:
            found.append(field)
    return found


def own_due(actor: Actor) -> Any:
    """Reviews that the actor has still to do, the first to fall due first."""
    rows = reviews_seen(actor).filter(reviewer_id=actor.user_id or 0, state=ReviewState.DUE)
    return rows.order_by("due_on", "pk")


def next_due(actor: Actor, after: Review) -> int | None:
    """The review to go on with: the next in the list, or the first again at its end."""
    others = own_due(actor).exclude(pk=after.pk)
    beyond = Q(due_on__gt=after.due_on) | Q(due_on=after.due_on, pk__gt=after.pk)
    for rows in (others.filter(beyond), others):
        found: int | None = rows.values_list("pk", flat=True).first()
        if found is not None:
            return found
    return None
