"""Real worker processes: killed ones lose nothing, several never do a job twice, and SIGTERM hands work back."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.jobs import handlers  # noqa: F401 - registers the jobs
from zhike.jobs.lease import leases_alive
from zhike.jobs.models import Job, Lease
from zhike.jobs.queue import enqueue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.claim, pytest.mark.slow]

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts worker processes on this test's database, and ends them with it."""
    processes: list[subprocess.Popen[str]] = []

    def start_one(*, lease_seconds: float = 30.0) -> subprocess.Popen[str]:
        name = str(connection.settings_dict["NAME"])
        command = [sys.executable, "-m", "tests.jobs.worker_process", name, str(lease_seconds)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start_one
    for process in processes:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def wait_until(claim: Callable[[], bool], seconds: float = 90) -> None:
    """Wait for something to become true; a failure says that it did not."""
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_the_job_of_a_killed_worker_is_taken_up_once_where_it_stood(start: Start, tmp_path: Path) -> None:
    job = enqueue("test.count", {"directory": str(tmp_path), "name": "n", "total": 40, "pause": 0.05})
    victim = start(lease_seconds=3.0)
    wait_until(lambda: Lease.objects.filter(name__startswith="n-").count() >= 5)

    victim.kill()
    victim.wait()
    kept = Job.objects.get(pk=job.pk).checkpoint["next"]
    start()
    start()
    wait_until(lambda: Job.objects.filter(pk=job.pk, state="done").exists())

    job.refresh_from_db()
    assert (job.attempts, job.result) == (2, 40)
    assert Lease.objects.filter(name__startswith="n-").count() == 40
    assert sorted(trace.name.split(".")[0] for trace in tmp_path.iterdir()) == ["start-0", f"start-{kept}"]


def test_several_workers_never_do_a_job_twice(start: Start, tmp_path: Path) -> None:
    jobs = [enqueue("test.trace", {"directory": str(tmp_path)}) for _number in range(150)]
    for _process in range(3):
        start()

    wait_until(lambda: not Job.objects.exclude(state="done").exists())

    traces = Counter(trace.name.split(".")[0] for trace in tmp_path.iterdir())
    assert traces == {f"job-{job.pk}": 1 for job in jobs}


def test_sigterm_hands_the_work_back_at_once(start: Start, tmp_path: Path) -> None:
    job = enqueue("test.count", {"directory": str(tmp_path), "name": "n", "total": 400, "pause": 0.05})
    worker = start()
    wait_until(lambda: Lease.objects.filter(name__startswith="n-").exists())

    worker.terminate()

    assert worker.wait(10) == 0
    job.refresh_from_db()
    assert (job.state, job.attempts, job.worker) == ("queued", 0, "")
    assert job.checkpoint["next"] == Lease.objects.filter(name__startswith="n-").count()
    assert leases_alive("worker:") == []
