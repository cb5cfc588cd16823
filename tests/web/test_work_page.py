"""The work page: what is due, what is worth doing, and nothing of anybody else's."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tests.cast import Cast, client
from tests.web.records import customers, records
from zhike.domain.activities.models import Task

pytestmark = pytest.mark.policy


def moment(**ago: int) -> datetime:
    return timezone.now() - timedelta(**ago)


def test_ones_own_due_tasks_stand_there_and_nobody_elses(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    records(
        "task",
        [
            {"title": "昨天该办的事", "customer": pk, "due_at": moment(days=1), "owner": cast.bob.pk},
            {"title": "很久以后的事", "due_at": moment(days=-60), "owner": cast.bob.pk},
            {"title": "别人的事", "due_at": moment(days=1), "owner": cast.alice.pk},
        ],
    )

    shown = client(cast.bob).get("/").content.decode()

    assert "昨天该办的事" in shown
    assert "海天包装" in shown
    assert "逾期 1 天" in shown
    assert "很久以后的事" not in shown
    assert "别人的事" not in shown


def test_urgent_tasks_come_before_old_trifles(cast: Cast) -> None:
    records(
        "task",
        [
            {"title": "小事", "due_at": moment(days=9), "owner": cast.bob.pk, "priority": "low"},
            {"title": "大事", "due_at": moment(days=1), "owner": cast.bob.pk, "priority": "high"},
        ],
    )

    shown = client(cast.bob).get("/").content.decode()

    assert shown.index("大事") < shown.index("小事")


def test_a_task_is_done_by_one_click_and_opened_again_by_undo(cast: Cast) -> None:
    [pk] = records("task", [{"title": "回访", "due_at": moment(hours=1), "owner": cast.bob.pk}])
    browser = client(cast.bob)

    answer = browser.post(f"/o/tasks/{pk}/action/complete/")
    undo = answer.headers["HX-Trigger"].split('"undo": "')[1].split('"')[0]

    assert Task.objects.get(pk=pk).status == "done"
    assert "回访" not in browser.get("/", headers={"HX-Target": "todos"}).content.decode()
    assert browser.post(undo).status_code in {200, 204}
    assert Task.objects.get(pk=pk).status == "open"


def test_a_task_is_put_off_by_one_click(cast: Cast) -> None:
    [pk] = records("task", [{"title": "回访", "due_at": moment(days=3), "owner": cast.bob.pk}])

    client(cast.bob).post(f"/o/tasks/{pk}/action/postpone/", {"days": "1"})

    tomorrow = timezone.localdate() + timedelta(days=1)
    assert timezone.localtime(Task.objects.get(pk=pk).due_at).date() == tomorrow


def test_nobody_finishes_tasks_that_they_may_not_change(cast: Cast) -> None:
    [pk] = records("task", [{"title": "回访", "due_at": moment(hours=1), "owner": cast.alice.pk}])

    assert client(cast.bob).post(f"/o/tasks/{pk}/action/complete/").status_code == 403
    assert client(cast.charlie).post(f"/o/tasks/{pk}/action/complete/").status_code == 404
    assert Task.objects.get(pk=pk).status == "open"


def test_silent_customers_come_by_value_with_the_reason(cast: Cast) -> None:
    high, low = customers(cast.bob, "大客户", tier="high") + customers(cast.bob, "小客户", tier="low")
    [fresh] = customers(cast.bob, "刚联系过", tier="high")
    for pk, days in ((high, 45), (low, 300), (fresh, 2)):
        records(
            "interaction", [{"customer": pk, "content": "聊过", "channel": "call", "happened_at": moment(days=days)}]
        )
    customers(cast.charlie, "别人的客户", tier="high")

    shown = client(cast.bob).get("/").content.decode()

    assert shown.index("大客户") < shown.index("小客户")
    assert "已 45 天没有联系" in shown
    assert f"/log/?customer={high}" in shown
    assert "刚联系过" not in shown
    assert "别人的客户" not in shown


def test_opened_records_are_remembered_as_long_as_one_may_see_them(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    browser = client(cast.bob)

    assert browser.post(f"/o/customers/{pk}/opened/").status_code == 204
    assert "海天包装" in browser.get("/feeds/").content.decode()
    assert client(cast.charlie).post(f"/o/customers/{pk}/opened/").status_code == 404
    browser.post(f"/o/customers/{pk}/delete/")
    assert "海天包装" not in browser.get("/feeds/").content.decode()


@pytest.mark.parametrize("name", ["mallory", "adam", "eve", "sara", "max", "clara", "alice"])
def test_everybody_has_a_work_page(cast: Cast, name: str) -> None:
    assert client(cast.people()[name]).get("/").status_code == 200
    assert client(cast.people()[name]).get("/feeds/").status_code == 200


def test_a_late_task_is_put_on_any_day_from_the_page(cast: Cast) -> None:
    [pk] = records("task", [{"title": "回访", "due_at": moment(days=3), "owner": cast.bob.pk}])
    browser = client(cast.bob)
    [row] = browser.get("/").context["todo_groups"][0]["rows"]
    chosen = timezone.localdate() + timedelta(days=9)

    answer = browser.post(row["day_url"], {"day": chosen.isoformat(), "version": row["version"]})

    assert answer.status_code == 204
    assert "undo" in answer.headers["HX-Trigger"]
    assert timezone.localtime(Task.objects.get(pk=pk).due_at).date() == chosen
    assert row["first_day"] == (timezone.localdate() + timedelta(days=1)).isoformat()
