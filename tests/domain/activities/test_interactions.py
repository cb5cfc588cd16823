"""Interactions, and logging one together with its next step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import Cast, actor
from zhike.domain.activities.models import Interaction, Task
from zhike.domain.activities.services.interactions import interaction_log
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied, Invalid
from zhike.metadata.models import TimelineEntry
from zhike.metadata.records import record_save

pytestmark = pytest.mark.django_db


def customer(name: str = "甲公司", *, by: object = SYSTEM) -> int:
    return record_save(registry.get("customer"), {"name": name}, actor=by)  # type: ignore[arg-type]


def test_a_contact_and_its_next_step_are_saved_in_one_go(cast: Cast) -> None:
    bob = actor(cast.bob)
    due = timezone.now() + timedelta(days=3)
    logged = interaction_log(
        {
            "customer": customer(by=bob),
            "channel": "call",
            "content": "谈了报价",
            "outcome": "interested",
            "next_action": "寄样品",
            "next_at": due,
        },
        actor=bob,
    )
    task = Task.objects.get(pk=logged.task_id)
    assert (task.title, task.kind, task.status, task.owner_id) == ("寄样品", "call", "open", cast.bob.pk)
    assert abs(task.due_at - due) < timedelta(seconds=1)
    assert Interaction.objects.get(pk=logged.interaction_id).outcome == "interested"


def test_a_next_step_without_a_date_and_a_date_without_words_are_tasks_too(cast: Cast) -> None:
    bob = actor(cast.bob)
    firm = customer(by=bob)
    undated = interaction_log({"customer": firm, "content": "问候", "next_action": "再约"}, actor=bob)
    assert Task.objects.get(pk=undated.task_id).due_at is None
    wordless = interaction_log({"customer": firm, "content": "问候", "next_at": timezone.now()}, actor=bob)
    assert Task.objects.get(pk=wordless.task_id).title == "跟进"
    assert interaction_log({"customer": firm, "content": "问候"}, actor=bob).task_id is None


def test_nothing_is_saved_when_the_next_step_is_wrong(cast: Cast) -> None:
    bob = actor(cast.bob)
    values = {"customer": customer(by=bob), "content": "谈", "next_action": "寄样品", "next_at": timezone.now()}
    with pytest.raises(Invalid):
        interaction_log(values, actor=bob, task={"priority": "nonsense"})
    assert not Interaction.objects.exists()


def test_it_happens_now_unless_said_otherwise_and_stands_on_the_timeline(cast: Cast) -> None:
    bob = actor(cast.bob)
    subject = customer(by=bob)
    logged = interaction_log({"customer": subject, "content": "电话里谈了样品"}, actor=bob)
    entry = TimelineEntry.objects.get(source_key="interaction", source_id=logged.interaction_id)
    assert (entry.subject_key, entry.subject_id, entry.title) == ("customer", subject, "电话里谈了样品")
    assert timezone.now() - entry.at < timedelta(minutes=1)


def test_a_contact_must_be_of_the_same_customer() -> None:
    contact = record_save(registry.get("contact"), {"customer": customer("乙"), "name": "王经理"}, actor=SYSTEM)
    with pytest.raises(Invalid) as refusal:
        interaction_log({"customer": customer("甲"), "contact": contact, "content": "电话"}, actor=SYSTEM)
    assert refusal.value.problems["contact"][0].code == "other_customers_contact"


def test_nobody_logs_a_contact_with_a_customer_of_another_department(cast: Cast) -> None:
    values = {"customer": customer(by=actor(cast.bob)), "content": "抢客户"}
    with pytest.raises(Invalid):
        interaction_log(values, actor=actor(cast.charlie))
    with pytest.raises(Denied):
        interaction_log(values, actor=actor(cast.mallory))
    assert not Interaction.objects.exists()
