"""What happens to the keys of forms at night."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from zhike.engines.submissions.models import Submission
from zhike.jobs.scheduler import scheduled


@scheduled("submissions.forget", daily_at="04:00")
def forget_submissions() -> None:
    """A form older than a day is not sent again by accident."""
    Submission.objects.filter(at__lt=timezone.now() - timedelta(days=1)).delete()
