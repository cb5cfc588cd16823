"""The recurring work of review: opening cycles, reminding, telling managers, drawing samples, finishing."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.domain.reviews import escalation
from zhike.domain.reviews.models import CycleState, ReviewCycle
from zhike.domain.reviews.opening import (
    ORIGIN,
    close_some,
    cycle_begin,
    cycle_finish,
    earlier_cycles,
    open_some,
    population,
)
from zhike.domain.reviews.policies import policy_in_force, tiers_due
from zhike.domain.reviews.sampling import samples_draw
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRefused, JobRun
from zhike.jobs.scheduler import scheduled
from zhike.lib.working_time import YearNotKnown
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import record_save
from zhike.metadata.storage import storage

JOB = "reviews.open"


@scheduled("reviews.open", daily_at="03:40")
def open_today() -> bool:
    """Queue the opening of a cycle where tiers are due or one was left half open; whether it did."""
    if Job.objects.filter(kind=JOB, state__in=(Job.State.QUEUED, Job.State.RUNNING)).exists():
        return False
    policy = policy_in_force(timezone.localdate())
    half_open = ReviewCycle.objects.filter(state=CycleState.OPENING, deletion__isnull=True).exists()
    if policy is None or not (half_open or tiers_due(policy, timezone.localdate())):
        return False
    enqueue(JOB)
    return True


@job(JOB)
def carry_out(run: JobRun) -> dict[str, Any]:
    """Open the cycle of today, closing those that it follows; a successor goes on where a killed worker stopped."""
    try:
        cycle = cycle_begin(timezone.localdate())
    except YearNotKnown as unknown:
        said = _("The working days of %(year)s are not known, so no review begins. Take them in under Settings.")
        raise JobRefused(said % {"year": unknown.year}) from unknown
    if cycle is None:
        return {"opened": 0}
    for earlier in earlier_cycles(cycle):
        samples_draw(earlier, everybody=True)
        while close_some(earlier):
            run.progress(0, 1)
    open_all(run, cycle)
    opened_finish(cycle)
    return {"opened": cycle.population}


def open_all(run: JobRun, cycle: ReviewCycle) -> None:
    """Everybody's list, batch by batch; whoever cancels keeps what was opened so far."""
    done, after = run.checkpoint or (0, 0)
    total = done + population(cycle).filter(pk__gt=after).count()

    def keep(made: int, last: int) -> None:
        run.keep([done + made, last])

    while not run.cancelled():
        made, last = open_some(cycle, after, keep)
        if not last:
            return
        done, after = done + made, last
        run.progress(done, max(total, done))


def opened_finish(cycle: ReviewCycle) -> None:
    """Everybody has their list: say so, once."""
    with storage().write_transaction():
        cycle.population = escalation.count_reviews(cycle)
        values = {"state": CycleState.OPEN.value, "population": cycle.population}
        record_save(registry.get("review_cycle"), values, id=cycle.pk, actor=SYSTEM, origin=ORIGIN)
        escalation.tell_opened(cycle)


@scheduled("reviews.daily", daily_at="08:20")
def daily() -> None:
    """Remind and escalate on working days, draw samples, and finish cycles in which nothing is due any more."""
    today = timezone.localdate()
    for cycle in ReviewCycle.objects.filter(state=CycleState.OPEN, deletion__isnull=True).order_by("pk"):
        escalation.remind_and_escalate(cycle, today)
        samples_draw(cycle, everybody=False)
        if not escalation.due_reviews(cycle).exists():
            with storage().write_transaction():
                samples_draw(cycle, everybody=True)
                cycle_finish(cycle)
