"""Notifications: who is told, once, by preference, and only of what they may see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import Cast, actor, client
from tests.web.records import customers, records
from zhike.accounts.models import User
from zhike.domain.activities.reminders import remind_of_tasks
from zhike.engines.comments.services import comment_add
from zhike.engines.notify.models import Notification
from zhike.engines.notify.services import unread_count
from zhike.metadata import registry
from zhike.metadata.records import Row, record_save, save
from zhike.metadata.sealing import run_outbox

pytestmark = pytest.mark.policy


@pytest.fixture(autouse=True)
def _outbox(cast: Cast) -> None:
    """Consumers begin at the end of the log: let them take their place before the test writes."""
    run_outbox()


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("id").values_list("kind", flat=True))


def test_a_task_is_reminded_of_once(cast: Cast) -> None:
    due = timezone.now() - timedelta(minutes=5)
    records("task", [{"title": "回访", "due_at": due, "owner": cast.bob.pk}])

    remind_of_tasks()
    remind_of_tasks()

    assert told(cast.bob) == ["task_due"]
    assert "任务“回访”到期了" in client(cast.bob).get("/notifications/").content.decode()


def test_a_task_put_off_is_reminded_of_again_at_its_new_time(cast: Cast) -> None:
    now = timezone.now()
    [pk] = records("task", [{"title": "回访", "due_at": now - timedelta(hours=1), "owner": cast.bob.pk}])
    remind_of_tasks()

    record_save(registry.get("task"), {"due_at": now + timedelta(hours=1)}, id=pk, actor=actor(cast.bob))
    remind_of_tasks(now)
    remind_of_tasks(now + timedelta(hours=2))

    assert told(cast.bob) == ["task_due", "task_due"]


@pytest.mark.parametrize("values", [{"status": "done"}, {"remind_at": timezone.now() + timedelta(days=1)}])
def test_done_tasks_and_later_reminders_stay_silent(cast: Cast, values: dict[str, object]) -> None:
    due = timezone.now() - timedelta(minutes=5)
    records("task", [{"title": "回访", "due_at": due, "owner": cast.bob.pk, **values}])

    remind_of_tasks()

    assert told(cast.bob) == []


def test_who_gets_a_record_from_somebody_else_is_told(cast: Cast) -> None:
    [pk] = customers(cast.alice, "海天包装")
    run_outbox()
    record_save(registry.get("customer"), {"owner": cast.bob.pk}, id=pk, actor=actor(cast.alice))
    record_save(registry.get("task"), {"title": "帮我打个电话", "owner": cast.bob.pk}, actor=actor(cast.alice))
    record_save(registry.get("task"), {"title": "自己的事"}, actor=actor(cast.alice))

    run_outbox()

    assert told(cast.bob) == ["assigned", "assigned"]
    assert told(cast.alice) == []
    assert "Alice把“海天包装”分给了你" in client(cast.bob).get("/notifications/").content.decode()


def test_many_records_given_at_once_are_one_message(cast: Cast) -> None:
    pks = customers(cast.alice, *(f"客户{number}" for number in range(8)))
    run_outbox()
    rows = [Row({"owner": cast.bob.pk}, id=pk) for pk in pks]
    assert save(registry.get("customer"), rows, actor=actor(cast.alice)).ok

    run_outbox()

    assert told(cast.bob) == ["assigned_many"]


def test_a_kind_switched_off_is_not_sent(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    User.objects.filter(pk=cast.alice.pk).update(notifications={"mention": False})

    comment_add(registry.get("customer"), pk, "@Alice 看一下", actor=actor(cast.bob))

    assert told(cast.alice) == []


def test_what_one_may_no_longer_see_is_not_shown_and_stops_counting(cast: Cast) -> None:
    [pk] = customers(cast.bob, "机密客户")
    comment_add(registry.get("customer"), pk, "@Alice 内部底价", actor=actor(cast.bob))
    alice = client(cast.alice)
    assert "内部底价" in alice.get("/notifications/").content.decode()
    assert unread_count(actor(cast.alice)) == 1

    record_save(
        registry.get("customer"),
        {"owner": cast.charlie.pk, "department": cast.second.pk},
        id=pk,
        actor=actor(cast.clara),
    )
    shown = alice.get("/notifications/").content.decode()

    assert "机密客户" not in shown
    assert "内部底价" not in shown
    assert unread_count(actor(cast.alice)) == 0


def test_opening_the_record_reads_its_messages(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    comment_add(registry.get("customer"), pk, "@Alice 看一下", actor=actor(cast.bob))
    alice = client(cast.alice)

    assert "bell-count" in alice.get("/notifications/").content.decode()
    alice.post(f"/o/customers/{pk}/opened/")

    assert "bell-count" not in alice.get("/notifications/").content.decode()


def test_all_are_read_at_once_and_only_ones_own(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    comment_add(registry.get("customer"), pk, "@Alice @Eve 看一下", actor=actor(cast.bob))

    client(cast.alice).post("/notifications/read/")

    assert unread_count(actor(cast.alice)) == 0
    assert unread_count(actor(cast.eve)) == 1


def test_preferences_list_every_kind_that_code_registers(cast: Cast) -> None:
    shown = client(cast.bob).get("/me/").content.decode()

    for kind in ("mention", "comment", "assigned", "task_due"):
        assert f"notify_{kind}" in shown
