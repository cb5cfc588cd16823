"""What happens to notifications at night."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from zhike.engines.notify.models import Notification
from zhike.jobs.scheduler import scheduled

DAYS_KEPT = 180


@scheduled("notify.remove_old", daily_at="03:50")
def remove_old_notifications() -> None:
    """Forget what people were told more than half a year ago."""
    Notification.objects.filter(created_at__lt=timezone.now() - timedelta(days=DAYS_KEPT)).delete()
