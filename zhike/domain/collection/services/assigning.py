"""Who gets what arrives by a form."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from zhike.accounts.models import User
from zhike.domain.collection.models import Assignment, FormTurn, WebForm


def holder_of(form: WebForm) -> dict[str, Any]:
    """``owner`` and ``department``, or ``pool``, of the next new customer; inside a write transaction that holds the lock
    of arrivals, so that nobody gets two turns at once. A person whose account is closed gets nothing."""
    if form.assignment == Assignment.POOL and form.pool_id is not None:
        return {"owner": None, "department": None, "pool": form.pool_id}
    user = next_in_turn(form) if form.assignment == Assignment.ROUND else None
    user = user or usable(form.person_id)
    return {"owner": user and user.pk, "department": user and user.department_id}


def usable(user_id: int | None) -> User | None:
    user = User.objects.filter(pk=user_id, deletion__isnull=True).first() if user_id else None
    return user if user is not None and user.is_usable() else None


def next_in_turn(form: WebForm) -> User | None:
    """The active person of the department who comes after whoever had the last turn; None where there is nobody."""
    if form.team_id is None:
        return None
    listed = User.objects.filter(department_id=form.team_id, is_active=True, deletion__isnull=True).order_by("pk")
    people = [user for user in listed if user.is_usable(timezone.now())]
    if not people:
        return None
    last = FormTurn.objects.filter(form=form).values_list("user_id", flat=True).first() or 0
    chosen = next((user for user in people if user.pk > last), people[0])
    FormTurn.objects.update_or_create(form=form, defaults={"user_id": chosen.pk})
    return chosen


def listeners_of(form: WebForm, owner_id: int | None) -> tuple[int, ...]:
    """Who hears of an arrival: its owner, else the managers of the pool, else the form's person or maker."""
    if owner_id is not None:
        return (owner_id,)
    if form.assignment == Assignment.POOL and form.pool is not None:
        managers = tuple(form.pool.managers.filter(is_active=True).values_list("pk", flat=True))
        if managers:
            return managers
    fallback = usable(form.person_id) or usable(form.created_by_id)
    return (fallback.pk,) if fallback else ()
