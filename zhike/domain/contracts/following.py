"""What follows from contracts in force, in the transaction of the write: obligations are tasks, and a done task is a done obligation."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _, override

from zhike.accounts.rights import on_behalf
from zhike.domain.activities.choices import TaskStatus
from zhike.domain.contracts.choices import ContractState, Side
from zhike.domain.contracts.models import ContractObligation
from zhike.metadata import records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid
from zhike.metadata.records import Origin, Row
from zhike.metadata.writes import WriteEvent, after_write

ORIGIN = Origin("contracts")
#: Of an obligation that a task tells of.
TOLD = frozenset({"title", "due_on", "done_on", "owner", "side"})
DUE_AT = time(17)


@after_write
def follow_contracts(event: WriteEvent) -> None:
    """A contract that comes into force, or is no longer, opens and closes the tasks of its obligations."""
    if event.object_type.key != "contract":
        return
    ids = {*(event.updated if "state" in event.changed_keys else ()), *event.deleted, *event.restored}
    if ids:
        tasks_keep(ContractObligation.objects.filter(contract__in=ids), actor=event.actor)


@after_write
def follow_obligations(event: WriteEvent) -> None:
    """An obligation of a contract in force has its task."""
    if event.object_type.key != "contract_obligation":
        return
    changed = event.updated if TOLD & event.changed_keys else ()
    ids = {*event.created, *changed, *event.deleted, *event.restored}
    if ids:
        tasks_keep(ContractObligation.objects.filter(pk__in=ids), actor=event.actor)


@after_write
def follow_tasks(event: WriteEvent) -> None:
    """Whoever does the task has met the obligation."""
    if event.object_type.key != "task" or "status" not in event.changed_keys:
        return
    rows = ContractObligation.objects.filter(task__in=event.updated, task__status=TaskStatus.DONE, done_on=None)
    met = [Row({"done_on": timezone.localdate().isoformat()}, id=row.pk) for row in rows.filter(deletion=None)]
    _write("contract_obligation", met, event.actor)


def tasks_keep(obligations: Any, *, actor: Actor) -> None:
    """Bring the tasks of obligations up to date; asked twice it writes nothing."""
    fresh: list[ContractObligation] = []
    changed: list[Row] = []
    for row in obligations.select_related("contract", "task").order_by("pk"):
        task = row.task if row.task is not None and row.task.deletion_id is None else None
        is_due = row.deletion_id is None and row.done_on is None and _in_force(row)
        if is_due and task is None:
            fresh.append(row)
        elif task is not None and task.status == TaskStatus.OPEN:
            changed += [Row(_wanted(row), id=task.pk)] if is_due else [Row(_closing(row), id=task.pk)]
    _write("task", changed, actor)
    if fresh:
        made = _write("task", [Row(_task(row)) for row in fresh], actor)
        links = [Row({"task": pk}, id=row.pk) for row, pk in zip(fresh, made, strict=True)]
        _write("contract_obligation", links, actor)


def _in_force(row: ContractObligation) -> bool:
    return row.contract.state == ContractState.SIGNED and row.contract.deletion_id is None


def _wanted(row: ContractObligation) -> dict[str, Any]:
    return {"due_at": due_at(row.due_on), "owner": row.owner_id or row.contract.owner_id}


def _closing(row: ContractObligation) -> dict[str, Any]:
    done = row.deletion_id is None and row.done_on is not None
    return {"status": (TaskStatus.DONE if done else TaskStatus.CANCELLED).value}


def _task(row: ContractObligation) -> dict[str, Any]:
    words = {"number": row.contract.number, "title": row.title}
    with override("zh-hans"):
        ours = _("Contract %(number)s: %(title)s") % words
        theirs = _("Contract %(number)s: see that the customer does it: %(title)s") % words
    title = ours if row.side == Side.OURS else theirs
    given = {
        "title": title[:200],
        "customer": row.contract.customer_id,
        "opportunity": row.contract.opportunity_id,
        **_wanted(row),
    }
    return {key: value for key, value in given.items() if value is not None}


def due_at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, DUE_AT))


def _write(object_key: str, rows: Collection[Row], actor: Actor) -> list[int]:
    if not rows:
        return []
    result = records.save(registry.get(object_key), list(rows), actor=on_behalf(actor), origin=ORIGIN)
    for row in result.rows:
        if row.problems:
            raise Invalid(row.problems)
    return [row.id or 0 for row in result.rows]
