"""``zhike worker``: runs background jobs and schedules until it is told to stop."""

from __future__ import annotations

import argparse
import signal
from types import FrameType

from zhike.cli.language import _
from zhike.jobs.worker import Worker

THREADS = 2


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many jobs at once."""
    parser.add_argument("--threads", type=int, default=THREADS, help=_("jobs that run at the same time"))


def run(options: argparse.Namespace) -> int:
    """Work until SIGTERM or Ctrl-C; unfinished jobs go back to the queue."""
    return work(options.threads)


def work(threads: int = THREADS) -> int:
    """Be a worker with so many jobs at once; returns when all is finished or back in the queue."""
    worker = Worker(threads=threads)

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    worker.run()
    return 0
