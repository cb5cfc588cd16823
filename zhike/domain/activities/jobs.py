"""Recurring work of the activities."""

from __future__ import annotations

from django.utils import timezone

from zhike.domain.activities.reminders import remind_of_tasks
from zhike.domain.activities.services.series import tasks_due_follow
from zhike.jobs.scheduler import scheduled


@scheduled("activities.series", every=60)
def make_due_tasks() -> None:
    """Make the next of recurring tasks that fell due, once a minute."""
    tasks_due_follow(timezone.now())


@scheduled("activities.reminders", every=60)
def send_reminders() -> None:
    """Look for tasks to remind of once a minute."""
    remind_of_tasks()
