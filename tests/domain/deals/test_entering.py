"""What stages do by themselves, and the parts of a deal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.api.caller import caller
from tests.cast import Cast, actor
from tests.domain.deals.deals import deal, publish, read, stage
from tests.web.records import records
from zhike.domain.activities.models import Task
from zhike.domain.deals import entering
from zhike.domain.deals.models import Opportunity, StageMove
from zhike.domain.deals.services.moving import deal_move
from zhike.metadata import registry
from zhike.metadata.errors import Invalid
from zhike.metadata.records import record_save

pytestmark = pytest.mark.django_db


def let_time_pass(pk: int) -> None:
    Opportunity.objects.filter(pk=pk).update(moves_at=timezone.now() - timedelta(minutes=1))


def test_coming_into_a_stage_makes_its_task_once(cast: Cast) -> None:
    publish([stage("a"), stage("b", task={"title": "寄样品", "days": 3})], key="tasks")
    pk = deal(cast.bob, pipeline="tasks")

    deal_move([pk], actor=actor(cast.alice), stage="b")
    deal_move([pk], actor=actor(cast.alice), stage="b")

    [task] = Task.objects.filter(opportunity_id=pk)
    assert (task.title, task.owner_id) == ("寄样品", cast.bob.pk)
    assert task.due_at is not None
    assert abs(task.due_at - timezone.now() - timedelta(days=3)) < timedelta(minutes=1)


def test_a_deal_moves_on_by_itself_once_and_only_while_it_is_open(cast: Cast) -> None:
    publish([stage("a", after={"days": 7, "to": "b"}), stage("b")], key="timed")
    pk = deal(cast.bob, pipeline="timed")
    due = read(pk).moves_at
    assert due is not None
    assert abs(due - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)
    assert entering.timed_moves() == 0

    let_time_pass(pk)
    assert entering.timed_moves() == 1
    assert entering.timed_moves() == 0
    assert (read(pk).stage, read(pk).moves_at) == ("b", None)
    assert StageMove.objects.filter(opportunity_id=pk).count() == 2


def test_a_timed_move_that_breaks_off_is_done_anew_and_not_twice(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    publish([stage("a", after={"days": 7, "to": "b"}), stage("b", task={"title": "回访", "days": 1})], key="timed")
    pk = deal(cast.bob, pipeline="timed")
    let_time_pass(pk)
    tasks = entering.tasks_on_entering

    def killed(*_given: Any, **_choices: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("zhike.domain.deals.history.tasks_on_entering", killed)
    with pytest.raises(KeyboardInterrupt):
        entering.timed_moves()
    assert (read(pk).stage, StageMove.objects.filter(opportunity_id=pk).count()) == ("a", 1)

    monkeypatch.setattr("zhike.domain.deals.history.tasks_on_entering", tasks)
    assert (entering.timed_moves(), entering.timed_moves()) == (1, 0)
    assert Task.objects.filter(opportunity_id=pk).count() == 1


def test_what_is_left_to_concede_follows_our_last_offer(cast: Cast) -> None:
    pk = deal(cast.bob, amount="1000", floor_price="800")
    field = registry.get("opportunity").field("concession_left")

    def left() -> Any:
        rows = Opportunity.objects.annotate(_left=field.type.expression(field))
        return rows.values_list("_left", flat=True).get(pk=pk)

    assert left() == 20_000
    step = {"opportunity": pk, "title": "第一次报价", "side": "ours", "price": "950"}
    record_save(registry.get("negotiation_step"), step, actor=actor(cast.bob))
    record_save(
        registry.get("negotiation_step"),
        {**step, "title": "要求再降", "side": "theirs", "price": "700"},
        actor=actor(cast.bob),
    )
    assert left() == 15_000


def test_parts_follow_their_deal_and_name_contacts_of_its_customer(cast: Cast) -> None:
    pk = deal(cast.bob)
    other = read(deal(cast.bob, "别的")).customer_id
    own, foreign = records(
        "contact", [{"customer": read(pk).customer_id, "name": "王工"}, {"customer": other, "name": "李总"}]
    )
    stakeholder = registry.get("stakeholder")
    made = record_save(stakeholder, {"opportunity": pk, "contact": own, "role": "decider"}, actor=actor(cast.bob))
    with pytest.raises(Invalid) as refusal:
        record_save(stakeholder, {"opportunity": pk, "contact": foreign, "role": "user"}, actor=actor(cast.bob))
    assert list(refusal.value.problems) == ["contact"]

    assert caller(cast.bob).get(f"/stakeholders/{made}").status_code == 200
    assert caller(cast.charlie).get(f"/stakeholders/{made}").status_code == 404
