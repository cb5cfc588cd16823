"""Following and leaving records, and listing what one follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.accounts.audience import people_who_see
from zhike.engines.following.models import Following
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.fields.base import Context
from zhike.metadata.labels import fill_labels
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage

#: Records that one person may follow: who wants to hear of more uses a view.
MOST = 500

TOO_MANY = Problem("too_many", _("You follow 500 records already; leave one first."))


@dataclass(frozen=True, slots=True)
class Followed:
    """A record that the reader follows and may still see."""

    object_type: ObjectType
    record_id: int
    title: str
    url: str
    at: datetime


def can_be_followed(object_type: ObjectType, actor: Actor) -> bool:
    """Whether a record in the actor's sight may be followed: by a person, and where others may change it at all."""
    return actor.user_id is not None and not object_type.is_private


def record_follow(object_type: ObjectType, record_id: int, *, actor: Actor) -> None:
    """Have the actor told of what others do with a record in sight. Raises NotFound, or Invalid beyond ``MOST``."""
    seen = policy.queryset_for(actor, object_type).filter(pk=record_id).exists()
    if not seen or not can_be_followed(object_type, actor):
        raise NotFound(object_type.key, record_id)
    user_id = actor.user_id or 0
    own = Following.objects.filter(user_id=user_id)
    with storage().write_transaction():
        if own.filter(object_key=object_type.key, record_id=record_id).exists():
            return
        if own.count() >= MOST:
            raise Invalid({"": [TOO_MANY]})
        Following.objects.get_or_create(
            user_id=user_id,
            object_key=object_type.key,
            record_id=record_id,
            defaults={"at": timezone.now()},
        )


def record_unfollow(object_type: ObjectType, record_id: int, *, actor: Actor) -> None:
    """Have the actor told no more. Raises NotFound for a record out of sight."""
    if not policy.queryset_for(actor, object_type).filter(pk=record_id).exists():
        raise NotFound(object_type.key, record_id)
    Following.objects.filter(user_id=actor.user_id or 0, object_key=object_type.key, record_id=record_id).delete()


def is_following(object_type: ObjectType, record_id: int, actor: Actor) -> Exists:
    """Whether the actor follows the record, as a column for a query that is asked anyway."""
    rows = Following.objects.filter(user_id=actor.user_id or 0, object_key=object_type.key, record_id=record_id)
    return Exists(rows)


def followers_who_see(object_type: ObjectType, record_id: int) -> frozenset[int]:
    """Ids of the people who follow a record and may see it now."""
    rows = Following.objects.filter(object_key=object_type.key, record_id=record_id)
    return people_who_see(object_type, record_id, list(rows.values_list("user_id", flat=True)))


def followed_by(actor: Actor, context: Context) -> list[Followed]:
    """Everything that the actor follows and may still see, the latest first; one query for each object type among it."""
    rows = list(Following.objects.filter(user_id=actor.user_id or 0).order_by("-at", "-pk"))
    wanted: dict[str, set[int]] = {}
    for row in rows:
        if row.object_key in registry.catalogue():
            wanted.setdefault(row.object_key, set()).add(row.record_id)
    fill_labels(wanted, context)
    return [
        Followed(registry.get(row.object_key), row.record_id, *context.labels[row.object_key, row.record_id], row.at)
        for row in rows
        if (row.object_key, row.record_id) in context.labels and row.object_key in wanted
    ]
