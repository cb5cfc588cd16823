"""Starting bulk work and taking it back: at once where it is small, as a job where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zhike.engines.bulk.operations import Operation, Outcome, check
from zhike.engines.bulk.performing import perform
from zhike.engines.bulk.selection import Selection
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied
from zhike.metadata.models import Batch
from zhike.metadata.object_type import ObjectType
from zhike.metadata.records import Origin
from zhike.metadata.undo import UndoResult, may_undo, undo

#: Up to this many records the answer waits for the work.
AT_ONCE = 500
RUN = "bulk.run"
UNDO = "bulk.undo"


@dataclass(frozen=True, slots=True)
class Started:
    """Either the outcome, or the job that is working on it."""

    outcome: Outcome | None = None
    job: Job | None = None


def bulk_run(
    object_type: ObjectType, selection: Selection, operation: Operation, *, actor: Actor, label: str = ""
) -> Started:
    """Do it to all records of the selection. Raises Denied, Invalid or BadQuery before anything is written."""
    check(object_type, operation, actor=actor)
    ids = selection.ids_after(object_type, 0, AT_ONCE + 1, actor=actor)
    if len(ids) <= AT_ONCE:
        origin = Origin(source="bulk", label=label[:200])
        outcome = perform(object_type, operation, ids, actor=actor, origin=origin)
        _count_unseen(selection, ids, outcome)
        return Started(outcome=outcome)
    params = {
        "object": object_type.key,
        "selection": selection.to_json(),
        "operation": operation.to_json(),
        "label": label[:200],
    }
    return Started(job=enqueue(RUN, params, actor_id=actor.user_id, message=label))


def _count_unseen(selection: Selection, ids: Sequence[int], outcome: Outcome) -> None:
    """Rows that were chosen but are gone, or out of reach, by now."""
    outcome.unchanged += len(set(selection.ids or ()) - set(ids))


def batches_undo(
    batches: Sequence[Batch], *, actor: Actor, force: frozenset[tuple[str, int]] = frozenset()
) -> UndoResult | Job:
    """Take batches back, as a job where they are large. Raises Denied."""
    if not batches or not all(may_undo(actor, batch) for batch in batches):
        raise Denied("batch", "undo")
    size = sum(batch.created + batch.updated + batch.deleted for batch in batches)
    if size <= AT_ONCE:
        return undo(batches, actor=actor, force=force)
    params = {"batches": [batch.pk for batch in batches], "force": sorted(force)}
    return enqueue(UNDO, params, actor_id=actor.user_id, message=batches[0].label)
