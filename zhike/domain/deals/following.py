"""Leads deals through the steps of their process: opens what is due to begin, closes what is done, each step once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from zhike.domain.activities.choices import TaskStatus
from zhike.domain.activities.models import Task
from zhike.domain.deals.choices import DealState
from zhike.domain.deals.conditions import fitting
from zhike.domain.deals.models import Opportunity, PipelineVersion, ProcessStep, StageMove
from zhike.domain.deals.models.process import StepState
from zhike.domain.deals.process import STAGE, TASK, WAIT, Step, read_steps
from zhike.jobs.scheduler import scheduled
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.filters import compile_filter
from zhike.metadata.records import Origin, Row, save
from zhike.metadata.saving import context_for
from zhike.metadata.storage import storage
from zhike.metadata.writes import WriteEvent, after_write

ORIGIN = Origin("deals")
#: Deals in one transaction of the minute's round.
AT_ONCE = 200

Steps = tuple[Step, ...]


@after_write
def processes_follow(event: WriteEvent) -> None:
    """A deal that came into a stage, and a task of a step that is done or given up, lead on at once."""
    if event.object_type.key == "stage_move" and event.created:
        moves = StageMove.objects.filter(pk__in=event.created)
        processes_advance(set(moves.values_list("opportunity_id", flat=True)))
    elif event.object_type.key == "task" and ("status" in event.changed_keys or event.deleted):
        steps = ProcessStep.objects.filter(task_id__in=(*event.updated, *event.deleted), state=StepState.OPEN)
        processes_advance(set(steps.values_list("opportunity_id", flat=True)))


@scheduled("deals.process", every=60)
def round_of_the_minute() -> int:
    """What waits for time or for records of others is looked at every minute; returns how many deals went on."""
    waiting = ProcessStep.objects.filter(state=StepState.OPEN, deletion__isnull=True, task__isnull=True)
    ids = sorted(set(waiting.order_by().values_list("opportunity_id", flat=True)))
    done = 0
    for start in range(0, len(ids), AT_ONCE):
        with storage().write_transaction():
            done += processes_advance(set(ids[start : start + AT_ONCE]))
    return done


def processes_advance(ids: Collection[int]) -> int:
    """Close and open steps of the deals until nothing more follows; returns how many deals went on.

    Inside a write transaction. The deals are locked, and there is one row a step, so that two who advance at once do it once.
    """
    if not ids:
        return 0
    # A customer goes into the bin before its deals do: the tasks that go with it lead nothing on.
    rows: Any = Opportunity.objects.filter(pk__in=ids, deletion__isnull=True, customer__deletion__isnull=True)
    deals = list(rows.order_by("pk").select_for_update(no_key=True, of=("self",)))
    maps = _maps(deals)
    _stop([deal.pk for deal in deals if deal.state == DealState.LOST])
    deals = [deal for deal in deals if deal.state != DealState.LOST and maps.get((deal.pipeline, deal.process_version))]
    went_on: set[int] = set()
    while deals and (moved := _advance_once(deals, maps)):
        went_on |= moved
        deals = [deal for deal in deals if deal.pk in moved]
    return len(went_on)


def _stop(lost: Sequence[int]) -> None:
    """What a lost deal still had before it no longer applies."""
    rows = ProcessStep.objects.filter(opportunity_id__in=lost, state=StepState.OPEN)
    values = {"state": StepState.SKIPPED.value, "closed_at": timezone.now()}
    _write([Row(values, id=pk) for pk in rows.values_list("pk", flat=True)])


def _maps(deals: Sequence[Opportunity]) -> dict[tuple[str, int], Steps]:
    keys = {(deal.pipeline, deal.process_version) for deal in deals}
    versions = PipelineVersion.objects.filter(pipeline__key__in={key for key, _number in keys})
    return {
        (row.pipeline.key, row.number): read_steps(row.definition)
        for row in versions.select_related("pipeline")
        if (row.pipeline.key, row.number) in keys
    }


@dataclass(slots=True)
class Round:
    """What is known of the deals in one round: their steps by key, and the stages that they came to."""

    steps: Mapping[int, dict[str, ProcessStep]]
    stages: Mapping[int, set[str]]
    now: datetime

    def done(self, deal: int) -> set[str]:
        closed = {key for key, row in self.steps[deal].items() if row.state != StepState.OPEN}
        return closed | self.stages[deal]


def _advance_once(deals: Sequence[Opportunity], maps: Mapping[tuple[str, int], Steps]) -> set[int]:
    found = _look(deals)
    closed = _close(deals, maps, found)
    opened = _open(deals, maps, _look(deals) if closed else found)
    return closed | opened


def _look(deals: Sequence[Opportunity]) -> Round:
    ids = [deal.pk for deal in deals]
    steps: dict[int, dict[str, ProcessStep]] = defaultdict(dict)
    for row in ProcessStep.objects.filter(opportunity_id__in=ids):
        steps[row.opportunity_id][row.step] = row
    stages: dict[int, set[str]] = defaultdict(set)
    for deal, stage in StageMove.objects.filter(opportunity_id__in=ids).values_list("opportunity_id", "stage"):
        stages[deal].add(f"{STAGE}{stage}")
    return Round(steps, stages, timezone.now())


# Closing ----------------------------------------------------------------------------------------------------------


def _close(deals: Sequence[Opportunity], maps: Mapping[tuple[str, int], Steps], found: Round) -> set[int]:
    wanted: dict[tuple[str, int, str], tuple[Step, list[ProcessStep]]] = {}
    for deal in deals:
        for step in maps[deal.pipeline, deal.process_version]:
            row = found.steps[deal.pk].get(step.key)
            if row is not None and row.state == StepState.OPEN:
                key = (deal.pipeline, deal.process_version, step.key)
                wanted.setdefault(key, (step, []))[1].append(row)
    over = [row for step, rows in wanted.values() for row in _over(step, rows, found.now)]
    values = {"state": StepState.DONE.value, "closed_at": found.now}
    _write([Row(values, id=row.pk) for row in over])
    return {row.opportunity_id for row in over}


def _over(step: Step, rows: list[ProcessStep], now: datetime) -> list[ProcessStep]:
    """Those of the open rows of a step that are done."""
    if step.kind == WAIT:
        return [row for row in rows if row.due_at is not None and row.due_at <= now]
    if step.kind == TASK:
        tasks = {row.task_id for row in rows if row.task_id is not None}
        gone = Task.objects.filter(pk__in=tasks).filter(~Q(status=TaskStatus.OPEN) | Q(deletion__isnull=False))
        done = set(gone.values_list("pk", flat=True))
        return [row for row in rows if row.task_id in done]
    return _with_records(step, rows)


def _with_records(step: Step, rows: list[ProcessStep]) -> list[ProcessStep]:
    """Rows whose deal or customer has a record such as the step waits for."""
    object_type = registry.get(step.object_key)
    field = object_type.field(step.via)
    column = "opportunity_id" if field.type.link_targets(field) == "opportunity" else "customer_id"
    there: Any = policy.every_record(object_type).filter(deletion__isnull=True)
    there = there.filter(compile_filter(object_type, step.filter, context_for(SYSTEM)), **{step.via: OuterRef(column)})
    met = ProcessStep.objects.filter(pk__in=[row.pk for row in rows]).filter(Exists(there))
    ids = set(met.values_list("pk", flat=True))
    return [row for row in rows if row.pk in ids]


# Opening ----------------------------------------------------------------------------------------------------------


def _open(deals: Sequence[Opportunity], maps: Mapping[tuple[str, int], Steps], found: Round) -> set[int]:
    due = [
        (deal, step)
        for deal in deals
        for step in maps[deal.pipeline, deal.process_version]
        if step.key not in found.steps[deal.pk] and step.begins(found.done(deal.pk))
    ]
    applying = _applying(due)
    tasks = _tasks([(deal, step) for deal, step in due if step.kind == TASK and (deal.pk, step.key) in applying], found)
    rows = []
    for deal, step in due:
        applies = (deal.pk, step.key) in applying
        rows.append(
            Row(
                {
                    "opportunity": deal.pk,
                    "customer": deal.customer_id,
                    "owner": deal.owner_id,
                    "department": deal.department_id,
                    "step": step.key,
                    "title": step.label,
                    "state": (StepState.OPEN if applies else StepState.SKIPPED).value,
                    "opened_at": found.now,
                    "due_at": found.now + timedelta(days=step.days) if applies and step.days else None,
                    "closed_at": None if applies else found.now,
                    "task": tasks.get((deal.pk, step.key)),
                }
            )
        )
    _write(rows)
    return {deal.pk for deal, _step in due}


def _applying(due: Sequence[tuple[Opportunity, Step]]) -> set[tuple[int, str]]:
    """Deals and steps whose condition holds; one query a condition."""
    found = {(deal.pk, step.key) for deal, step in due if step.when is None}
    conditions: dict[str, tuple[Mapping[str, Any], list[tuple[int, str]]]] = {}
    for deal, step in due:
        if step.when is not None:
            conditions.setdefault(str(step.when), (step.when, []))[1].append((deal.pk, step.key))
    for condition, pairs in conditions.values():
        held = set(fitting(condition).filter(pk__in=[pk for pk, _key in pairs]).values_list("pk", flat=True))
        found |= {(pk, key) for pk, key in pairs if pk in held}
    return found


def _tasks(due: Sequence[tuple[Opportunity, Step]], found: Round) -> dict[tuple[int, str], int]:
    """A task for the owner of each deal, by deal and step."""
    rows = [
        Row(
            {
                "title": step.label,
                "opportunity": deal.pk,
                "customer": deal.customer_id,
                "owner": deal.owner_id,
                "department": deal.department_id,
                "due_at": found.now + timedelta(days=step.days or 1),
            }
        )
        for deal, step in due
    ]
    if not rows:
        return {}
    written = save(registry.get("task"), rows, actor=SYSTEM, origin=ORIGIN)
    return {
        (deal.pk, step.key): outcome.id
        for (deal, step), outcome in zip(due, written.rows, strict=True)
        if outcome.id is not None
    }


def _write(rows: Sequence[Row]) -> None:
    if rows:
        save(registry.get("process_step"), rows, actor=SYSTEM, origin=ORIGIN)
