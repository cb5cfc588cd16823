"""Keeps scores up to date: of touched customers at once, of all of them every night and with every new version of the rules."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Max, Q

from zhike.domain.customers.models import Customer
from zhike.domain.quality.models import QualityScore
from zhike.domain.quality.rules import current_rules
from zhike.domain.quality.scoring import refresh, refresh_some
from zhike.engines.verification.marking import after_marking
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.jobs.scheduler import scheduled
from zhike.metadata.changes import consumer
from zhike.metadata.models import Change
from zhike.metadata.object_type import ObjectType
from zhike.metadata.records import WriteEvent, after_write
from zhike.metadata.storage import storage

JOB = "quality.score_all"
#: Record ids of one transaction.
SPAN = 20_000
#: Up to this many customers get their score in the transaction of the write itself.
AT_ONCE = 100
#: Large runs go one after another.
LOCK = "quality scores"


@after_write
def follow_write(event: WriteEvent) -> None:
    """Whoever saves a customer sees its score at once; large writes follow from the change log."""
    touched = (*event.created, *event.updated, *event.restored, *event.deleted, *event.purged)
    if event.object_type.key == "customer" and len(touched) <= AT_ONCE:
        refresh_some(touched)


@consumer("quality")
def follow_log(changes: Sequence[Change]) -> None:
    """Give the customers of large writes their scores."""
    ids = {change.record_id for change in changes if change.object_key == "customer"}
    if ids:
        storage().lock_key(LOCK)
        refresh_some(ids)


@after_marking
def follow_findings(object_type: ObjectType, ids: Sequence[int]) -> None:
    """What was verified is fresh."""
    if object_type.key == "customer":
        refresh_some(ids)


@scheduled("quality.nightly", daily_at="03:20")
def score_all() -> None:
    """Queue everybody: whatever went past the log is found again."""
    queue_scoring()


@scheduled("quality.new_rules", every=60)
def score_new_rules() -> None:
    """Queue everybody when some are still scored by other rules than those in force."""
    number = current_rules().id
    scored = QualityScore.objects.exclude(rules_id=number).exists() or not QualityScore.objects.exists()
    if scored and Customer.objects.filter(deletion__isnull=True).exists():
        queue_scoring()


def queue_scoring() -> None:
    """Queue one unless one waits or works already."""
    if not Job.objects.filter(kind=JOB, state__in=(Job.State.QUEUED, Job.State.RUNNING)).exists():
        enqueue(JOB)


@job(JOB)
def run_scoring(run: JobRun) -> dict[str, int]:
    """Score everybody, a range of ids a transaction; goes on where a killed worker stopped."""
    state: dict[str, int] = dict(run.checkpoint or {"first": 0, "written": 0})
    last = int(Customer.objects.aggregate(last=Max("pk"))["last"] or 0)
    while state["first"] <= last and not run.cancelled():
        with storage().write_transaction():
            storage().lock_key(LOCK)
            state["written"] += refresh(Q(pk__gte=state["first"], pk__lt=state["first"] + SPAN))
            state["first"] += SPAN
            run.keep(state)
        run.progress(min(state["first"], last), last)
    return {"written": state["written"]}
