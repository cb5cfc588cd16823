"""The recurring work of money."""

from __future__ import annotations

from django.utils import timezone

from zhike.domain.money.dunning import remind
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.jobs.scheduler import scheduled

JOB = "money.dunning"


@scheduled("money.dunning", daily_at="07:30")
def remind_this_morning() -> None:
    """Queue the day's reminders, unless they wait already."""
    if not Job.objects.filter(kind=JOB, state__in=(Job.State.QUEUED, Job.State.RUNNING)).exists():
        enqueue(JOB)


@job(JOB)
def carry_out(_run: JobRun) -> dict[str, int]:
    """Make the tasks that fall due today; what a killed worker made already is not made again."""
    return {"reminded": remind(timezone.localdate())}
