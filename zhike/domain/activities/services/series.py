"""Tasks that return: the next one is made when the present one is closed or falls due, once, whoever else does it too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone

from zhike.domain.activities.choices import TaskStatus
from zhike.domain.activities.models import Task
from zhike.lib.recurrence import read_recurrence
from zhike.metadata import records, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.changes import consumer
from zhike.metadata.columns import is_links
from zhike.metadata.models import Change
from zhike.metadata.policy import queryset_for
from zhike.metadata.query import PageRow, Query
from zhike.metadata.saving import context_for
from zhike.metadata.storage import storage
from zhike.metadata.writes import Origin, Row, SaveResult

#: What belongs to one task alone and not to those that follow it.
OWN = frozenset(("status", "done_at", "due_at", "remind_at"))
CLOSED = (TaskStatus.DONE.value, TaskStatus.CANCELLED.value)
BATCH = 500


def tasks_follow(ids: Iterable[int], *, now: datetime | None = None) -> int:
    """Make the next task of each of these that has none yet; returns how many were made.

    The row (series, turn) is unique, bin included, and makers wait for each other: two workers never make it twice.
    """
    moment = now or timezone.now()
    with storage().write_transaction():
        storage().lock_key("task series")
        waiting = without_successor(sorted(set(ids)))
        rows = [row for task in waiting if (row := follower(task, moment)) is not None]
        made = records.save(registry.get("task"), rows, actor=SYSTEM, origin=Origin("job"), partial=True)
    return made.count("created")


def without_successor(ids: Sequence[int]) -> list[PageRow]:
    """Recurring tasks among the ids whose next turn does not exist, not even in the bin."""
    task = registry.get("task")
    found = Query(task, SYSTEM, context_for(SYSTEM)).fetch(
        list(Task.objects.filter(pk__in=ids, deletion=None, recurs__isnull=False).values_list("pk", flat=True))
    )
    series = {row.values["series"] or row.id for row in found.values()}
    taken = set(Task.objects.filter(series__in=series).values_list("series", "turn"))
    return [row for row in found.values() if (row.values["series"] or row.id, turn_of(row) + 1) not in taken]


def turn_of(row: PageRow) -> int:
    return int(row.values["turn"] or 1)


def follower(row: PageRow, now: datetime) -> Row | None:
    """The next task: the same work, the same time of day; None when the series is over."""
    task, values = registry.get("task"), row.values
    rule, due = read_recurrence(values["recurs"]), values["due_at"]
    if due is None or (rule.count is not None and turn_of(row) >= rule.count):
        return None
    local = timezone.localtime(due)
    here = timezone.localtime(now)
    # One that is made for its due time must lie ahead, or the next look would make yet another one.
    has_passed = rule.when_due and local.time() <= here.time()
    day = rule.not_before(local.date(), here.date() + timedelta(days=int(has_passed)))
    if day is None:
        return None
    following = local.replace(year=day.year, month=day.month, day=day.day)
    copied: dict[str, Any] = {
        field.key: field.type.to_json(values[field.key], field)
        for field in task.writable_fields
        if field.key not in OWN and not field.unique and not is_links(task, field) and values.get(field.key) is not None
    }
    remind = values["remind_at"]
    times = {"due_at": following.isoformat(), "remind_at": (remind + (following - due)).isoformat() if remind else None}
    return Row({**copied, **times, "series": values["series"] or row.id, "turn": turn_of(row) + 1})


def tasks_due_follow(now: datetime) -> int:
    """Make the next of those that return when they fall due and have done so."""
    series = Coalesce(OuterRef("series"), OuterRef("pk"))
    following = Task.objects.filter(series=series, turn=OuterRef("turn") + 1)
    due = Task.objects.filter(
        ~Exists(following), deletion=None, status=TaskStatus.OPEN, due_at__lte=now, recurs__endswith=";NEXT=DUE"
    )
    return tasks_follow(due.order_by("due_at").values_list("pk", flat=True)[:BATCH], now=now)


@consumer("task series")
def follow_closed(given: Sequence[Change]) -> None:
    """Make the next of recurring tasks that were closed, unless they are open again by now."""
    closed = {
        change.record_id
        for change in given
        if change.object_key == "task" and (change.values or {}).get("status", [None, None])[1] in CLOSED
    }
    if closed:
        tasks_follow(Task.objects.filter(pk__in=closed, status__in=CLOSED).values_list("pk", flat=True))


def tasks_skip(ids: Sequence[int], *, actor: Actor) -> SaveResult:
    """Leave these out: they are cancelled, and the next of their series is made."""
    rows = [Row({"status": TaskStatus.CANCELLED.value}, id=pk) for pk in ids]
    return records.save(registry.get("task"), rows, actor=actor)


def series_stop(ids: Sequence[int], *, actor: Actor) -> SaveResult:
    """Let these tasks stand, but none follow them."""
    reached = queryset_for(actor, registry.get("task"), "edit").filter(pk__in=ids)
    rows = [Row({"recurs": None}, id=pk) for pk in reached.values_list("pk", flat=True)]
    return records.save(registry.get("task"), rows, actor=actor)
