"""Recurring work: one scheduler at a time, by a lease, however many workers run."""

from __future__ import annotations

import logging
import threading
import time as clock
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import close_old_connections
from django.utils import timezone

from zhike.jobs.lease import lease_release, lease_take
from zhike.jobs.models import ScheduleRun
from zhike.jobs.writing import writing

logger = logging.getLogger(__name__)

LEASE_NAME = "scheduler"
LEASE_SECONDS = 20.0
RENEW_SECONDS = 5.0
TICK_SECONDS = 0.2
THREADS = 3
#: Schedules at least this long apart remember their last run in the database; a shorter one simply starts again.
REMEMBERED_SECONDS = 60.0

Task = Callable[[], object]


@dataclass(frozen=True)
class Schedule:
    """A function that is called every so many seconds, or daily at a time of the server's time zone."""

    name: str
    task: Task
    every: float | None
    daily_at: time | None

    def is_due(self, last: datetime | None, now: datetime) -> bool:
        """Whether a run is owed, its last one having been at ``last``."""
        if last is None:
            return True
        if self.daily_at is None:
            return now >= last + timedelta(seconds=self.every or 0)
        local = timezone.localtime(now)
        owed = local.replace(hour=self.daily_at.hour, minute=self.daily_at.minute, second=0, microsecond=0)
        return last < (owed if owed <= local else owed - timedelta(days=1))

    @property
    def is_remembered(self) -> bool:
        """Whether the last run is kept in the database."""
        return self.daily_at is not None or (self.every or 0) >= REMEMBERED_SECONDS


SCHEDULES: dict[str, Schedule] = {}


def scheduled(name: str, *, every: float | None = None, daily_at: str | None = None) -> Callable[[Task], Task]:
    """Register a function to run ``every`` seconds or ``daily_at`` "03:30". It must bear running twice; long work is a job."""
    if (every is None) == (daily_at is None):
        raise ValueError("give either every or daily_at")

    def register(task: Task) -> Task:
        present = SCHEDULES.get(name)
        if present and present.task is not task:
            raise ValueError(f"two schedules named {name!r}")
        SCHEDULES[name] = Schedule(name, task, every, time.fromisoformat(daily_at) if daily_at else None)
        return task

    return register


class Scheduler:
    """Runs what is due while it holds the lease; a task never overlaps itself."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        self.leads_until = 0.0
        self.last: dict[str, datetime] = {}
        self.running: dict[str, Future[None]] = {}
        self.pool = ThreadPoolExecutor(THREADS, thread_name_prefix="schedule")

    def run(self, stopping: threading.Event) -> None:
        """Loop until told to stop, then let go of the lease."""
        while not stopping.wait(TICK_SECONDS):
            try:
                self.tick()
            except Exception:
                logger.exception("the scheduler stumbled and goes on")
                stopping.wait(RENEW_SECONDS)
        self.pool.shutdown(wait=True, cancel_futures=True)
        lease_release(LEASE_NAME, self.holder)
        close_old_connections()

    def tick(self) -> None:
        """Keep the lease and start what is due."""
        if not self.leads():
            self.last.clear()
            return
        now = timezone.now()
        for schedule in SCHEDULES.values():
            busy = self.running.get(schedule.name)
            if (busy is None or busy.done()) and schedule.is_due(self.last_run(schedule), now):
                self.last[schedule.name] = now
                self.running[schedule.name] = self.pool.submit(perform, schedule, now)

    def leads(self) -> bool:
        """Whether this is the scheduler now; the lease is renewed well before it ends."""
        now = clock.monotonic()
        if now < self.leads_until - LEASE_SECONDS + RENEW_SECONDS:
            return True
        if lease_take(LEASE_NAME, self.holder, seconds=LEASE_SECONDS):
            self.leads_until = now + LEASE_SECONDS
            return True
        self.leads_until = 0.0
        return False

    def last_run(self, schedule: Schedule) -> datetime | None:
        """When it ran last: in this process, else as remembered."""
        if schedule.name in self.last or not schedule.is_remembered:
            return self.last.get(schedule.name)
        found = ScheduleRun.objects.filter(name=schedule.name).values_list("last_run_at", flat=True).first()
        if found:
            self.last[schedule.name] = found
        return found


def perform(schedule: Schedule, now: datetime) -> None:
    """Run one schedule; its failure is logged and does not end the others."""
    close_old_connections()
    try:
        if schedule.is_remembered:
            with writing():
                ScheduleRun.objects.update_or_create(name=schedule.name, defaults={"last_run_at": now})
        schedule.task()
    except Exception:
        logger.exception("schedule %s failed", schedule.name)
    finally:
        close_old_connections()
