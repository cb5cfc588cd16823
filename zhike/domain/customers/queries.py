"""Questions about customers that pages and other domains ask; each starts from what the actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from zhike.domain.customers.choices import GroupKind
from zhike.domain.customers.models import Group
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import NotFound
from zhike.metadata.policy import queryset_for
from zhike.metadata.query import Query
from zhike.metadata.saving import context_for


def group_customers(group_id: int, *, actor: Actor, **options: Any) -> Query:
    """The customers of a group that the actor may see, as a list query; ``options`` are those of Query.

    A static group gives the members put into it, a live one those whom its filter finds with the actor's rights: a filter
    on a field hidden from the actor is refused as BadQuery. Raises NotFound for a group out of the actor's sight.
    """
    group = queryset_for(actor, registry.get("group")).filter(pk=group_id).first()
    if not isinstance(group, Group):
        raise NotFound("group", group_id)
    query = Query(registry.get("customer"), actor, context_for(actor), **options)
    if group.kind == GroupKind.LIVE:
        # An empty filter of a caller must not widen it: both hold.
        query.filter = {"all": [part for part in (group.filter, query.filter) if part]}
    else:
        members = Group.members.through.objects.filter(group_id=group.pk)
        query.where = Q(pk__in=members.values("customer_id"))
    return query


def groups_below(group_ids: Sequence[int], *, actor: Actor) -> list[int]:
    """The groups themselves and all below them that the actor may see."""
    groups: QuerySet[Any] = queryset_for(actor, registry.get("group"))
    children: dict[int | None, list[int]] = {}
    for pk, parent in groups.values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(pk)
    found: list[int] = []
    waiting = list(group_ids)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.append(node)
            waiting += children.get(node, [])
    return found
