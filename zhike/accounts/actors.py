"""Turns people and tokens into actors; kept per process, and never older than the rights they were made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Count, IntegerField, Max, Model, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from zhike.accounts.department_tree import department_tree
from zhike.accounts.models import Department, Token, User
from zhike.accounts.role_book import combined, role_book
from zhike.metadata import registry
from zhike.metadata.actor import Actor, ActorKind
from zhike.metadata.models import Stamp

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Stamps:
    """What cached rights depend on; any of them differing means reading again.

    ``departments`` is (number, highest id, sum of versions, last change): every way of changing a department changes one.
    """

    rights: int
    metadata: int
    departments: tuple[object, ...]


def _stamp(key: str) -> Coalesce:
    return Coalesce(Subquery(Stamp.objects.filter(pk=key).values("value")), Value(0))


def _of_departments(aggregate: Any) -> Coalesce:
    found = Department.objects.order_by().annotate(one=Value(1)).values("one").annotate(found=aggregate)
    return Coalesce(Subquery(found.values("found"), output_field=IntegerField()), Value(0))


def stamped(queryset: QuerySet[M]) -> QuerySet[M]:
    """Let the query that reads a session, token or user bring the stamps along, so that they cost no query of their own."""
    found: QuerySet[Any] = queryset.annotate(
        stamp_rights=_stamp(Stamp.RIGHTS),
        stamp_metadata=_stamp(Stamp.METADATA),
        stamp_departments=_of_departments(Count("id")),
        stamp_departments_last=_of_departments(Max("id")),
        stamp_departments_versions=_of_departments(Sum("version")),
        stamp_departments_at=Subquery(Department.objects.order_by("-updated_at").values("updated_at")[:1]),
    )
    return found


def stamps_of(row: Any) -> Stamps:
    """The stamps that a row of a ``stamped`` query carries."""
    return Stamps(
        rights=row.stamp_rights,
        metadata=row.stamp_metadata,
        departments=(
            row.stamp_departments,
            row.stamp_departments_last,
            row.stamp_departments_versions,
            row.stamp_departments_at,
        ),
    )


#: By user id: what the actor was made of, and the actor. Those made under other stamps are of no use any more.
_actors: dict[int, tuple[tuple[object, ...], Actor]] = {}
_actors_of: Stamps | None = None


def actor_for(user: User, *, stamps: Stamps | None = None, now: datetime | None = None) -> Actor | None:
    """The person as an actor; None for whoever is disabled, expired or deleted.

    ``user`` must be fresh from the database. Without ``stamps`` they are read, at one query more.
    """
    global _actors_of  # noqa: PLW0603
    if not user.is_usable(now):
        return None
    if stamps is None:
        row = stamped(User.objects.filter(pk=user.pk)).first()
        if row is None:
            return None
        stamps = stamps_of(row)
    registry.refresh(stamps.metadata)
    if stamps != _actors_of:
        _actors.clear()
        _actors_of = stamps
    version = (user.version, user.updated_at, user.language, user.timezone, stamps)
    kept = _actors.get(user.pk)
    if kept is None or kept[0] != version:
        kept = (version, _build(user, stamps))
        _actors[user.pk] = kept
    return kept[1]


def actor_for_id(user_id: int) -> Actor | None:
    """The person with this id as an actor, for jobs and the command line."""
    user = stamped(User.objects.filter(pk=user_id)).first()
    return None if user is None else actor_for(user, stamps=stamps_of(user))


def actor_for_token(token: Token, *, stamps: Stamps | None = None, now: datetime | None = None) -> Actor | None:
    """The token's person, limited to the token's scopes; None when either may not act any more."""
    if not token.is_usable(now):
        return None
    actor = actor_for(token.user, stamps=stamps, now=now)
    return actor and replace(actor, kind=ActorKind.TOKEN, token_scopes=frozenset(token.scopes))


def _build(user: User, stamps: Stamps) -> Actor:
    held = set(user.roles or ())
    roles = [role for role in role_book(stamps.rights).values() if role.key in held]
    rights = combined(roles, [found.key for found in registry.all_types()])
    departments = _department_ids(user)
    return Actor(
        kind=ActorKind.USER,
        user_id=user.pk,
        name=user.name,
        department_id=user.department_id,
        department_ids=departments,
        subtree_ids=department_tree(stamps.departments).subtree(departments),
        role_keys=rights.role_keys,
        grants=rights.grants,
        field_access=rights.fields,
        privileges=rights.privileges,
        language=user.language,
        timezone=user.timezone,
    )


def _department_ids(user: User) -> frozenset[int]:
    """The home department and all others that the person belongs to."""
    found = set(User.departments.through.objects.filter(user_id=user.pk).values_list("department_id", flat=True))
    if user.department_id is not None:
        found.add(user.department_id)
    return frozenset(found)
