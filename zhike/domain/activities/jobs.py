"""Recurring work of the activities."""

from __future__ import annotations

from zhike.domain.activities.reminders import remind_of_tasks
from zhike.jobs.scheduler import scheduled


@scheduled("activities.reminders", every=60)
def send_reminders() -> None:
    """Look for tasks to remind of once a minute."""
    remind_of_tasks()
