"""The recall of every night, as a job that goes on where a killed worker stopped."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.domain.pools.services.recall import recall, warn
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRefused, JobRun
from zhike.jobs.scheduler import scheduled
from zhike.lib.working_time import YearNotKnown

JOB = "pools.recall"


@scheduled("pools.recall", daily_at="00:30")
def recall_tonight() -> None:
    """Queue the day's recall, unless it waits already."""
    if not Job.objects.filter(kind=JOB, state__in=(Job.State.QUEUED, Job.State.RUNNING)).exists():
        enqueue(JOB)


@job(JOB)
def carry_out(run: JobRun) -> dict[str, Any]:
    """Recall what is due today, then warn of what comes; a year without known working days fails loudly."""
    start = run.checkpoint or [0, 0]
    try:
        done = recall(timezone.localdate(), pool_id=start[0], after=start[1], keep=lambda place: run.keep(list(place)))
        warned = warn(timezone.localdate())
    except YearNotKnown as unknown:
        said = _("The working days of %(year)s are not known, so nothing is recalled. Take them in under Settings.")
        raise JobRefused(said % {"year": unknown.year}) from unknown
    return {"recalled": done, "warned": warned}
