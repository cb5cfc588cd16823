"""The queue: handlers by kind, putting work in, claiming it, cancelling and retrying it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from zhike.jobs.models import Job
from zhike.jobs.run import JobRun
from zhike.jobs.writing import writing

#: What a handler gets and gives: the run, and a JSON result or None.
Handler = Callable[[JobRun], Any]

LEASE_SECONDS = 30.0
FIRST_RETRY_SECONDS = 5
LAST_RETRY_SECONDS = 3600


@dataclass(frozen=True)
class JobKind:
    """A registered kind of job; ``attempts`` counts the first one too."""

    key: str
    handler: Handler
    attempts: int


KINDS: dict[str, JobKind] = {}


class UnknownKind(LookupError):
    """No handler is registered for a kind of job."""


def job(key: str, *, attempts: int = 3) -> Callable[[Handler], Handler]:
    """Register a handler. It may be started again after a crash, and then begins from ``run.checkpoint``."""

    def register(handler: Handler) -> Handler:
        present = KINDS.get(key)
        if present and present.handler is not handler:
            raise ValueError(f"two handlers for the job {key!r}")
        KINDS[key] = JobKind(key, handler, attempts)
        return handler

    return register


def job_kind(key: str) -> JobKind:
    """The kind named ``key``, or UnknownKind."""
    try:
        return KINDS[key]
    except KeyError as error:
        raise UnknownKind(key) from error


@writing()
def enqueue(
    kind: str,
    params: Mapping[str, Any] | None = None,
    *,
    actor_id: int | None = None,
    run_at: datetime | None = None,
    message: str = "",
) -> Job:
    """Put a job in the queue, within the caller's transaction: a rollback takes the job with it."""
    job_kind(kind)
    return Job.objects.create(
        kind=kind, params=dict(params or {}), actor_id=actor_id, run_at=run_at or timezone.now(), message=message
    )


def waiting(now: datetime, *, besides: Collection[int] = ()) -> QuerySet[Job]:
    """Jobs that a worker may take now: due ones, and those whose worker fell silent."""
    due = Q(state=Job.State.QUEUED, run_at__lte=now)
    orphaned = Q(state=Job.State.RUNNING, lease_until__lt=now)
    return Job.objects.filter(due | orphaned).exclude(pk__in=besides).order_by("run_at", "pk")


def claim(worker: str, *, besides: Collection[int] = ()) -> Job | None:
    """Take one job for ``worker``; None when there is none. However many workers ask at once, one gets it.

    ``besides`` are jobs that this worker is running already.
    """
    # Asked first without a transaction: an idle worker must not take SQLite's write lock twice a second.
    while waiting(timezone.now(), besides=besides).exists():
        with writing():
            found = waiting(timezone.now(), besides=besides).select_for_update(skip_locked=True).first()
            if found is None:
                return None
            if found.attempts >= allowed_attempts(found):
                job_bury(found)
            elif job_take(found, worker):
                return Job.objects.get(pk=found.pk)
    return None


def job_take(found: Job, worker: str) -> bool:
    """Give a job to ``worker`` if it is still as it was found.

    PostgreSQL has locked the row and others skip it. SQLite has no row locks: there the conditions of this UPDATE
    decide, under the one write lock.
    """
    now = timezone.now()
    unchanged = waiting(now).filter(pk=found.pk, attempts=found.attempts).order_by()
    return bool(
        unchanged.update(
            state=Job.State.RUNNING,
            worker=worker,
            lease_until=now + timedelta(seconds=LEASE_SECONDS),
            attempts=F("attempts") + 1,
            started_at=found.started_at or now,
        )
    )


def allowed_attempts(found: Job) -> int:
    """How often a job may be started; one of an unknown kind once, so that it fails where people see it."""
    return KINDS[found.kind].attempts if found.kind in KINDS else 1


def job_bury(found: Job) -> None:
    """Fail a job whose worker vanished too often: it probably is what kills them."""
    Job.objects.filter(pk=found.pk).update(
        state=Job.State.FAILED,
        finished_at=timezone.now(),
        error=f"the worker stopped without a word {found.attempts} times",
        lease_until=None,
        worker="",
    )


def held_by(worker: str, run: JobRun) -> QuerySet[Job]:
    """The row of a run, as long as ``worker`` still holds this very attempt."""
    return Job.objects.filter(pk=run.id, worker=worker, attempts=run.attempt, state=Job.State.RUNNING)


@writing()
def extend(worker: str, ids: Collection[int]) -> None:
    """Heartbeat: move the leases of the running jobs on."""
    until = timezone.now() + timedelta(seconds=LEASE_SECONDS)
    Job.objects.filter(pk__in=ids, worker=worker, state=Job.State.RUNNING).update(lease_until=until)


@writing()
def release(worker: str, ids: Collection[int]) -> int:
    """Give unfinished jobs back to the queue, uncounted, and return how many."""
    held = Job.objects.filter(pk__in=ids, worker=worker, state=Job.State.RUNNING)
    return held.update(
        state=Job.State.QUEUED, worker="", lease_until=None, run_at=timezone.now(), attempts=F("attempts") - 1
    )


def retry_delay(attempts: int) -> timedelta:
    """Wait before the next attempt: 5 s, 10 s, 20 s … at most an hour."""
    return timedelta(seconds=min(FIRST_RETRY_SECONDS * 2 ** (attempts - 1), LAST_RETRY_SECONDS))


@writing()
def job_cancel(job_id: int) -> bool:
    """Cancel a waiting job at once and ask a running one to stop; False when it is over already."""
    waiting_one = Job.objects.filter(pk=job_id, state=Job.State.QUEUED)
    if waiting_one.update(state=Job.State.CANCELLED, cancel_requested=True, finished_at=timezone.now()):
        return True
    return bool(Job.objects.filter(pk=job_id, state=Job.State.RUNNING).update(cancel_requested=True))


@writing()
def job_retry(job_id: int) -> bool:
    """Queue a failed or cancelled job again, from its checkpoint; False when it is neither."""
    over = Job.objects.filter(pk=job_id, state__in=[Job.State.FAILED, Job.State.CANCELLED])
    return bool(
        over.update(
            state=Job.State.QUEUED,
            attempts=0,
            error="",
            cancel_requested=False,
            run_at=timezone.now(),
            finished_at=None,
            worker="",
            lease_until=None,
        )
    )
