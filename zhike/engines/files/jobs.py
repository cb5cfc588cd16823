"""What happens to files at night."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from zhike.engines.files.models import File
from zhike.engines.files.renditions import remove_contents
from zhike.jobs.scheduler import scheduled

DAYS_KEPT = 30
BATCH = 500


@scheduled("files.remove_deleted", daily_at="03:40")
def remove_deleted_files() -> None:
    """Remove files for good that were deleted more than 30 days ago, or sent for a record that was never saved."""
    now = timezone.now()
    gone = Q(deleted_at__lt=now - timedelta(days=DAYS_KEPT))
    never_claimed = Q(object_key="", created_at__lt=now - timedelta(days=1))
    for file in File.objects.filter(gone | never_claimed).order_by("pk")[:BATCH]:
        remove_contents(file)
        file.delete()
