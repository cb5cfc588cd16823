"""A worker in a process of its own, over the database of the test that started it: NAME LEASE_SECONDS [DATA_DIR]."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

from tests.jobs import handlers  # noqa: E402, F401 - registers the jobs
from zhike.jobs import queue, worker as worker_module  # noqa: E402
from zhike.jobs.worker import Worker  # noqa: E402


def main(name: str, lease_seconds: float, data_dir: str = "") -> None:
    """Work until SIGTERM, over the files of the test too when it says where they are."""
    if data_dir:
        settings.DATA_DIR = Path(data_dir)
    connections.settings["default"]["NAME"] = name
    queue.LEASE_SECONDS = lease_seconds
    worker_module.BEAT_SECONDS = lease_seconds / 5
    worker = Worker(threads=2)

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    print("ready", flush=True)
    worker.run()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), *sys.argv[3:])
