"""Whose quality an actor sees: everybody their own, managers their departments, those who export everything all people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from zhike.accounts.models import User
from zhike.metadata.actor import Actor, Scope


def reach(actor: Actor) -> Scope:
    """How far the actor answers for data: as far as they change customers of others, or take them out of the house."""
    scopes = (actor.scope("customer", "edit"), actor.scope("customer", "export"))
    return max(scopes) if actor.scope("customer", "view") > Scope.NONE else Scope.NONE


def is_manager(actor: Actor) -> bool:
    return reach(actor) >= Scope.DEPARTMENT


def people_seen(actor: Actor) -> QuerySet[User]:
    """The people whose figures the actor sees."""
    scope = reach(actor)
    rows: QuerySet[User] = User.objects.filter(is_active=True)
    if scope >= Scope.ALL:
        return rows
    found = Q(pk=actor.user_id or 0)
    if scope >= Scope.DEPARTMENT_AND_BELOW:
        found |= Q(department_id__in=sorted(actor.subtree_ids))
    elif scope >= Scope.DEPARTMENT:
        found |= Q(department_id__in=sorted(actor.department_ids))
    return rows.filter(found)


def names(ids: Any) -> Mapping[int, str]:
    """Names by id."""
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
