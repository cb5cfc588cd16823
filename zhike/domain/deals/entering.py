"""What a stage does by itself: a task for the owner on coming in, and moving on after so many days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from zhike.accounts.rights import on_behalf
from zhike.domain.deals.choices import DealState
from zhike.domain.deals.definition import Stage
from zhike.domain.deals.models import Opportunity
from zhike.domain.deals.pipelines import processes_of
from zhike.jobs.scheduler import scheduled
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.records import Origin, Row, save
from zhike.metadata.storage import storage

ORIGIN = Origin("deals")
#: Deals in one transaction.
AT_ONCE = 200


def tasks_on_entering(ids: Sequence[int], at: datetime, *, actor: Actor) -> None:
    """A task for each of the deals whose stage makes one; called once a move, in its transaction."""
    rows = list(Opportunity.objects.filter(pk__in=ids))
    stages = _stages(rows)
    tasks = [
        Row(
            {
                "title": stage.task[0],
                "opportunity": row.pk,
                "customer": row.customer_id,
                "owner": row.owner_id,
                "department": row.department_id,
                "due_at": at + timedelta(days=stage.task[1]),
            }
        )
        for row in rows
        if (stage := stages[row.pk]) is not None and stage.task is not None
    ]
    if tasks:
        save(registry.get("task"), tasks, actor=on_behalf(actor), origin=ORIGIN)


def _stages(rows: Sequence[Opportunity]) -> dict[int, Stage | None]:
    processes = processes_of({(row.pipeline, row.process_version) for row in rows})
    return {row.pk: processes[row.pipeline, row.process_version].definition.stage(row.stage) for row in rows}


@scheduled("deals.timed", every=60)
def timed_moves() -> int:
    """Move on those whose time in the stage is over; returns how many.

    Row, history and the next moment are one transaction: what a killed worker did not commit is done anew, what it
    committed is no longer due.
    """
    done = 0
    while moved := _move_some():
        done += moved
    return done


def _move_some() -> int:
    with storage().write_transaction():
        due = Opportunity.objects.filter(moves_at__lte=timezone.now(), state=DealState.OPEN, deletion__isnull=True)
        rows = list(due.order_by("moves_at", "pk").select_for_update(no_key=True)[:AT_ONCE])
        stages = _stages(rows)
        written = [Row(_target(stages[row.pk]), id=row.pk) for row in rows]
        if not written:
            return 0
        result = save(registry.get("opportunity"), written, actor=SYSTEM, origin=ORIGIN, partial=True)
        # What cannot move must not stand in the way of the rest for ever.
        stuck = [row.pk for row, outcome in zip(rows, result.rows, strict=True) if outcome.problems]
        Opportunity.objects.filter(pk__in=stuck).update(moves_at=None)
    return len(rows)


def _target(stage: Stage | None) -> dict[str, object]:
    """Where the stage leads by itself; a rule that is gone clears the moment."""
    return {"stage": stage.after[1]} if stage is not None and stage.after is not None else {"moves_at": None}
