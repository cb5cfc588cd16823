"""What a handler holds while it works: parameters, progress, a checkpoint, and the questions whether to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from zhike.jobs.models import Job
from zhike.jobs.writing import writing

SECONDS_BETWEEN_REPORTS = 0.5
#: Called with the kind of a job, units done and units in all.
Report = Callable[[str, int, int], None]


class JobRefused(Exception):
    """Raised by a handler: the job cannot succeed, so that trying again is no use. The text is shown to people."""


class Released(Exception):
    """The worker is stopping; the job goes back to the queue and on from its checkpoint."""


class LeaseLost(Exception):
    """Another worker has taken the job over; whatever this one still does must be rolled back."""


class JobRun:
    """One attempt at a job.

    A handler works in transactions and calls ``keep`` inside each with what a successor needs: work and checkpoint
    are then committed together, and a worker that has lost the job is stopped there. ``progress``, ``keep`` and
    ``cancelled`` raise Released when the worker is stopping.
    """

    def __init__(self, job: Job, *, stopping: threading.Event | None = None, report: Report | None = None) -> None:
        self.id: int = job.pk
        self.kind: str = job.kind
        self.params: Mapping[str, Any] = job.params
        self.actor_id: int | None = job.actor_id
        self.attempt: int = job.attempts
        self.worker: str = job.worker
        self.checkpoint: Any = job.checkpoint
        self.heeded_cancel = False
        self._stopping = stopping or threading.Event()
        self._report = report
        self._reported_at = 0.0
        self._asked_at = 0.0
        self._cancel_requested = job.cancel_requested

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Report ``done`` of ``total`` units; written at most twice a second, and always at the end."""
        self._stop_if_told()
        if self._report is not None:
            self._report(self.kind, done, total)
        now = time.monotonic()
        if done < total and now - self._reported_at < SECONDS_BETWEEN_REPORTS:
            return
        self._reported_at = now
        self._update(done=done, total=total, **({"message": message} if message else {}))

    def keep(self, checkpoint: Any) -> None:
        """Write the checkpoint (JSON) within the caller's transaction; raises LeaseLost if the job is no longer ours."""
        self._stop_if_told()
        self._update(checkpoint=checkpoint)
        self.checkpoint = checkpoint

    def cancelled(self) -> bool:
        """Whether the person wants it stopped. A handler that sees True tidies up and returns."""
        self._stop_if_told()
        now = time.monotonic()
        if not self._cancel_requested and now - self._asked_at >= SECONDS_BETWEEN_REPORTS:
            self._asked_at = now
            self._cancel_requested = Job.objects.filter(pk=self.id, cancel_requested=True).exists()
        self.heeded_cancel = self._cancel_requested
        return self._cancel_requested

    def _stop_if_told(self) -> None:
        if self._stopping.is_set():
            raise Released

    @writing()
    def _update(self, **values: Any) -> None:
        held = Job.objects.filter(pk=self.id, worker=self.worker, attempts=self.attempt, state=Job.State.RUNNING)
        if not held.update(**values):
            raise LeaseLost(f"job {self.id} was taken over")
