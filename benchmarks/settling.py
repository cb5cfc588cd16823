"""The first night of a base: what a server would do behind its pages is done before they are measured."""

from __future__ import annotations

import sys
import time
from datetime import timedelta

from django.utils import timezone

from zhike.jobs import scheduler
from zhike.jobs.models import Job, ScheduleRun
from zhike.jobs.worker import work_off
from zhike.metadata.sealing import run_outbox

#: What is owed within so many hours is done at once, so that it does not come in between.
AHEAD = timedelta(hours=6)


def settle() -> None:
    """Run what is scheduled and due, and the jobs that this queues, until nothing is left."""
    while True:
        for schedule in scheduler.SCHEDULES.values():
            if schedule.is_remembered and _is_due(schedule):
                scheduler.perform(schedule, timezone.now())
        run_outbox()
        waiting = list(
            Job.objects.filter(state=Job.State.QUEUED, run_at__lte=timezone.now()).values_list("kind", flat=True)
        )
        if not waiting:
            return
        started = time.monotonic()
        work_off()
        print(f"   {', '.join(waiting)}: {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)


def _is_due(schedule: scheduler.Schedule) -> bool:
    last = ScheduleRun.objects.filter(name=schedule.name).values_list("last_run_at", flat=True).first()
    return schedule.is_due(last, timezone.now() + (AHEAD if schedule.daily_at else timedelta()))
