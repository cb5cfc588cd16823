"""Jobs for the tests; each leaves its traces as files, which other processes can count."""

from __future__ import annotations

import os
import time
from pathlib import Path
from uuid import uuid4

from django.db import transaction

from zhike.jobs.models import Lease
from zhike.jobs.queue import job
from zhike.jobs.run import JobRefused, JobRun


def leave_trace(directory: str, text: str) -> None:
    """Leave a new file whose name begins with ``text``."""
    (Path(directory) / f"{text}.{os.getpid()}.{uuid4().hex}").touch()


@job("test.trace")
def trace(run: JobRun) -> dict[str, int]:
    """Leave one trace."""
    leave_trace(run.params["directory"], f"job-{run.id}")
    return {"id": run.id}


@job("test.count", attempts=5)
def count(run: JobRun) -> int:
    """Write ``total`` rows, one a transaction, each together with the checkpoint; Lease serves as a table."""
    from_here = run.checkpoint.get("next", 0)
    leave_trace(run.params["directory"], f"start-{from_here}")
    total: int = run.params["total"]
    for number in range(from_here, total):
        with transaction.atomic():
            Lease.objects.create(name=f"{run.params['name']}-{number}", holder="test", until="2026-01-01T00:00:00Z")
            run.keep({"next": number + 1})
        run.progress(number + 1, total)
        if run.cancelled():
            return number
        time.sleep(run.params.get("pause", 0))
    return total


@job("test.fail", attempts=2)
def fail(run: JobRun) -> None:
    """Fail each time."""
    raise ZeroDivisionError("on purpose")


@job("test.refuse")
def refuse(run: JobRun) -> None:
    """Say that trying again is no use."""
    raise JobRefused("this file is empty")
