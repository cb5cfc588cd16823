"""Key accounts: found by rule, reviewed in time, goals that count by themselves, intelligence that does not go stale unseen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast, actor
from tests.domain.risk.base import customer
from tests.domain.tiers.base import figures
from zhike.domain.activities.models import Task
from zhike.domain.key_accounts.accounts import candidates, follow, key_account_start, plan_reviews
from zhike.domain.key_accounts.dossier import open_goals
from zhike.domain.key_accounts.intelligence import (
    ask_for_confirmation,
    congratulate,
    note_archive,
    note_conclude,
    note_confirm,
)
from zhike.domain.key_accounts.models import IntelligenceNote, KeyAccount, KeyAccountRule
from zhike.engines.notify.models import Notification
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid, NotFound
from zhike.metadata.models import Change
from zhike.metadata.records import record_save

pytestmark = [pytest.mark.django_db, pytest.mark.write]


def make(key: str, **values: Any) -> int:
    return record_save(registry.get(key), values, actor=SYSTEM)


def told() -> None:
    """Let the consumers hear of everything that happened so far, as the sealer would."""
    sealed = list(Change.objects.order_by("id"))
    follow(sealed)
    congratulate(sealed)


def days(count: int) -> Any:
    return timezone.localdate() + timedelta(days=count)


def test_a_rule_over_figures_proposes_and_a_person_decides(cast: Cast) -> None:
    big = figures(customer("大客户", owner=cast.bob.pk, department=cast.first.pk), net_amount=90_000_000)
    figures(customer("小客户", owner=cast.bob.pk, department=cast.first.pk), net_amount=100)
    figures(customer("别处的", owner=cast.charlie.pk, department=cast.second.pk), net_amount=90_000_000)
    rule = KeyAccountRule.objects.get(
        pk=make(
            "key_account_rule",
            name="大额",
            filter={"all": [{"field": "net_amount", "op": "gte", "value": 50_000_000}]},
        )
    )
    assert list(candidates(rule, actor(cast.bob)).values_list("pk", flat=True)) == [big]
    key_account_start([big], actor=actor(cast.bob), why="连续三年交易额第一")
    account = KeyAccount.objects.get()
    assert (account.customer_id, account.owner_id, account.why) == (big, cast.bob.pk, "连续三年交易额第一")
    assert not candidates(rule, actor(cast.bob)).exists()
    with pytest.raises(Invalid):
        key_account_start([big], actor=actor(cast.alice), why="再来一次")
    with pytest.raises(NotFound):
        key_account_start([big], actor=actor(cast.charlie), why="不归我管")


def test_a_goal_counts_by_itself_within_its_days(cast: Cast) -> None:
    pk = customer(owner=cast.bob.pk)
    goal = {"customer": pk, "title": "采购 1 万元", "target": "10000", "starts_on": days(-30), "ends_on": days(30)}
    make("account_goal", metric="amount", **goal)
    make("account_goal", metric="profit", **{**goal, "target": "3000"})
    make("account_goal", metric="by_hand", by_hand="2500", **goal)
    for day, amount, cost in ((-31, 900_000, 0), (-30, 400_000, 300_000), (0, 350_000, 300_000)):
        make("transaction", customer=pk, day=days(day), amount=amount, cost=cost)
    make("transaction", customer=pk, day=days(0), amount=-50_000, cost=-30_000, kind="refund")
    # 4,000 + 3,500 − 500 of 10,000; 1,000 + 500 − 200 of 3,000; 2,500 of 10,000.
    assert open_goals([pk]) == {pk: [70, 43, 25]}


@pytest.mark.parametrize(
    ("change", "key"), [({"target": "0"}, "target"), ({"ends_on": timezone.localdate() - timedelta(99)}, "ends_on")]
)
def test_a_goal_that_makes_no_sense_is_refused_at_its_field(cast: Cast, change: dict[str, Any], key: str) -> None:
    pk = customer(owner=cast.bob.pk)
    goal = {"customer": pk, "title": "采购", "target": "1", "starts_on": days(-30), "ends_on": days(30)}
    with pytest.raises(Invalid) as refusal:
        make("account_goal", **{**goal, **change})
    assert key in refusal.value.problems


def test_a_meeting_sets_the_next_review_which_becomes_a_task_once(cast: Cast) -> None:
    pk = customer(owner=cast.bob.pk, department=cast.first.pk)
    key_account_start([pk], actor=actor(cast.bob), why="大")
    assert plan_reviews() == 0
    told()
    make("review_meeting", customer=pk, title="季度回顾", held_on=days(-1), next_on=days(5), minutes="双方同意扩大供货")
    told()
    assert KeyAccount.objects.get().next_review_on == days(5)
    assert [plan_reviews() for _morning in range(2)] == [1, 0]
    assert Task.objects.get().owner_id == cast.bob.pk
    with pytest.raises(Invalid) as refusal:
        make("review_meeting", customer=pk, title="倒着开", held_on=days(0), next_on=days(-1))
    assert "next_on" in refusal.value.problems


def test_a_note_past_its_day_asks_for_confirmation_once(cast: Cast) -> None:
    pk = customer(owner=cast.bob.pk, department=cast.first.pk)
    note = make(
        "intelligence_note", customer=pk, title="换了采购总监", kind="person", valid_until=days(-1), owner=cast.alice.pk
    )
    make("intelligence_note", customer=pk, title="仍有效", valid_until=days(0))
    assert [ask_for_confirmation() for _morning in range(2)] == [1, 0]
    asked = Notification.objects.filter(kind="note_stale")
    assert {row.user_id for row in asked} == {cast.alice.pk, cast.bob.pk}
    assert IntelligenceNote.objects.get(pk=note).state == "stale"
    with pytest.raises(Invalid):
        note_confirm([note], actor=actor(cast.bob), until=days(-1))
    with pytest.raises(NotFound):
        note_confirm([note], actor=actor(cast.charlie), until=days(9))
    note_confirm([note], actor=actor(cast.bob), until=days(90))
    assert IntelligenceNote.objects.get(pk=note).state == "new"
    note_conclude([note], actor=actor(cast.bob), conclusion="新总监重视交期", reliability="confirmed")
    note_archive([note], actor=actor(cast.bob))
    assert IntelligenceNote.objects.get(pk=note).state == "archived"


def test_good_news_is_an_occasion_to_congratulate_once(cast: Cast) -> None:
    pk = customer(owner=cast.bob.pk, department=cast.first.pk)
    told()
    note = make("intelligence_note", customer=pk, title="新产品上市首月销量翻番", kind="good_news")
    told()
    record_save(registry.get("intelligence_note"), {"content": "行业媒体报道"}, id=note, actor=SYSTEM)
    told()
    task = Task.objects.get()
    assert (task.customer_id, task.owner_id) == (pk, cast.bob.pk)
    assert "新产品上市首月销量翻番" in task.title
