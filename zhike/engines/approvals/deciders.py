"""Whom to ask: the manager of a person, the people with a role; only those who can sign in."""

from __future__ import annotations

from collections.abc import Iterable

from zhike.accounts.models import Department, User
from zhike.accounts.role_book import current_book

#: So many steps up the tree of departments are looked at.
MOST_STEPS = 20


def usable(user_ids: Iterable[int | None]) -> list[int]:
    """Those who may sign in, in the order given."""
    wanted = [user_id for user_id in dict.fromkeys(user_ids) if user_id is not None]
    rows = {user.pk: user for user in User.objects.filter(pk__in=wanted, deletion__isnull=True)}
    return [user_id for user_id in wanted if user_id in rows and rows[user_id].is_usable()]


def managers_of(user_id: int) -> list[int]:
    """The person to whom somebody reports; without one the nearest head of department above them. Never the person."""
    user = User.objects.filter(pk=user_id).select_related("department").first()
    if user is None:
        return []
    if found := usable([user.manager_id]):
        return found
    room, steps = user.department, 0
    while room is not None and steps < MOST_STEPS:
        if room.head_id != user_id and (found := usable([room.head_id])):
            return found
        room, steps = _parent(room), steps + 1
    return []


def _parent(room: Department) -> Department | None:
    return None if room.parent_id is None else Department.objects.filter(pk=room.parent_id).first()


def people_with_role(role_key: str) -> list[int]:
    """Everybody who holds the role, by id."""
    rows = User.objects.filter(deletion__isnull=True, is_active=True).order_by("pk")
    return [user.pk for user in rows if role_key in (user.roles or ()) and user.is_usable()]


def people_with_privilege(privilege: str) -> list[int]:
    """Everybody with a right over the installation, by id."""
    roles = {role.key for role in current_book().values() if privilege in role.privileges}
    rows = User.objects.filter(deletion__isnull=True, is_active=True).order_by("pk")
    return [user.pk for user in rows if roles.intersection(user.roles or ()) and user.is_usable()]


def owner_or_managers(owner_id: int | None) -> list[int]:
    """The owner of a record with their manager, so that an absent owner holds nothing up."""
    return [] if owner_id is None else [*usable([owner_id]), *managers_of(owner_id)]
