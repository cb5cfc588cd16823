"""Bulk work in the background: batch by batch, resumable, stoppable, and undoable as far as it came."""

from __future__ import annotations

from typing import Any

from zhike.accounts.actors import actor_for_id
from zhike.engines.bulk.operations import Outcome, from_json as operation_from
from zhike.engines.bulk.performing import perform
from zhike.engines.bulk.selection import from_json as selection_from
from zhike.engines.bulk.services import AT_ONCE, RUN, UNDO
from zhike.jobs.queue import job
from zhike.jobs.run import JobRefused, JobRun
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import BadQuery, Denied
from zhike.metadata.models import Batch
from zhike.metadata.object_type import UnknownObject
from zhike.metadata.records import Origin
from zhike.metadata.storage import storage
from zhike.metadata.undo import undo


def actor_of(run: JobRun) -> Actor:
    """Who asked for it, with the rights that they have now."""
    actor = actor_for_id(run.actor_id) if run.actor_id else None
    if actor is None:
        raise JobRefused("whoever asked for this may not act any more")
    return actor


@job(RUN)
def run_bulk(run: JobRun) -> dict[str, Any]:
    """Work through the selection by id; work and checkpoint are committed together."""
    actor = actor_of(run)
    operation, selection = operation_from(run.params["operation"]), selection_from(run.params["selection"])
    try:
        object_type = registry.get(run.params["object"])
        total = run.checkpoint.get("total") or selection.count(object_type, actor=actor)
        outcome, last = _resumed(run), run.checkpoint.get("last", 0)
        origin = Origin(source="bulk", label=run.params["label"], job_id=run.id)
        while not run.cancelled():
            with storage().write_transaction():
                ids = selection.ids_after(object_type, last, AT_ONCE, actor=actor)
                if not ids:
                    break
                outcome.add(perform(object_type, operation, ids, actor=actor, origin=origin))
                last = ids[-1]
                run.keep({"last": last, "total": total, "outcome": outcome.to_json()})
            run.progress(min(outcome.done + outcome.unchanged + outcome.refused, total), total)
    except (BadQuery, Denied, UnknownObject) as refusal:
        raise JobRefused(str(refusal)) from refusal
    return outcome.to_json()


def _resumed(run: JobRun) -> Outcome:
    told = run.checkpoint.get("outcome", {})
    examples = [(example[0], example[1], example[2]) for example in told.get("examples", ())]
    return Outcome(told.get("done", 0), told.get("unchanged", 0), told.get("refused", 0), examples)


@job(UNDO)
def run_undo(run: JobRun) -> dict[str, Any]:
    """Take batches back; running again is harmless, for what is back already stays as it is."""
    actor = actor_of(run)
    batches = list(Batch.objects.filter(pk__in=run.params["batches"]))
    total = sum(batch.created + batch.updated + batch.deleted for batch in batches)
    force = frozenset((key, pk) for key, pk in run.params["force"])
    try:
        result = undo(batches, actor=actor, progress=lambda done: run.progress(min(done, total), total), force=force)
    except Denied as refusal:
        raise JobRefused(str(refusal)) from refusal
    return {"undone": result.undone, "conflicts": len(result.conflicts)}
