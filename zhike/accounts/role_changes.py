"""Who gave a person which roles, and when, as the change log tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from zhike.accounts.models import User
from zhike.metadata.models import Change

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class RoleChange:
    """Keys of roles that were given and taken at one moment; ``by`` is a name, "" for the product itself."""

    at: datetime
    by: str
    given: tuple[str, ...]
    taken: tuple[str, ...]
    #: The account was made then.
    is_first: bool = False


def role_changes(user: User) -> list[RoleChange]:
    """Newest first, at most ``MOST_SHOWN``, down to the roles that the account began with."""
    rows = Change.objects.filter(object_key="user", record_id=user.pk)
    later = list(rows.filter(action=Change.Action.UPDATE, values__has_key="roles").order_by("-id")[:MOST_SHOWN])
    made = rows.filter(action=Change.Action.CREATE).first() if len(later) < MOST_SHOWN else None
    people = {change.actor_id for change in (*later, made) if change is not None and change.actor_id is not None}
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "name"))
    found = [change_of(change, (change.values or {})["roles"], names) for change in later]
    if made is not None:
        began = (later[-1].values or {})["roles"][0] if later else user.roles
        found.append(
            RoleChange(made.at, names.get(made.actor_id or 0, ""), tuple(began or ()), (), is_first=True),
        )
    return found


def change_of(change: Change, roles: Sequence[list[str] | None], names: dict[int, str]) -> RoleChange:
    before, after = (held or [] for held in roles)
    return RoleChange(
        at=change.at,
        by=names.get(change.actor_id or 0, ""),
        given=tuple(key for key in after if key not in before),
        taken=tuple(key for key in before if key not in after),
    )
