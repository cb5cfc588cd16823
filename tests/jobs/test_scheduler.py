"""Schedules run when they are due, in one process only."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from zhike.jobs import scheduler
from zhike.jobs.models import ScheduleRun
from zhike.jobs.scheduler import Schedule, Scheduler

pytestmark = pytest.mark.claim


def task() -> None:
    """Nothing to do."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_an_interval_is_due_when_it_has_passed() -> None:
    every_minute = Schedule("m", task, 60.0, None)

    assert every_minute.is_due(None, at("2026-03-01T00:00:00"))
    assert not every_minute.is_due(at("2026-03-01T00:00:00"), at("2026-03-01T00:00:59"))
    assert every_minute.is_due(at("2026-03-01T00:00:00"), at("2026-03-01T00:01:00"))


def test_a_daily_time_is_that_of_shanghai_and_a_missed_one_is_caught_up() -> None:
    daily = Schedule("d", task, None, time(3, 30))
    ran = at("2026-03-01T19:31:00")  # 03:31 of 2 March in Shanghai

    assert not daily.is_due(ran, at("2026-03-02T19:29:00"))
    assert daily.is_due(ran, at("2026-03-02T19:30:00"))
    assert daily.is_due(ran, at("2026-03-05T12:00:00"))


@pytest.mark.django_db(transaction=True)
def test_of_two_schedulers_one_runs_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    schedule = Schedule("test.once", lambda: ran.append("x"), 3600.0, None)
    monkeypatch.setattr(scheduler, "SCHEDULES", {schedule.name: schedule})
    first, second = Scheduler("first"), Scheduler("second")

    for _tick in range(3):
        first.tick()
        second.tick()
    first.pool.shutdown(wait=True)

    assert ran == ["x"]
    assert ScheduleRun.objects.filter(name="test.once").exists()


@pytest.mark.django_db(transaction=True)
def test_after_a_restart_a_long_interval_is_not_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    schedule = Schedule("test.hourly", lambda: ran.append("x"), 3600.0, None)
    monkeypatch.setattr(scheduler, "SCHEDULES", {schedule.name: schedule})

    for _start in range(2):
        process = Scheduler("the same place")
        process.tick()
        process.pool.shutdown(wait=True)

    assert ran == ["x"]
