"""From notices to notifications: everybody who wants that kind gets one."""

from __future__ import annotations

from collections.abc import Sequence

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
        ],
        ignore_conflicts=True,
    )
