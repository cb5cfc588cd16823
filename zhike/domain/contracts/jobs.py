"""The recurring work of contracts."""

from __future__ import annotations

from django.utils import timezone

from zhike.domain.contracts.ending import contracts_end, contracts_remind
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.jobs.scheduler import scheduled

JOB = "contracts.daily"


@scheduled(JOB, daily_at="06:40")
def look_this_morning() -> None:
    """Queue the day's look, unless it waits already."""
    if not Job.objects.filter(kind=JOB, state__in=(Job.State.QUEUED, Job.State.RUNNING)).exists():
        enqueue(JOB)


@job(JOB)
def carry_out(_run: JobRun) -> dict[str, int]:
    """Remind of ends ahead and mark those that have come; what a killed worker did already is not done again."""
    today = timezone.localdate()
    return {"ended": contracts_end(today), "reminded": contracts_remind(today)}
