"""Cycles: who is in one, what is flagged, that none opens twice, and that the next one tells what changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast, actor
from tests.domain.reviews.scene import (
    DAY,
    at,
    bought,
    days,
    finish,
    make_customer,
    make_policy,
    open_cycle,
    review_of,
    run_jobs,
)
from zhike.domain.reviews import opening
from zhike.domain.reviews.jobs import JOB, open_today
from zhike.domain.reviews.models import CycleState, Review, ReviewCycle, ReviewState, Trend
from zhike.domain.reviews.policies import policy_start, tiers_due
from zhike.domain.reviews.rules import Bounds, differences, proposed_class, trend_of
from zhike.engines.notify.models import Notification
from zhike.jobs.models import Job
from zhike.jobs.queue import claim
from zhike.jobs.worker import perform
from zhike.metadata import records, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied, Invalid

pytestmark = [pytest.mark.django_db, pytest.mark.write]

BOUNDS = Bounds(growth_percent=50, loss_percent=50, least_amount=0)


@pytest.mark.parametrize(
    ("now", "before", "trend"),
    [
        (150, 100, Trend.GROWTH),
        (149, 100, Trend.STEADY),
        (50, 100, Trend.LOSS),
        (51, 100, Trend.STEADY),
        (0, 100, Trend.GONE),
        (-20, 100, Trend.GONE),
        (100, 0, Trend.STEADY),
        (100, -40, Trend.STEADY),
        (0, 0, Trend.STEADY),
    ],
)
def test_a_change_of_exactly_the_given_per_cent_counts(now: int, before: int, trend: Trend) -> None:
    assert trend_of(now, before, BOUNDS) == trend


def test_small_amounts_are_not_flagged_and_a_large_beginning_is() -> None:
    bounds = Bounds(50, 50, 1_000)

    assert trend_of(999, 10, bounds) == Trend.STEADY
    assert trend_of(10, 999, bounds) == Trend.STEADY
    assert trend_of(10, 1_000, bounds) == Trend.LOSS
    assert trend_of(1_000, 0, bounds) == Trend.GROWTH


def test_the_three_classes_stand_apart_from_the_tier() -> None:
    assert proposed_class(Trend.GROWTH, is_important=True, is_at_risk=False) == "special"
    assert proposed_class(Trend.LOSS, is_important=False, is_at_risk=False) == "special"
    assert proposed_class(Trend.STEADY, is_important=True, is_at_risk=True) == "special"
    assert proposed_class(Trend.STEADY, is_important=True, is_at_risk=False) == "important"
    assert proposed_class(Trend.STEADY, is_important=False, is_at_risk=False) == "general"


def test_a_cycle_takes_owned_customers_that_are_not_new(cast: Cast) -> None:
    make_policy()
    with time_machine.travel(at(DAY), tick=False):
        mine = make_customer(cast)
        make_customer(cast, "无主", owner=None)
        records.save(registry.get("customer"), [records.Row({"name": "新客户", "owner": cast.bob.pk})], actor=SYSTEM)
        cycle = open_cycle()

    assert list(Review.objects.values_list("customer_id", flat=True)) == [mine]
    assert (cycle.state, cycle.population, cycle.due_on) == (CycleState.OPEN, 1, date(2026, 3, 16))
    told = Notification.objects.get(kind="review_opened")
    assert (told.user_id, told.params["count"]) == (cast.bob.pk, 1)


def test_growth_and_loss_are_flagged_from_two_windows(cast: Cast) -> None:
    make_policy(window_days=60)
    with time_machine.travel(at(DAY), tick=False):
        growing, lost, at_risk, key, plain = (make_customer(cast, name) for name in "甲乙丙丁戊")
        records.record_save(registry.get("customer"), {"risk": "high"}, id=at_risk, actor=SYSTEM)
        records.record_save(registry.get("customer"), {"tier": "high"}, id=key, actor=SYSTEM)
        for pk, before, now in ((growing, 100, 200), (lost, 100, 0), (plain, 100, 100)):
            bought(pk, DAY - days(61), before)
            if now:
                bought(pk, DAY - days(60), now)
        bought(lost, DAY, 500)
        open_cycle()

    found = {pk: (review_of(pk).trend, review_of(pk).proposed) for pk in (growing, lost, at_risk, key, plain)}
    assert found == {
        growing: ("growth", "special"),
        lost: ("gone", "special"),
        at_risk: ("steady", "special"),
        key: ("steady", "important"),
        plain: ("steady", "general"),
    }
    assert review_of(growing).facts["amount_now"] == 20_000
    assert (review_of(growing).facts["days_now"], review_of(growing).facts["days_before"]) == (1, 1)


def test_a_day_opens_one_cycle_and_a_killed_worker_is_followed(cast: Cast, monkeypatch: Any) -> None:
    make_policy()
    monkeypatch.setattr(opening, "AT_ONCE", 2)
    with time_machine.travel(at(DAY), tick=False):
        ids = [make_customer(cast, f"客户{number}") for number in range(5)]
        open_today()
        stopped = claim("first")
        assert stopped is not None
        whole = opening._reviews

        def dies(*given: Any) -> Any:
            if Review.objects.count() >= 2:
                raise SystemExit("killed")
            return whole(*given)

        monkeypatch.setattr(opening, "_reviews", dies)
        with pytest.raises(SystemExit):
            perform(stopped)
        assert Review.objects.count() == 2
        assert ReviewCycle.objects.get().state == CycleState.OPENING

        monkeypatch.setattr(opening, "_reviews", whole)
        Job.objects.filter(kind=JOB).delete()
        assert open_today()
        run_jobs()
        assert not open_today()

    assert sorted(Review.objects.values_list("customer_id", flat=True)) == ids
    assert ReviewCycle.objects.get().population == 5
    assert Notification.objects.filter(kind="review_opened").count() == 1


def test_opening_costs_the_same_queries_for_one_customer_and_for_fifty(cast: Cast) -> None:
    make_policy()
    counts = []
    with time_machine.travel(at(DAY), tick=False):
        for number in range(1):
            make_customer(cast, f"甲{number}")
        cycle = opening.cycle_begin(DAY)
        assert cycle is not None
        assert cycle.policy.window_days == 90
        for _turn in range(2):
            with CaptureQueriesContext(connection) as queries:
                opening.open_some(cycle, 0, lambda _made, _last: None)
            counts.append(len(queries))
            for number in range(50):
                make_customer(cast, f"乙{number}")

    # SQLite takes 999 parameters a statement, so fifty rows go in two.
    assert counts[0] <= counts[1] <= counts[0] + 1


def test_each_tier_has_its_own_rhythm(cast: Cast) -> None:
    policy = make_policy(cycle_high=30, cycle_middle=60, cycle_low=None, cycle_none=60)
    with time_machine.travel(at(DAY), tick=False):
        high = make_customer(cast, "大", tier="high")
        make_customer(cast, "中", tier="middle")
        low = make_customer(cast, "小", tier="low")
        first = open_cycle()
        assert set(first.tiers) == {"high", "middle", "none"}
        assert not Review.objects.filter(customer_id=low).exists()
    assert tiers_due(policy, DAY + days(29)) == []
    assert tiers_due(policy, DAY + days(30)) == ["high"]
    with time_machine.travel(at(DAY + days(30)), tick=False):
        second = open_cycle()

    first.refresh_from_db()
    assert second.tiers == ["high"]
    assert list(Review.objects.filter(cycle=second).values_list("customer_id", flat=True)) == [high]
    assert first.state == CycleState.FINISHED
    assert set(Review.objects.filter(cycle=first).values_list("state", flat=True)) == {ReviewState.MISSED}


def test_the_next_cycle_tells_what_the_figures_were(cast: Cast) -> None:
    make_policy()
    with time_machine.travel(at(DAY), tick=False):
        pk = make_customer(cast)
        open_cycle()
        before = finish(review_of(pk), cast.bob)
        records.record_save(registry.get("customer"), {"tier": "high", "stage": "active"}, id=pk, actor=SYSTEM)
    with time_machine.travel(at(DAY + days(60)), tick=False):
        open_cycle()

    assert differences(review_of(pk).facts, before.facts) == [("tier", None, "high"), ("stage", "potential", "active")]


def test_a_version_in_force_stands_still_and_a_new_one_begins_later(cast: Cast) -> None:
    policy_type = registry.get("review_policy")
    with time_machine.travel(at(DAY), tick=False):
        clara = actor(cast.clara)
        pk = policy_start(actor=clara)
        with pytest.raises(Invalid):
            policy_start(actor=clara)
        with pytest.raises(Denied):
            policy_start(actor=actor(cast.alice))
        with pytest.raises(Invalid):
            records.record_save(policy_type, {"deadline_days": 1}, id=pk, actor=clara)
        with pytest.raises(Invalid):
            records.record_save(
                policy_type, {"name": "早", "effective_on": "2026-02-01", "confirmed": ["name"]}, actor=clara
            )
        own = {"all": [{"field": "owner", "op": "eq", "value": "me"}]}
        with pytest.raises(Invalid):
            records.record_save(
                policy_type,
                {"name": "我的", "effective_on": "2026-04-01", "confirmed": ["name"], "risk_filter": own},
                actor=clara,
            )
        policy_type.actions["renew"].run([pk], actor=clara)
        copy = policy_type.model._default_manager.order_by("-pk")[0]
        records.record_save(policy_type, {"deadline_days": 5}, id=copy.pk, actor=clara)

    assert copy.effective_on == date(2026, 3, 3)  # type: ignore[attr-defined]


def test_an_unknown_year_opens_nothing_and_says_so(cast: Cast) -> None:
    make_policy()
    make_customer(cast)
    with time_machine.travel(at(date(2031, 3, 3)), tick=False):
        open_today()
        run_jobs()

    assert not ReviewCycle.objects.exists()
    assert "2031" in Job.objects.get(kind=JOB).error
