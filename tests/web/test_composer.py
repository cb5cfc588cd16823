"""Logging a contact: the interaction and the next step in one go, or neither."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import Cast, client
from tests.web.records import customers, records
from zhike.domain.activities.models import Interaction, Task

pytestmark = pytest.mark.write


def test_one_click_writes_the_contact_and_the_next_step(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    sent = {
        "channel": "visit",
        "content": "谈了年框",
        "outcome": "interested",
        "next_action": "发报价",
        "next_quick": tomorrow,
    }

    answer = client(cast.bob).post(f"/o/customers/{pk}/log/", sent)

    assert answer.status_code == 204
    assert {"record:changed", "timeline:changed"} <= set(answer.headers["HX-Trigger"].replace('"', " ").split())
    made = Interaction.objects.get(customer_id=pk)
    task = Task.objects.get(customer_id=pk)
    assert (made.channel, made.content, made.outcome) == ("visit", "谈了年框", "interested")
    assert (task.title, task.kind, timezone.localtime(task.due_at).strftime("%H:%M")) == ("发报价", "visit", "09:00")


def test_what_was_said_stands_on_the_timeline_at_once(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    browser = client(cast.bob)
    browser.post(f"/o/customers/{pk}/log/", {"channel": "call", "content": "电话里说好了", "outcome": "deal"})

    shown = browser.get(f"/o/customers/{pk}/", headers={"HX-Target": "timeline"}).content.decode()

    assert "电话里说好了" in shown
    assert "成交" in shown
    assert "<html" not in shown


def test_a_refused_note_keeps_what_was_typed_and_writes_nothing(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    sent = {"channel": "call", "content": "聊了很久", "next_action": "再打一次", "next_at": "不知道"}

    answer = client(cast.bob).post(f"/o/customers/{pk}/log/", sent)
    shown = answer.content.decode()

    assert answer.status_code == 422
    assert "聊了很久" in shown
    assert "再打一次" in shown
    assert not Interaction.objects.exists()
    assert not Task.objects.exists()


def test_a_note_sent_twice_is_written_once(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    sent = {"channel": "call", "content": "聊了", "form_key": "the same key"}
    browser = client(cast.bob)

    assert [browser.post(f"/o/customers/{pk}/log/", sent).status_code for _turn in range(2)] == [204, 204]
    assert Interaction.objects.count() == 1


@pytest.mark.parametrize(("name", "status"), [("charlie", 404), ("eve", 404), ("mallory", 403)])
def test_who_may_not_write_it_down_cannot(cast: Cast, name: str, status: int) -> None:
    [pk] = customers(cast.bob, "海天包装")

    answer = client(cast.people()[name]).post(f"/o/customers/{pk}/log/", {"channel": "call", "content": "聊了"})

    assert answer.status_code == status
    assert not Interaction.objects.exists()


def test_from_anywhere_one_picks_whom_it_is_about(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    browser = client(cast.bob)
    dialog = {"HX-Request": "true", "HX-Target": "dialog-content"}

    shown = browser.get("/log/", headers=dialog).content.decode()
    missing = browser.post("/log/", {"channel": "call", "content": "聊了"}, headers=dialog)
    answer = browser.post("/log/", {"customer": pk, "channel": "call", "content": "聊了"}, headers=dialog)

    assert 'id="log-subject"' in shown
    assert missing.status_code == 422
    assert "聊了" in missing.content.decode()
    assert answer.status_code == 204
    assert Interaction.objects.get().customer_id == pk


def test_a_customer_out_of_reach_cannot_be_written_to(cast: Cast) -> None:
    [pk] = customers(cast.charlie, "别人的客户")

    answer = client(cast.bob).post("/log/", {"customer": pk, "channel": "call", "content": "聊了"})

    assert answer.status_code == 422
    assert "别人的客户" not in answer.content.decode()
    assert not Interaction.objects.exists()


def test_the_composer_offers_the_customers_contacts_and_habits(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", habits="不喝酒")
    records("contact", [{"customer": pk, "name": "王芳"}])

    shown = client(cast.bob).get(f"/o/customers/{pk}/").content.decode()

    assert 'id="composer-contact"' in shown
    assert "王芳" in shown
    assert "不喝酒" in shown
