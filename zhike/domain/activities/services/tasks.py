"""Completing, reopening and postponing tasks, any number in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from zhike.domain.activities.choices import TaskStatus
from zhike.metadata import records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.policy import queryset_for
from zhike.metadata.writes import Row, SaveResult


def task_complete(ids: Sequence[int], *, actor: Actor) -> SaveResult:
    """Set tasks to done, now."""
    return _set_status(ids, TaskStatus.DONE, actor=actor)


def task_reopen(ids: Sequence[int], *, actor: Actor) -> SaveResult:
    """Open done or cancelled tasks again."""
    return _set_status(ids, TaskStatus.OPEN, actor=actor)


def _set_status(ids: Sequence[int], status: TaskStatus, *, actor: Actor) -> SaveResult:
    rows = [Row({"status": status.value}, id=pk) for pk in ids]
    return records.save(registry.get("task"), rows, actor=actor)


def tasks_postpone(ids: Sequence[int], *, actor: Actor, days: int) -> SaveResult:
    """Move open tasks by days, from today where they are overdue, reminders with them; closed ones stay."""
    task = registry.get("task")
    now = timezone.now()
    stored: QuerySet[Any] = queryset_for(actor, task).filter(pk__in=ids)
    rows = []
    for pk, status, due_at, remind_at in stored.values_list("pk", "status", "due_at", "remind_at"):
        if status != TaskStatus.OPEN:
            continue
        due = postponed(due_at, days, now)
        shift = due - (due_at or now)
        rows.append(Row({"due_at": due, "remind_at": remind_at + shift if remind_at else None}, id=pk))
    return records.save(task, rows, actor=actor)


def postponed(due_at: datetime | None, days: int, now: datetime) -> datetime:
    """The later of due time and the same time today, plus days; the local time of day is kept."""
    if due_at is None:
        return now + timedelta(days=days)
    local = timezone.localtime(due_at)
    today = timezone.localtime(now).date()
    start = local if local.date() >= today else local.replace(year=today.year, month=today.month, day=today.day)
    return start + timedelta(days=days)
