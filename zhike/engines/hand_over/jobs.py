"""Hand-overs in the background: resumable, stoppable, and never done twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.accounts.actors import actor_for_id
from zhike.engines.hand_over.models import HandOver
from zhike.engines.hand_over.moving import Mover
from zhike.engines.hand_over.services import RUN, UNDO, UNDO_FOR
from zhike.engines.hand_over.undoing import give_back
from zhike.jobs.queue import job
from zhike.jobs.run import JobRefused, JobRun
from zhike.jobs.tidying import keeps_jobs
from zhike.metadata.actor import Actor
from zhike.metadata.errors import BadQuery, Denied


def _begin(run: JobRun) -> tuple[HandOver, Actor]:
    """The hand-over, and whoever asked for it with the rights that they have now."""
    actor = actor_for_id(run.actor_id) if run.actor_id else None
    if actor is None:
        raise JobRefused(_("Whoever asked for this may not act any more."))
    return HandOver.objects.select_related("person").get(pk=run.params["hand_over"]), actor


@job(RUN)
def run_hand_over(run: JobRun) -> dict[str, Any]:
    """Carry it out; work and checkpoint are committed together."""
    found, actor = _begin(run)
    try:
        return Mover(found, run, actor).move_all()
    except (BadQuery, Denied) as refusal:
        raise JobRefused(str(refusal)) from refusal


@job(UNDO)
def run_undo(run: JobRun) -> dict[str, Any]:
    """Take it back."""
    found, actor = _begin(run)
    return give_back(found, run, actor=actor)


@keeps_jobs
def undoable_hand_overs(ids: list[int]) -> Iterable[int | None]:
    """Jobs of hand-overs that can still be taken back."""
    since = timezone.now() - UNDO_FOR
    return HandOver.objects.filter(job_id__in=ids, created_at__gte=since).values_list("job_id", flat=True)
