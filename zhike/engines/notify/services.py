"""Reading notifications, and marking them read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.engines.notify.models import Notification
from zhike.metadata import notices, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context
from zhike.metadata.labels import fill_labels
from zhike.metadata.prepared import Prepared

#: The bell counts no further.
MOST_COUNTED = 100


#: Asked by every page.
_UNREAD: Prepared[Notification, int] = Prepared(
    lambda user_id: (
        Notification.objects.filter(user_id=user_id, read_at__isnull=True).order_by().values_list("pk")[:MOST_COUNTED]
    ),
    place=-1,
)


@dataclass(frozen=True, slots=True)
class Told:
    """A notification as its reader sees it."""

    id: int
    kind: str
    icon: str
    text: str
    url: str
    at: datetime
    is_read: bool
    actor_id: int | None
    object_key: str
    record_id: int


def unread_count(actor: Actor) -> int:
    """How many notifications wait, up to MOST_COUNTED; one index-only query."""
    if actor.user_id is None:
        return 0
    return len(_UNREAD.tuples(actor.user_id))


def notifications_for(
    actor: Actor,
    context: Context,
    *,
    kinds: Sequence[str] = (),
    unread: bool = False,
    before_id: int | None = None,
    limit: int = 30,
) -> tuple[list[Told], int | None]:
    """The actor's notifications, newest first, and the id from which the next page goes on.

    What tells of a record that the actor may no longer see is left out and counts as read from then on.
    """
    rows = Notification.objects.filter(user_id=actor.user_id or 0).order_by("-id")
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if unread:
        rows = rows.filter(read_at__isnull=True)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    found = list(rows[: limit + 1])
    more = found[limit - 1].pk if len(found) > limit else None
    found = found[:limit]
    label(found, context)
    shown = [row for row in found if is_visible(row, context)]
    hidden = [row.pk for row in found if not is_visible(row, context) and row.read_at is None]
    if hidden:
        Notification.objects.filter(pk__in=hidden).update(read_at=timezone.now())
    return [told(row, context) for row in shown], more


def label(rows: Sequence[Notification], context: Context) -> None:
    """Fetch the titles of records and people as far as the reader may see them; one query an object type."""
    wanted: dict[str, set[int]] = {"user": {row.actor_id for row in rows if row.actor_id is not None}}
    for row in rows:
        if row.object_key in registry.catalogue():
            wanted.setdefault(row.object_key, set()).add(row.record_id)
    fill_labels(wanted, context)


def is_visible(row: Notification, context: Context) -> bool:
    return (row.object_key, row.record_id) in context.labels and row.kind in notices.kinds


def told(row: Notification, context: Context) -> Told:
    """The sentence in the reader's language; who acted is shown only to readers who may see that person."""
    title, url = context.labels[row.object_key, row.record_id]
    person = context.labels.get(("user", row.actor_id or 0), ("", ""))[0] or _("Somebody")
    values: dict[str, Any] = {**row.params, "actor": person, "title": title}
    kind = notices.kinds[row.kind]
    return Told(
        id=row.pk,
        kind=row.kind,
        icon=kind.icon,
        text=str(kind.text) % values,
        url=url,
        at=row.created_at,
        is_read=row.read_at is not None,
        actor_id=row.actor_id,
        object_key=row.object_key,
        record_id=row.record_id,
    )


def notifications_read(actor: Actor, ids: Sequence[int] | None = None) -> int:
    """Mark the actor's own notifications as read, all of them without ``ids``; returns how many were not yet."""
    rows = Notification.objects.filter(user_id=actor.user_id or 0, read_at__isnull=True)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    return rows.update(read_at=timezone.now())


def record_notifications_read(actor: Actor, object_key: str, record_id: int) -> int:
    """Mark what tells of one record as read: who opened the record knows."""
    rows = Notification.objects.filter(
        user_id=actor.user_id or 0, object_key=object_key, record_id=record_id, read_at__isnull=True
    )
    return rows.update(read_at=timezone.now())
