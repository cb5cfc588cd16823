"""From notices to notifications: everybody who wants that kind gets one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone

from zhike.engines.notify.models import Notification
from zhike.metadata import notices
from zhike.metadata.notices import Notice


@notices.deliverer
def deliver(sent: Sequence[Notice]) -> None:
    """Write a notification for each person of each notice who is active and has not switched the kind off."""
    wanted = {user_id for notice in sent for user_id in notice.user_ids}
    rows = get_user_model()._default_manager.filter(pk__in=wanted, is_active=True, deletion__isnull=True)
    preferences = dict(rows.values_list("pk", "notifications"))
    now = timezone.now()
    known = gathered_already(sent, now)
    Notification.objects.bulk_create(
        [
            Notification(
                user_id=user_id,
                kind=notice.kind,
                actor_id=notice.actor_id,
                object_key=notice.object_key,
                record_id=notice.record_id,
                params=dict(notice.params),
                once=notice.once or None,
                created_at=now,
            )
            for notice in sent
            for user_id in notice.user_ids
            if user_id in preferences and (preferences[user_id] or {}).get(notice.kind, True)
            if notice.gathered is None or is_first(gathering_key(user_id, notice), known)
        ],
        ignore_conflicts=True,
    )


#: Whom a notice tells of what, and who acted.
GatheringKey = tuple[int, str, str, int, int | None]


def gathering_key(user_id: int, notice: Notice) -> GatheringKey:
    return user_id, notice.kind, notice.object_key, notice.record_id, notice.actor_id


def is_first(key: GatheringKey, known: set[GatheringKey]) -> bool:
    """Whether nothing of the kind is known yet; from then on it is."""
    if key in known:
        return False
    known.add(key)
    return True


def gathered_already(sent: Sequence[Notice], now: datetime) -> set[GatheringKey]:
    """What unread notifications of the last minutes tell already of the notices that are gathered; one query."""
    wanted = [notice for notice in sent if notice.gathered is not None]
    if not wanted:
        return set()
    rows = Notification.objects.filter(
        user_id__in={user_id for notice in wanted for user_id in notice.user_ids},
        record_id__in={notice.record_id for notice in wanted},
        kind__in={notice.kind for notice in wanted},
        read_at__isnull=True,
    )
    spans = {notice.kind: notice.gathered or timedelta() for notice in wanted}
    found = rows.values_list("user_id", "kind", "object_key", "record_id", "actor_id", "created_at")
    return {
        (user_id, kind, object_key, record_id, actor_id)
        for user_id, kind, object_key, record_id, actor_id, at in found
        if at >= now - spans[kind]
    }
