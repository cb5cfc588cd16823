"""Tasks that return: the next one comes once, at its time, with the work; skipped, stopped, and over when they should be."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from time_machine import TimeMachineFixture

from tests.cast import Cast, actor, client
from zhike.domain.activities.models import Task
from zhike.domain.activities.services.series import (
    follow_closed,
    series_stop,
    tasks_due_follow,
    tasks_follow,
    tasks_skip,
)
from zhike.domain.activities.services.tasks import task_complete, task_reopen
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.customising import field_create
from zhike.metadata.errors import Invalid
from zhike.metadata.models import Change
from zhike.metadata.records import delete, record_save
from zhike.metadata.saving import context_for

pytestmark = [pytest.mark.django_db, pytest.mark.write]


def task(cast: Cast, recurs: str, *, days: float = 1, **values: Any) -> int:
    due = timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=days)
    told = {"title": "月度回访", "owner": cast.bob.pk, "due_at": due.isoformat(), "recurs": recurs, **values}
    return record_save(registry.get("task"), told, actor=SYSTEM)


def follow() -> None:
    """Give the consumer what happened so far, as the sealer would."""
    follow_closed(list(Change.objects.order_by("id")))


def series(first: int) -> list[Task]:
    return list(Task.objects.filter(series=first).order_by("turn"))


def complete(cast: Cast, pk: int) -> None:
    task_complete([pk], actor=actor(cast.bob))
    follow()


def test_the_next_one_comes_when_it_is_done_with_the_same_work_at_the_same_time(cast: Cast) -> None:
    customer = record_save(registry.get("customer"), {"name": "甲", "owner": cast.bob.pk}, actor=SYSTEM)
    field_create("task", kind="text", label="口径", key="script", actor=actor(cast.adam))
    first = task(cast, "FREQ=WEEKLY", customer=customer, note="带上价目表", script="三问")
    due = Task.objects.get(pk=first).due_at
    assert due is not None
    remind = due - timedelta(hours=2)
    record_save(registry.get("task"), {"remind_at": remind.isoformat()}, actor=SYSTEM, id=first)
    complete(cast, first)
    [made] = series(first)
    assert (made.turn, made.status, made.done_at, made.owner_id, made.customer_id) == (
        2,
        "open",
        None,
        cast.bob.pk,
        customer,
    )
    assert (made.title, made.note, made.custom) == ("月度回访", "带上价目表", {"script": "三问"})
    assert (made.due_at, made.remind_at) == (due + timedelta(days=7), remind + timedelta(days=7))
    complete(cast, made.pk)
    assert [found.turn for found in series(first)] == [2, 3]


def test_it_comes_once_however_often_the_task_is_closed_and_opened(cast: Cast) -> None:
    first = task(cast, "FREQ=DAILY")
    for _ in range(2):
        complete(cast, first)
        task_reopen([first], actor=actor(cast.bob))
    follow()
    assert len(series(first)) == 1
    delete(registry.get("task"), [series(first)[0].pk], actor=actor(cast.bob))
    complete(cast, first)
    assert len(series(first)) == 1


def test_a_task_that_is_open_again_before_anybody_looks_brings_none(cast: Cast) -> None:
    first = task(cast, "FREQ=DAILY")
    task_complete([first], actor=actor(cast.bob))
    task_reopen([first], actor=actor(cast.bob))
    follow()
    assert not series(first)


def test_it_may_come_when_the_present_one_falls_due(cast: Cast) -> None:
    due, later = task(cast, "FREQ=DAILY;NEXT=DUE", days=-1), task(cast, "FREQ=DAILY;NEXT=DUE", days=1)
    done_only = task(cast, "FREQ=DAILY", days=-1)
    assert tasks_due_follow(timezone.now()) == 1
    assert tasks_due_follow(timezone.now()) == 0
    assert (len(series(due)), len(series(later)), len(series(done_only))) == (1, 0, 0)


def test_what_was_missed_while_nobody_looked_comes_once(cast: Cast) -> None:
    first = task(cast, "FREQ=DAILY", days=-40)
    complete(cast, first)
    [made] = series(first)
    assert made.due_at is not None
    assert timezone.localdate(made.due_at) == timezone.localdate()


def test_a_series_ends_after_its_count_and_with_its_last_day(cast: Cast) -> None:
    first = task(cast, "FREQ=DAILY;COUNT=2")
    complete(cast, first)
    complete(cast, series(first)[0].pk)
    assert len(series(first)) == 1
    until = timezone.localdate() + timedelta(days=1)
    short = task(cast, f"FREQ=DAILY;UNTIL={until:%Y%m%d}")
    complete(cast, short)
    assert not series(short)


def test_the_31st_is_remembered_through_february(cast: Cast, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2027-01-29 10:00:00+08:00")
    pk = record_save(
        registry.get("task"),
        {"title": "对账", "due_at": "2027-01-31T02:00:00Z", "recurs": "FREQ=MONTHLY"},
        actor=SYSTEM,
    )
    assert Task.objects.get(pk=pk).recurs == "FREQ=MONTHLY;BYMONTHDAY=31"
    complete_by = actor(cast.alice)
    assert complete_by
    record_save(registry.get("task"), {"status": "done"}, actor=SYSTEM, id=pk)
    follow()
    [second] = series(pk)
    record_save(registry.get("task"), {"status": "done"}, actor=SYSTEM, id=second.pk)
    follow()
    assert [found.due_at.date().isoformat() for found in series(pk) if found.due_at] == ["2027-02-28", "2027-03-31"]


def test_skipping_brings_the_next_and_stopping_none(cast: Cast) -> None:
    bob = actor(cast.bob)
    skipped, stopped = task(cast, "FREQ=DAILY"), task(cast, "FREQ=DAILY")
    tasks_skip([skipped], actor=bob)
    series_stop([stopped], actor=bob)
    task_complete([stopped], actor=bob)
    follow()
    assert Task.objects.get(pk=skipped).status == "cancelled"
    assert (len(series(skipped)), len(series(stopped))) == (1, 0)


def test_nobody_stops_the_series_of_others(cast: Cast) -> None:
    pk = task(cast, "FREQ=DAILY", owner=cast.charlie.pk)
    series_stop([pk], actor=actor(cast.bob))
    assert Task.objects.get(pk=pk).recurs == "FREQ=DAILY"


def test_a_repetition_needs_a_due_time_and_a_rule(cast: Cast) -> None:
    for values, code in (
        ({"due_at": None, "recurs": "FREQ=DAILY"}, "due_needed"),
        ({"recurs": "每天"}, "not_a_recurrence"),
    ):
        with pytest.raises(Invalid) as problem:
            record_save(registry.get("task"), {"title": "甲", **values}, actor=actor(cast.bob))
        assert problem.value.problems["recurs"][0].code == code


@pytest.mark.parametrize(
    ("code", "chinese", "english"),
    [
        ("FREQ=DAILY", "每天，完成后生成下一个", "every day, the next when done"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "每 2 周的周一、周五，完成后生成下一个", "every 2 weeks on Mon, Fri, the next when done"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;NEXT=DUE", "每个工作日（周一至周五），到期就生成下一个", "on weekdays, the next when due"),
        ("FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20271231", "每月 31 日（没有则为月末），到 2027-12-31 为止，完成后生成下一个",
         "every month on day 31 (the last day at most), until 2027-12-31, the next when done"),
        ("FREQ=YEARLY;COUNT=3", "每年，共 3 次，完成后生成下一个", "every year, 3 times, the next when done"),
    ],
)  # fmt: skip
def test_it_is_said_in_words(code: str, chinese: str, english: str) -> None:
    field = registry.get("task").field("recurs")
    context = context_for(SYSTEM)
    for language, told in (("zh-hans", chinese), ("en", english)):
        context.language = language
        assert field.type.text(code, field, context) == told


def test_the_form_sends_its_parts(cast: Cast) -> None:
    data = {
        "title": "周会", "due_at": "2027-05-03T10:00", "recurs.unit": "WEEKLY", "recurs.interval": "2",
        "recurs.day": ["MO", "WE"], "recurs.until": "2027-12-31", "recurs.count": "", "recurs.next": "due", "kind": "other",
        "status": "open", "priority": "normal", "owner": cast.bob.pk,
    }  # fmt: skip
    answer = client(cast.bob).post("/o/tasks/new/", data)
    assert answer.status_code in {200, 204, 302}
    assert Task.objects.get().recurs == "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20271231;NEXT=DUE"


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_make_it_twice(cast: Cast) -> None:
    first = task(cast, "FREQ=DAILY;NEXT=DUE", days=-1)
    gate = Barrier(4)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            gate.wait(20)
            tasks_follow([first])
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(series(first)) == 1
