"""The recurring work of quotes."""

from __future__ import annotations

from django.utils import timezone

from zhike.domain.quotes.services.expiring import quotes_expire
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.jobs.scheduler import scheduled

JOB = "quotes.expire"


@scheduled(JOB, daily_at="00:20")
def expire_this_morning() -> None:
    """Queue the day's look, unless it waits already."""
    if not Job.objects.filter(kind=JOB, state__in=(Job.State.QUEUED, Job.State.RUNNING)).exists():
        enqueue(JOB)


@job(JOB)
def carry_out(_run: JobRun) -> dict[str, int]:
    """Mark what ended; what a killed worker marked already is not marked again."""
    return {"expired": quotes_expire(timezone.localdate())}
