"""Noting what a person opened, and listing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from zhike.engines.recent.models import RecentRecord
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import NotFound
from zhike.metadata.fields.base import Context
from zhike.metadata.labels import fill_labels
from zhike.metadata.object_type import ObjectType

#: Records kept a person.
MOST = 40


@dataclass(frozen=True, slots=True)
class Recent:
    """A record that a person opened and may still see."""

    object_type: ObjectType
    record_id: int
    title: str
    url: str
    at: datetime


def record_opened(object_type: ObjectType, record_id: int, *, actor: Actor) -> None:
    """Note that the actor opened a record; raises NotFound for one out of reach."""
    if not policy.queryset_for(actor, object_type).filter(pk=record_id).exists():
        raise NotFound(object_type.key, record_id)
    if actor.user_id is None:
        return
    RecentRecord.objects.update_or_create(
        user_id=actor.user_id or 0, object_key=object_type.key, record_id=record_id, defaults={"at": timezone.now()}
    )
    kept = RecentRecord.objects.filter(user_id=actor.user_id or 0).order_by("-at").values("pk")[:MOST]
    RecentRecord.objects.filter(user_id=actor.user_id or 0).exclude(
        pk__in=list(kept.values_list("pk", flat=True))
    ).delete()


def recent_records(actor: Actor, context: Context, *, limit: int = 8) -> list[Recent]:
    """The last records that the actor opened and may still see; one query more for each object type among them."""
    rows = list(RecentRecord.objects.filter(user_id=actor.user_id or 0).order_by("-at")[: limit + limit // 2])
    wanted: dict[str, set[int]] = {}
    for row in rows:
        if row.object_key in registry.catalogue():
            wanted.setdefault(row.object_key, set()).add(row.record_id)
    fill_labels(wanted, context)
    found = []
    for row in rows:
        label = context.labels.get((row.object_key, row.record_id))
        if label is not None and row.object_key in wanted:
            found.append(Recent(registry.get(row.object_key), row.record_id, *label, row.at))
    return found[:limit]
