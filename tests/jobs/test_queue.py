"""Jobs are done once, retried, refused, cancelled and taken over as promised."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from tests.jobs import handlers  # noqa: F401 - registers the jobs
from zhike.jobs.models import Job, Lease
from zhike.jobs.queue import UnknownKind, claim, enqueue, job_cancel, job_retry, release, retry_delay
from zhike.jobs.run import JobRun, LeaseLost
from zhike.jobs.worker import perform, work_off

pytestmark = [pytest.mark.django_db, pytest.mark.claim]


def silent(job: Job) -> None:
    """Let the worker of ``job`` have fallen silent."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_job_runs_once_and_keeps_its_result(tmp_path: Path) -> None:
    job = enqueue("test.trace", {"directory": str(tmp_path)}, actor_id=7)

    assert work_off() == 1
    assert work_off() == 0

    job.refresh_from_db()
    assert (job.state, job.result, job.attempts, job.actor_id) == ("done", {"id": job.pk}, 1, 7)
    assert len(list(tmp_path.iterdir())) == 1


def test_an_unknown_kind_is_refused_when_it_is_put_in() -> None:
    with pytest.raises(UnknownKind):
        enqueue("test.nothing")


def test_a_rollback_takes_the_job_with_it(tmp_path: Path) -> None:
    def put_in_and_fail() -> None:
        with transaction.atomic():
            enqueue("test.trace", {"directory": str(tmp_path)})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        put_in_and_fail()
    assert not Job.objects.exists()


def test_a_job_for_later_waits(tmp_path: Path) -> None:
    enqueue("test.trace", {"directory": str(tmp_path)}, run_at=timezone.now() + timedelta(minutes=1))

    assert work_off() == 0


def test_a_failure_is_tried_again_later_and_then_given_up() -> None:
    job = enqueue("test.fail")

    work_off()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 1)
    assert job.run_at > timezone.now() + timedelta(seconds=3)

    Job.objects.update(run_at=timezone.now())
    work_off()
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "ZeroDivisionError: on purpose")


def test_the_wait_doubles_up_to_an_hour() -> None:
    assert [retry_delay(attempt).total_seconds() for attempt in (1, 2, 3, 30)] == [5, 10, 20, 3600]


def test_a_refusal_is_not_tried_again() -> None:
    job = enqueue("test.refuse")

    work_off()

    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("failed", 1, "this file is empty")


def test_a_failed_job_can_be_queued_again() -> None:
    job = enqueue("test.refuse")
    work_off()

    assert job_retry(job.pk)

    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("queued", 0, "")
    assert not job_retry(job.pk)


def test_a_waiting_job_is_cancelled_at_once(tmp_path: Path) -> None:
    job = enqueue("test.trace", {"directory": str(tmp_path)})

    assert job_cancel(job.pk)
    assert work_off() == 0

    job.refresh_from_db()
    assert job.state == "cancelled"
    assert not job_cancel(job.pk)


def test_a_running_job_stops_when_asked(tmp_path: Path) -> None:
    enqueue("test.count", {"directory": str(tmp_path), "name": "c", "total": 100})
    job = claim("w")
    assert job is not None
    assert job_cancel(job.pk)

    perform(job)

    job.refresh_from_db()
    assert job.state == "cancelled"
    assert Lease.objects.filter(name__startswith="c-").count() == 1


def test_a_running_job_is_not_claimed_by_another_worker(tmp_path: Path) -> None:
    enqueue("test.trace", {"directory": str(tmp_path)})
    first = claim("one")

    assert first is not None
    assert claim("two") is None


def test_the_job_of_a_silent_worker_is_taken_over_from_its_checkpoint(tmp_path: Path) -> None:
    enqueue("test.count", {"directory": str(tmp_path), "name": "c", "total": 5})
    first = claim("one")
    assert first is not None
    JobRun(first).keep({"next": 3})
    silent(first)

    assert work_off() == 1

    first.refresh_from_db()
    assert (first.state, first.attempts, first.result) == ("done", 2, 5)
    assert Lease.objects.filter(name__startswith="c-").count() == 2


def test_a_worker_that_lost_its_job_cannot_write_any_more(tmp_path: Path) -> None:
    enqueue("test.count", {"directory": str(tmp_path), "name": "c", "total": 5})
    first = claim("one")
    assert first is not None
    silent(first)
    second = claim("two")
    assert second is not None

    with pytest.raises(LeaseLost):
        JobRun(first).keep({"next": 99})
    perform(first)

    second.refresh_from_db()
    assert (second.state, second.worker, second.checkpoint) == ("running", "two", {})
    assert not Lease.objects.filter(name__startswith="c-").exists()


def test_a_job_that_kills_its_workers_is_given_up(tmp_path: Path) -> None:
    job = enqueue("test.trace", {"directory": str(tmp_path)})
    for _attempt in range(3):
        claimed = claim("w")
        assert claimed is not None
        silent(claimed)

    assert claim("w") is None

    job.refresh_from_db()
    assert job.state == "failed"
    assert "3 times" in job.error


def test_a_released_job_goes_back_uncounted(tmp_path: Path) -> None:
    enqueue("test.trace", {"directory": str(tmp_path)})
    job = claim("w")
    assert job is not None

    assert release("w", [job.pk]) == 1

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 0)
