"""Tasks: completing, reopening, postponing, and the lists that the work page asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.cast import Cast, actor
from zhike.domain.activities.models import Task
from zhike.domain.activities.queries import customers_untouched, my_open_tasks, tasks_due, tasks_overdue
from zhike.domain.activities.services.tasks import task_complete, task_reopen, tasks_postpone
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.records import record_save

pytestmark = pytest.mark.django_db

#: 10:00 in Shanghai, a Wednesday.
NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


def task(by: Actor = SYSTEM, **values: Any) -> int:
    return record_save(registry.get("task"), {"title": "回访", **values}, actor=by)


def test_a_completed_task_knows_when_and_loses_it_when_opened_again() -> None:
    pk = task()
    task_complete([pk], actor=SYSTEM)
    assert Task.objects.get(pk=pk).done_at is not None
    task_reopen([pk], actor=SYSTEM)
    reopened = Task.objects.get(pk=pk)
    assert (reopened.status, reopened.done_at) == ("open", None)


@time_machine.travel(NOW, tick=False)
def test_postponing_counts_from_today_when_the_task_is_overdue() -> None:
    overdue = task(due_at=NOW - timedelta(days=10), remind_at=NOW - timedelta(days=10, hours=1))
    future = task(due_at=NOW + timedelta(days=2))
    tasks_postpone([overdue, future], actor=SYSTEM, days=3)
    late = Task.objects.get(pk=overdue)
    assert late.due_at == NOW + timedelta(days=3)
    assert late.remind_at == NOW + timedelta(days=3, hours=-1)
    assert Task.objects.get(pk=future).due_at == NOW + timedelta(days=5)


def test_closed_tasks_are_not_postponed() -> None:
    pk = task(status="done", due_at=NOW)
    tasks_postpone([pk], actor=SYSTEM, days=3)
    assert Task.objects.get(pk=pk).due_at == NOW


def test_a_contact_brings_its_customer_along() -> None:
    customer = record_save(registry.get("customer"), {"name": "甲"}, actor=SYSTEM)
    contact = record_save(registry.get("contact"), {"customer": customer, "name": "王经理"}, actor=SYSTEM)
    assert Task.objects.get(pk=task(contact=contact)).customer_id == customer


@time_machine.travel(NOW, tick=False)
def test_the_work_page_finds_my_tasks_and_nobody_elses(cast: Cast) -> None:
    bob, charlie = actor(cast.bob), actor(cast.charlie)
    overdue = task(bob, due_at=NOW - timedelta(hours=1))
    today = task(bob, due_at=NOW + timedelta(hours=3))
    tomorrow = task(bob, due_at=NOW + timedelta(days=1))
    task(bob, status="done", due_at=NOW - timedelta(hours=1))
    task(charlie, due_at=NOW + timedelta(hours=3))
    assert list(my_open_tasks(bob).values_list("pk", flat=True)) == [overdue, today, tomorrow]
    assert list(tasks_overdue(bob).values_list("pk", flat=True)) == [overdue]
    assert list(tasks_due(bob, days=0).values_list("pk", flat=True)) == [today]
    assert list(tasks_due(bob, days=1).values_list("pk", flat=True)) == [today, tomorrow]


@time_machine.travel(NOW, tick=False)
def test_customers_without_a_contact_for_long_are_found_by_tier(cast: Cast) -> None:
    bob = actor(cast.bob)
    silent, fresh, lost = (
        record_save(registry.get("customer"), {"name": name, "tier": "high", "stage": stage}, actor=bob)
        for name, stage in (("久未联系", "active"), ("刚联系过", "active"), ("已流失", "lost"))
    )
    for pk, days in ((silent, 40), (silent, 90), (fresh, 3), (lost, 200)):
        values = {"customer": pk, "content": "电话", "happened_at": NOW - timedelta(days=days)}
        record_save(registry.get("interaction"), values, actor=bob)
    found = list(customers_untouched(bob, "high"))
    assert [row.pk for row in found] == [silent]
    assert found[0].last_contact_at == NOW - timedelta(days=40)
    assert not customers_untouched(actor(cast.charlie), "high").exists()
