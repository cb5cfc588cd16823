"""The worker: claims jobs, runs them in threads, keeps their leases alive, and stops without losing one."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable

from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone

from zhike.jobs.lease import lease_release, lease_take
from zhike.jobs.models import Job, Lease
from zhike.jobs.queue import claim, extend, held_by, job_kind, job_take, release, retry_delay
from zhike.jobs.run import JobRefused, JobRun, LeaseLost, Released, Report
from zhike.jobs.scheduler import Scheduler
from zhike.jobs.writing import writing

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5
BEAT_SECONDS = 5.0
PRESENCE = "worker:"
PRESENCE_SECONDS = 20.0
GRACE_SECONDS = 8.0


def worker_name() -> str:
    """A name that no other worker has or will have, though process ids are used again."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def perform(job: Job, *, stopping: threading.Event | None = None, report: Report | None = None) -> None:
    """Run one claimed job and write how it ended; only a database that does not answer raises."""
    run = JobRun(job, stopping=stopping, report=report)
    try:
        result = job_kind(job.kind).handler(run)
    except Released:
        release(run.worker, [run.id])
    except LeaseLost:
        logger.warning("job %s %s was taken over by another worker", run.kind, run.id)
    except JobRefused as refusal:
        finish(run, state=Job.State.FAILED, error=str(refusal))
    except Exception as error:
        logger.exception("job %s %s failed at attempt %s", run.kind, run.id, run.attempt)
        fail(run, error)
    else:
        finish(run, state=Job.State.CANCELLED if run.heeded_cancel else Job.State.DONE, result=result)


@writing()
def finish(run: JobRun, **values: object) -> None:
    """Write the end of a job, unless another worker has it by now."""
    over = {"finished_at": timezone.now(), "lease_until": None, "worker": "", **values}
    if not held_by(run.worker, run).update(**over):
        logger.warning("job %s %s was taken over before it could be finished", run.kind, run.id)


@writing()
def fail(run: JobRun, error: Exception) -> None:
    """Queue a failed attempt again, later each time, or fail the job for good."""
    text = f"{type(error).__name__}: {error}"
    try:
        attempts = job_kind(run.kind).attempts
    except LookupError:
        attempts = 1
    if run.attempt >= attempts:
        finish(run, state=Job.State.FAILED, error=text)
        return
    held_by(run.worker, run).update(
        state=Job.State.QUEUED,
        error=text,
        worker="",
        lease_until=None,
        run_at=timezone.now() + retry_delay(run.attempt),
    )


class Worker:
    """Several threads that run jobs, one that keeps leases, one that schedules."""

    def __init__(self, *, threads: int = 2, name: str = "") -> None:
        self.name = name or worker_name()
        self.threads = threads
        self.stopping = threading.Event()
        self.running: set[int] = set()
        self.lock = threading.Lock()
        #: Held while claiming, which may wait for SQLite's write lock; ``lock`` is only ever held for a moment.
        self.claiming = threading.Lock()
        self.scheduler = Scheduler(self.name)

    def run(self) -> None:
        """Work until ``stop`` is called; returns when every job is finished or back in the queue."""
        Lease.objects.filter(name__startswith=PRESENCE, until__lt=timezone.now()).delete()
        workers = [self._thread(self.work, f"job-{number}") for number in range(self.threads)]
        others = [self._thread(self.beat, "heartbeat"), self._thread(self.schedule, "scheduler")]
        for thread in [*workers, *others]:
            thread.start()
        while not self.stopping.wait(1.0):
            pass
        deadline = time.monotonic() + GRACE_SECONDS
        for thread in [*workers, *others]:
            thread.join(max(deadline - time.monotonic(), 0.1))
        if left := self.jobs():
            release(self.name, left)
            logger.warning("%s unfinished jobs went back to the queue", len(left))
        lease_release(PRESENCE + self.name, self.name)

    def stop(self) -> None:
        """Ask to stop: no new jobs, and handlers give up at their next checkpoint. Safe in a signal handler."""
        self.stopping.set()

    def jobs(self) -> set[int]:
        """Ids of the jobs that run in this worker now."""
        with self.lock:
            return set(self.running)

    def _thread(self, target: Callable[[], None], name: str) -> threading.Thread:
        # Daemon threads: a handler that never asks whether to stop must not keep the process alive.
        return threading.Thread(target=target, name=name, daemon=True)

    def work(self) -> None:
        """One thread's life: claim, run, again; rest while there is nothing to do."""
        while not self.stopping.is_set():
            try:
                found = self.work_once()
            except OperationalError:
                logger.exception("the database does not answer; trying again")
                self.stopping.wait(BEAT_SECONDS)
                close_old_connections()
                continue
            if not found:
                self.stopping.wait(POLL_SECONDS)
        connection.close()

    def work_once(self) -> bool:
        """Run one job if there is one."""
        close_old_connections()
        with self.claiming:
            job = claim(self.name, besides=self.jobs())
            if job is None:
                return False
            with self.lock:
                self.running.add(job.pk)
        try:
            perform(job, stopping=self.stopping)
        finally:
            with self.lock:
                self.running.discard(job.pk)
        return True

    def beat(self) -> None:
        """Keep the leases of the running jobs, and the sign that this worker lives."""
        while True:
            try:
                close_old_connections()
                lease_take(PRESENCE + self.name, self.name, seconds=PRESENCE_SECONDS)
                if ids := self.jobs():
                    extend(self.name, ids)
            except OperationalError:
                logger.warning("a heartbeat was late: the database is busy")
            if self.stopping.wait(BEAT_SECONDS):
                break
        connection.close()

    def schedule(self) -> None:
        """Be the scheduler when no other worker is."""
        self.scheduler.run(self.stopping)
        connection.close()


def run_now(job_id: int) -> None:
    """Run one queued job in this thread, ahead of all others; RuntimeError when it does not get to its end."""
    with writing():
        found = Job.objects.select_for_update().get(pk=job_id)
        if not job_take(found, worker_name()):
            raise RuntimeError(f"job {job_id} is taken")
    perform(Job.objects.get(pk=job_id))
    done = Job.objects.get(pk=job_id)
    if done.state != Job.State.DONE:
        raise RuntimeError(f"job {done.kind} {job_id}: {done.error}")


def work_off(limit: int = 1000, *, report: Report | None = None) -> int:
    """Run what is due in this thread until the queue is empty, and return how many jobs; for commands and tests.

    ``report`` hears how far each job is.
    """
    name = worker_name()
    for count in range(limit):
        job = claim(name)
        if job is None:
            return count
        perform(job, report=report)
    return limit
