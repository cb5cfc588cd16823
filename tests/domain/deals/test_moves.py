"""Moves between stages: what they ask for, what they write down, and what happens when two people move at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.api.caller import caller, told
from tests.cast import Cast, actor
from tests.domain.deals.deals import NEEDED, deal, publish, read, stage
from zhike.domain.deals.models import Opportunity, StageMove
from zhike.domain.deals.services.moving import deal_lose, deal_move, deal_reopen, deal_win
from zhike.metadata import registry
from zhike.metadata.errors import Invalid, NotFound
from zhike.metadata.models import Change
from zhike.metadata.records import Row, record_save, save

pytestmark = pytest.mark.django_db


def refused(call: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refusal:
        call()
    return {key: [problem.code for problem in found] for key, found in refusal.value.problems.items()}


def edit(cast: Cast, pk: int, **values: Any) -> None:
    record_save(registry.get("opportunity"), values, id=pk, actor=actor(cast.bob))


def test_a_new_deal_begins_in_the_first_stage_of_the_shipped_pipeline(cast: Cast) -> None:
    found = read(deal(cast.bob))

    assert (found.pipeline, found.stage, found.state, found.probability) == ("standard", "information", "open", 10)
    assert found.stage_until == found.stage_since + timedelta(days=14)
    [move] = StageMove.objects.filter(opportunity=found)
    assert (move.from_stage, move.stage, move.seconds) == (None, "information", None)


def test_a_stage_lets_go_only_when_its_checklist_is_ticked_and_its_fields_are_filled(cast: Cast) -> None:
    pk = deal(cast.bob)

    assert refused(lambda: deal_move([pk], actor=actor(cast.bob), stage="need")) == {"checks": ["checklist"]}
    edit(cast, pk, stage="need", checks=["information_decider"])
    wanted = {"checks": ["checklist"], "needs": ["required"], "amount": ["required"], "close_on": ["required"]}
    assert refused(lambda: deal_move([pk], actor=actor(cast.bob), stage="recommendation")) == wanted
    edit(cast, pk, stage="recommendation", checks=["need_budget"], needs="零下十八度", **NEEDED)

    found = read(pk)
    assert (found.stage, found.probability) == ("recommendation", 50)
    # Ticks that come with a move are added to those that stood there.
    assert found.checks == ["information_decider", "need_budget"]


def test_each_move_is_written_down_with_who_when_and_how_long(cast: Cast) -> None:
    pk = deal(cast.bob)
    StageMove.objects.filter(opportunity_id=pk).update(moved_at=timezone.now() - timedelta(days=3))

    edit(cast, pk, stage="need", checks=["information_decider"])

    last = StageMove.objects.filter(opportunity_id=pk).latest("pk")
    assert (last.from_stage, last.stage, last.owner_id) == ("information", "need", cast.bob.pk)
    assert last.seconds is not None
    assert abs(last.seconds - 3 * 86_400) < 60


def test_going_back_asks_for_nothing_and_a_stage_may_forbid_moves(cast: Cast) -> None:
    publish([stage("s1", moves=["s2"]), stage("s2", moves=["s3"]), stage("s3"), stage("s4")], key="strict")
    pk = deal(cast.bob, pipeline="strict")
    late = timezone.now() - timedelta(hours=1)

    assert refused(lambda: deal_move([pk], actor=actor(cast.bob), stage="s3")) == {"stage": ["move_not_allowed"]}
    deal_move([pk], actor=actor(cast.bob), stage="s2")
    # Taken back at once it was no move; an hour later it is one.
    deal_move([pk], actor=actor(cast.bob), stage="s1")
    deal_move([pk], actor=actor(cast.bob), stage="s2")
    StageMove.objects.filter(opportunity_id=pk).update(moved_at=late)
    assert refused(lambda: deal_move([pk], actor=actor(cast.bob), stage="s1")) == {"stage": ["move_not_allowed"]}
    deal_move([pk], actor=actor(cast.bob), stage="s3")
    StageMove.objects.filter(opportunity_id=pk).update(moved_at=late)
    deal_move([pk], actor=actor(cast.bob), stage="s1")
    assert read(pk).stage == "s1"


def test_conditions_look_at_what_the_deal_has_become_and_refuse_only_the_rows_that_do_not_hold(cast: Cast) -> None:
    large = {"filter": {"field": "amount", "op": "gte", "value": 100_000}}
    publish([stage("a"), stage("b", enter=large)], key="sized")
    small, big = (deal(cast.bob, name, pipeline="sized") for name in ("小", "大"))
    opportunity = registry.get("opportunity")

    result = save(
        opportunity,
        [Row({"stage": "b", "amount": "999.99"}, id=small), Row({"stage": "b", "amount": "1000.00"}, id=big)],
        actor=actor(cast.bob),
        partial=True,
    )

    assert [row.action for row in result.rows] == ["refused", "updated"]
    assert [problem.code for problem in result.rows[0].problems["stage"]] == ["condition"]
    assert (read(small).stage, read(small).amount, read(big).stage) == ("a", None, "b")
    assert Change.objects.filter(object_key="opportunity", record_id=small).count() == 1
    assert StageMove.objects.filter(opportunity_id=small).count() == 1


def test_moving_twice_moves_once_and_a_deal_moved_meanwhile_is_left_alone(cast: Cast) -> None:
    publish([stage("a"), stage("b"), stage("c")], key="plain")
    pk = deal(cast.bob, pipeline="plain")

    deal_move([pk], actor=actor(cast.bob), stage="b", stands_in="a")
    deal_move([pk], actor=actor(cast.bob), stage="b", stands_in="a")
    assert StageMove.objects.filter(opportunity_id=pk).count() == 2
    other = lambda: deal_move([pk], actor=actor(cast.alice), stage="c", stands_in="a")  # noqa: E731
    assert refused(other) == {"stage": ["moved_meanwhile"]}
    with pytest.raises(NotFound):
        deal_move([pk], actor=actor(cast.charlie), stage="c", stands_in="b")


def test_a_deal_is_won_lost_with_a_reason_and_opened_again(cast: Cast) -> None:
    pk, bob = deal(cast.bob), actor(cast.bob)

    assert refused(lambda: deal_win([pk], actor=bob)) == {"amount": ["required"]}
    deal_win([pk], actor=bob, amount=120_050, win_reason="service")
    found = read(pk)
    assert (found.state, found.stage, found.probability, found.win_reason) == ("won", "after_sales", 100, "service")
    assert found.closed_at is not None
    assert found.amount == 120_050
    assert refused(lambda: deal_win([pk], actor=bob)) == {"": ["not_open"]}

    StageMove.objects.filter(opportunity_id=pk).update(moved_at=timezone.now() - timedelta(hours=1))
    assert refused(lambda: deal_move([pk], actor=bob, stage="need")) == {"stage": ["closed"]}
    deal_reopen([pk], actor=bob)
    assert (read(pk).state, read(pk).stage, read(pk).closed_at) == ("open", "information", None)

    assert refused(lambda: deal_lose([pk], actor=bob, loss_reason="competitor")) == {"competitor": ["required"]}
    deal_lose([pk], actor=bob, loss_reason="competitor", competitor="寒川冷链")
    assert (read(pk).state, read(pk).stage, read(pk).competitor) == ("lost", "information", "寒川冷链")
    assert refused(lambda: edit(cast, pk, loss_reason=None)) == {"loss_reason": ["required"]}
    deal_reopen([pk], actor=bob)
    assert read(pk).loss_reason is None


def test_what_is_wrong_with_a_deal_is_said_the_worst_first(cast: Cast) -> None:
    pk, now = deal(cast.bob, close_on="2020-01-01"), timezone.now()
    opportunity = registry.get("opportunity")

    def alarm() -> Any:
        field = opportunity.field("alarm")
        return Opportunity.objects.annotate(_a=field.type.expression(field)).values_list("_a", flat=True).get(pk=pk)

    assert alarm() == "slipped"
    edit(cast, pk, close_on="2099-01-01")
    assert alarm() == "no_next"
    step = {"title": "送样", "opportunity": pk, "due_at": now + timedelta(days=1), "owner": cast.bob.pk}
    task = record_save(registry.get("task"), step, actor=actor(cast.bob))
    assert alarm() is None
    record_save(registry.get("task"), {"due_at": now - timedelta(days=2)}, id=task, actor=actor(cast.bob))
    assert alarm() == "no_next"
    Opportunity.objects.filter(pk=pk).update(stage_until=now - timedelta(days=1))
    assert alarm() == "stuck"
    deal_lose([pk], actor=actor(cast.bob), loss_reason="budget")
    assert alarm() is None


def test_programs_move_deals_and_hear_what_is_missing(cast: Cast) -> None:
    pk = deal(cast.bob)
    program = caller(cast.bob)

    answer = program.post(f"/opportunities/{pk}/actions/move", {"stage": "need"})
    assert answer.status_code == 422
    assert "checks" in str(told(answer))
    values = {"stage": "need", "checks": ["information_decider"]}
    assert program.patch(f"/opportunities/{pk}", values, **{"If-Match": "*"}).status_code == 200
    moves = told(program.get(f"/stage-moves?opportunity={pk}"))
    assert [move["stage"] for move in moves["data"]] == ["need", "information"]
    assert caller(cast.charlie).post(f"/opportunities/{pk}/actions/move", {"stage": "need"}).status_code == 404
