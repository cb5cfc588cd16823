"""Reminders of tasks: their owner is told once, at the time they chose or when the task falls due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.activities.choices import TaskStatus
from zhike.domain.activities.models import Task
from zhike.metadata import notices
from zhike.metadata.notices import Notice, NoticeKind

#: After a standstill nobody is reminded of what fell due longer ago than this.
LOOK_BACK = timedelta(days=2)
BATCH = 1_000

REMINDED = notices.register(
    NoticeKind("task_due", _("A task of mine is due"), _("Task “%(title)s” is due."), icon="alarm")
)


def tasks_to_remind_of(now: datetime) -> QuerySet[Any, Any]:
    """Open tasks whose reminder, or due time where they have none, has just passed."""
    just = {"lte": now, "gte": now - LOOK_BACK}
    reminded = Q(**{f"remind_at__{end}": moment for end, moment in just.items()})
    due = Q(remind_at__isnull=True, **{f"due_at__{end}": moment for end, moment in just.items()})
    rows = Task.objects.filter(reminded | due, status=TaskStatus.OPEN, deletion__isnull=True, owner__isnull=False)
    found: QuerySet[Any, Any] = rows.order_by("pk").values("pk", "owner_id", "remind_at", "due_at")
    return found


def remind_of_tasks(now: datetime | None = None) -> int:
    """Tell the owners; a task is told of once for each time that was chosen. Returns how many are due."""
    found = list(tasks_to_remind_of(now or timezone.now()))
    for start in range(0, len(found), BATCH):
        notices.send([reminder(row) for row in found[start : start + BATCH]])
    return len(found)


def reminder(row: dict[str, Any]) -> Notice:
    moment = row["remind_at"] or row["due_at"]
    return Notice(
        kind=REMINDED.key,
        user_ids=(row["owner_id"],),
        object_key="task",
        record_id=row["pk"],
        once=f"task:{row['pk']}:{moment.isoformat()}",
    )
