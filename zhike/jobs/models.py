"""Tables of background work: jobs, leases, and when each schedule ran last."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One piece of work to be done once, by whichever worker claims it."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    kind = models.CharField(max_length=60)
    params: Any = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    #: Progress: units done of ``total`` (0 while unknown), and what is going on.
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    message = models.TextField(blank=True)
    #: Written by the handler together with its work; a successor starts from it.
    checkpoint: Any = models.JSONField(default=dict)
    result: Any = models.JSONField(null=True)
    error = models.TextField(blank=True)
    #: The person who asked for it; no foreign key, because people stand above this layer.
    actor_id = models.BigIntegerField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    run_at = models.DateTimeField(default=timezone.now)
    #: Until when ``worker`` holds the job; its heartbeat moves this on.
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, blank=True)
    cancel_requested = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["run_at", "id"], name="job_queued", condition=models.Q(state="queued")),
            models.Index(fields=["lease_until"], name="job_running", condition=models.Q(state="running")),
            models.Index(fields=["actor_id", "-id"], name="job_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} {self.state}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}


class Lease(models.Model):
    """A right that one holder has until a time: to be the scheduler, or to be known as a living worker."""

    name = models.CharField(max_length=150, primary_key=True)
    holder = models.CharField(max_length=100)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"


class ScheduleRun(models.Model):
    """When a schedule ran last, so that a restart neither repeats nor forgets it."""

    name = models.CharField(max_length=100, primary_key=True)
    last_run_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
