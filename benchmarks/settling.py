"""The first night of a base: what a server would do behind its pages is done before they are measured."""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta

from django.utils import timezone

from zhike.jobs import scheduler
from zhike.jobs.models import Job, ScheduleRun
from zhike.jobs.worker import work_off
from zhike.metadata.sealing import run_outbox

#: What is owed within so many hours is done at once and noted as done then, so that it does not come in between.
AHEAD = timedelta(hours=6)


def settle() -> None:
    """Run what is scheduled and due, and the jobs that this queues, until nothing is left."""
    moment = timezone.now() + AHEAD
    while True:
        for schedule in scheduler.SCHEDULES.values():
            if schedule.is_remembered and schedule.is_due(_last_run(schedule), moment):
                scheduler.perform(schedule, moment)
        run_outbox()
        due = Job.objects.filter(state=Job.State.QUEUED, run_at__lte=timezone.now())
        if not (waiting := list(due.values_list("kind", flat=True))):
            return
        started = time.monotonic()
        work_off()
        print(f"   {', '.join(waiting)}: {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)


def _last_run(schedule: scheduler.Schedule) -> datetime | None:
    return ScheduleRun.objects.filter(name=schedule.name).values_list("last_run_at", flat=True).first()
