"""Waits for a job at the terminal: the running worker does it, and where none runs, this process is the worker meanwhile."""

from __future__ import annotations

import sys
import threading
import time

from zhike.cli.command import CommandFailed
from zhike.cli.language import _
from zhike.jobs.lease import leases_alive
from zhike.jobs.models import Job
from zhike.jobs.queue import job_cancel
from zhike.jobs.worker import PRESENCE, Worker

LOOK_SECONDS = 0.2


def see_through(job_id: int) -> Job:
    """Wait until the job is over, showing its progress; Ctrl-C cancels it. Raises CommandFailed when it failed."""
    worker = Worker(threads=1)
    thread = threading.Thread(target=worker.run, daemon=True)
    try:
        job = Job.objects.get(pk=job_id)
        while not job.is_over:
            if not thread.is_alive() and not leases_alive(PRESENCE):
                thread.start()
            time.sleep(LOOK_SECONDS)
            job.refresh_from_db()
            show(job)
    except KeyboardInterrupt:
        job_cancel(job_id)
        raise
    finally:
        worker.stop()
        if thread.is_alive():
            thread.join()
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if job.state == Job.State.FAILED:
        raise CommandFailed(job.error)
    if job.state == Job.State.CANCELLED:
        raise CommandFailed(_("It was cancelled."))
    return job


def show(job: Job) -> None:
    """One line that counts up, for people at a terminal."""
    if sys.stderr.isatty() and job.total:
        print(f"\r{job.done:,} / {job.total:,}", end="", file=sys.stderr, flush=True)
