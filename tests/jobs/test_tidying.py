"""Rows of finished jobs go after a month; what still can be undone, and the log of imports, keep theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from zhike.engines.importing.models import ImportRun
from zhike.jobs import tidying
from zhike.jobs.models import Job
from zhike.metadata.models import Batch

pytestmark = [pytest.mark.claim, pytest.mark.django_db]


def finished(days: float, state: str = Job.State.DONE) -> int:
    return Job.objects.create(kind="x", state=state, finished_at=timezone.now() - timedelta(days=days)).pk


def left() -> set[int]:
    tidying.forget_finished()
    return set(Job.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("state", [Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED])
def test_a_job_is_forgotten_a_month_after_its_end(state: str) -> None:
    _old, young = finished(30.1, state), finished(29.9, state)
    assert left() == {young}


def test_what_waits_or_runs_is_never_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying, "AT_ONCE", 2)
    long_ago = timezone.now() - timedelta(days=400)
    kept = {
        Job.objects.create(kind="x", state=state, created_at=long_ago, run_at=long_ago).pk
        for state in (Job.State.QUEUED, Job.State.RUNNING)
    }
    for _number in range(5):
        finished(90)
    assert left() == kept


def test_a_job_whose_work_can_be_taken_back_stays() -> None:
    undoable, settled = finished(40), finished(40)
    for pk, days in ((undoable, 29), (settled, 31)):
        Batch.objects.create(at=timezone.now() - timedelta(days=days), source="bulk", object_key="customer", job_id=pk)
    assert left() == {undoable}


def test_the_log_of_imports_keeps_what_came_of_them() -> None:
    told, _other = finished(400), finished(400)
    ImportRun.objects.create(
        object_key="customer", actor_id=1, created_at=timezone.now(), file_name="a.csv", stored_name="a", job_id=told
    )
    assert left() == {told}
