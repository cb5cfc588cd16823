"""An import whose worker is killed goes on where it stood: no row is lost, none is made twice."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connection

from tests.cast import Cast, actor
from zhike.domain.customers.models import Contact, Customer
from zhike.engines.importing import services
from zhike.jobs.models import Job
from zhike.jobs.worker import work_off
from zhike.metadata import registry
from zhike.metadata.models import Change

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.claim, pytest.mark.slow]

ROWS = 10_000
LEASE_SECONDS = 3.0

Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts workers over this test's database and files, and ends them with it."""
    processes: list[subprocess.Popen[str]] = []

    def start_one() -> subprocess.Popen[str]:
        told = [str(connection.settings_dict["NAME"]), str(LEASE_SECONDS), str(settings.DATA_DIR)]
        command = [sys.executable, "-m", "tests.jobs.worker_process", *told]
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


def wait_until(claim: Callable[[], bool], seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def rows_kept(job: Job) -> int:
    """How far the file is committed."""
    return int((Job.objects.get(pk=job.pk).checkpoint or {}).get("rows", 0))


def table() -> Iterator[bytes]:
    yield "客户名称,客户编号,类型,手机,联系人姓名\n".encode()
    for number in range(ROWS):
        phone = "坏" if number % 1_000 == 999 else f"137{number:08d}"
        yield f"第{number}号商行,K{number:06d},企业,{phone},联系{number}\n".encode()


def test_killing_the_worker_again_and_again_loses_and_doubles_nothing(cast: Cast, start: Start) -> None:
    clara = actor(cast.clara)
    found = services.import_upload(registry.get("customer"), table(), file_name="a.csv", actor=clara)
    job = services.import_start(found, actor=clara)
    kept = 0
    for _kill in range(2):
        victim = start()
        before = kept
        wait_until(lambda before=before: rows_kept(job) > before)  # type: ignore[misc]
        victim.kill()
        victim.wait()
        kept = rows_kept(job)
        assert 0 < kept < ROWS
    start()
    wait_until(lambda: Job.objects.get(pk=job.pk).state == Job.State.DONE)

    job.refresh_from_db()
    rejected = ROWS // 1_000
    assert job.attempts == 3
    assert (job.result["rows"], job.result["created"], job.result["rejected"]) == (ROWS, ROWS - rejected, rejected)
    assert Customer.objects.count() == Contact.objects.count() == ROWS - rejected
    made = Change.objects.filter(object_key="customer", action=Change.Action.CREATE, batch__job_id=job.pk)
    assert made.count() == made.values("record_id").distinct().count() == ROWS - rejected
    assert len(found.reasons_path.read_bytes().splitlines()) == rejected

    services.import_undo(found, actor=clara)
    work_off()
    assert not Customer.objects.filter(deletion__isnull=True).exists()
    assert not Contact.objects.filter(deletion__isnull=True).exists()
