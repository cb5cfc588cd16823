"""Forgetting work that is over: the rows of finished jobs go after a month, unless something still stands on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.utils import timezone

from zhike.jobs.models import Job
from zhike.jobs.scheduler import scheduled
from zhike.jobs.writing import writing

#: How long a finished job is told of.
KEPT_FOR = timedelta(days=30)
#: Rows looked at in one transaction, so that nobody waits for it.
AT_ONCE = 1_000

#: Given ids of finished jobs, those of them that must stay, because a record of theirs leads to them.
Keeper = Callable[[list[int]], Iterable[int | None]]
_keepers: list[Keeper] = []


def keeps_jobs(keeper: Keeper) -> Keeper:
    """Register what still needs the rows of finished jobs."""
    if keeper not in _keepers:
        _keepers.append(keeper)
    return keeper


@scheduled("jobs.forget", daily_at="04:10")
def forget_finished() -> None:
    """Remove the rows of jobs that ended more than ``KEPT_FOR`` ago and that nothing needs."""
    over = Job.objects.filter(
        state__in=[Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED], finished_at__lt=timezone.now() - KEPT_FOR
    )
    last = 0
    while ids := list(over.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        last = ids[-1]
        kept = {pk for keeper in _keepers for pk in keeper(ids)}
        with writing():
            Job.objects.filter(pk__in=set(ids) - kept).delete()
