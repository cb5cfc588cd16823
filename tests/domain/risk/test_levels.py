"""The level of risk: weighed by rules from evidence that fades, explained, told at once, kept as history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.utils import timezone

from tests.cast import Cast, actor, client
from tests.domain.risk.base import customer, level, score, signal, weigh
from tests.domain.tiers.base import figures
from zhike.domain.risk.levels import risk_by_rules, risk_override
from zhike.domain.risk.method import words
from zhike.domain.risk.models import RiskSignal
from zhike.domain.risk.scheme import EARLIER, default_definition, offers, risk_scheme, risk_version, with_offer
from zhike.domain.risk.weighing import points
from zhike.domain.tiers.definition import read
from zhike.domain.tiers.models import TierChange, TierGrade, TierVersion
from zhike.domain.tiers.schemes import preview, version_save
from zhike.engines.notify.models import Notification
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid
from zhike.metadata.records import record_save

pytestmark = [pytest.mark.django_db, pytest.mark.query]


def test_three_signals_make_a_customer_a_high_risk() -> None:
    pk = customer()
    signal(pk, "arrears", seen="欠款 186,400 元超期 97 天", source="finance")
    signal(pk, "litigation", seen="被列为被执行人", source="register")
    signal(pk, "key_person_left", seen="法定代表人变更", reliability="likely")
    assert weigh() == 1
    # 45 + 40 + 20 × 0.7 = 99
    assert (level(pk), score(pk)) == ("high", 99)


def test_hearsay_weighs_less_and_old_evidence_fades_to_nothing() -> None:
    fresh, hearsay, old, gone = (customer(name) for name in ("新", "传闻", "旧", "过期"))
    signal(fresh, "arrears")
    signal(hearsay, "arrears", reliability="rumour")
    signal(old, "arrears", days=90)
    signal(gone, "arrears", days=180)
    weigh()
    # 45; 45 × 0.4; 45 × 90 ÷ 180; nothing after 180 days.
    assert [score(pk) for pk in (fresh, hearsay, old, gone)] == [45, 18, 22, 0]
    assert [level(pk) for pk in (fresh, hearsay, old, gone)] == ["watch", "none", "none", "none"]


def test_the_database_adds_up_what_the_words_say() -> None:
    made = []
    for place, (days, reliability) in enumerate([(1, "confirmed"), (7, "likely"), (31, "rumour"), (119, "confirmed")]):
        pk = customer(f"客户 {place}")
        for indicator in ("arrears", "silence", "restructuring"):
            signal(pk, indicator, days=days, reliability=reliability)
        made.append((pk, days, reliability))
    weigh()
    weights = default_definition()["settings"]["indicators"]
    for pk, days, reliability in made:
        parts = [
            points(weights[key]["weight"], weights[key]["fade"], reliability, days)
            for key in ("arrears", "silence", "restructuring")
        ]
        held = TierGrade.objects.get(customer_id=pk)
        assert held.score == sum(parts) // 100
        assert sorted(found["points"] for found in held.detail["signals"]) == sorted(parts)


def test_evidence_that_is_unfounded_out_of_date_or_deleted_counts_no_more() -> None:
    pk = customer()
    kept = signal(pk, "bankruptcy")
    weigh()
    assert level(pk) == "high"
    record_save(registry.get("risk_signal"), {"state": "dismissed"}, id=kept, actor=SYSTEM)
    weigh()
    assert level(pk) == "none"
    signal(pk, "bankruptcy", days=10, valid_until=timezone.localdate() - timedelta(1))
    weigh()
    assert level(pk) == "none"
    assert [row.direction for row in TierChange.objects.filter(customer_id=pk).order_by("pk")] == ["new", "out"]


def test_figures_add_their_points_with_the_numbers_that_led_to_it() -> None:
    pk = figures(customer("沉默老客户"), purchase_days=9, purchase_recency_days=240, net_amount_change_12m=-60)
    few = figures(customer("只买过一次"), purchase_days=1, purchase_recency_days=700)
    weigh()
    assert (level(pk), score(pk)) == ("watch", 35)
    assert score(few) is None, "whom too little concerns has no row"
    held = TierGrade.objects.get(customer_id=pk)
    said = words(read(held.version.definition), held.detail, held.grade, "zh-hans")
    assert "240" in said
    assert "15" in said
    assert "35" in said


def test_a_rise_is_told_to_owner_and_manager_and_a_fall_to_nobody(cast: Cast) -> None:
    pk = customer(owner=cast.bob.pk, department=cast.first.pk)
    record_save(registry.get("department"), {"head": cast.alice.pk}, id=cast.first.pk, actor=SYSTEM)
    one = signal(pk, "bankruptcy")
    weigh()
    told = Notification.objects.filter(kind="risk_rise")
    assert {row.user_id for row in told} == {cast.bob.pk, cast.alice.pk}
    record_save(registry.get("risk_signal"), {"state": "dismissed"}, id=one, actor=SYSTEM)
    weigh()
    assert told.count() == 2


def test_an_override_holds_until_its_day(cast: Cast) -> None:
    pk = customer(owner=cast.bob.pk, department=cast.first.pk)
    weigh()
    until = timezone.localdate() + timedelta(9)
    assert risk_override([pk], actor=actor(cast.bob), level="high", reason="老板失联", until=until).ok
    assert level(pk) == "high"
    assert weigh() == 0
    assert not risk_override([pk], actor=actor(cast.charlie), level="none", reason="没事", until=until).ok
    risk_by_rules([pk], actor=actor(cast.bob))
    assert level(pk) == "none"


def test_a_version_is_previewed_before_it_moves_anybody(cast: Cast) -> None:
    pk = customer(owner=cast.bob.pk, department=cast.first.pk)
    signal(pk, "arrears")
    weigh()
    stricter = default_definition()
    stricter["grades"][0]["least"] = 40
    found = preview(risk_scheme(), stricter, actor=SYSTEM)
    assert found.counts[("watch", "high")] == 1
    assert found.movers == [(pk, "鼎盛包装", "watch", "high")]
    assert level(pk) == "watch"
    version_save(risk_scheme(), stricter, effective_on=timezone.localdate(), actor=SYSTEM)
    version = risk_version()
    assert version is not None
    assert version.number == 2
    weigh(Q(pk=pk))
    assert level(pk) == "high"
    assert [row.version.number for row in TierChange.objects.filter(customer_id=pk).order_by("pk")] == [1, 2]


@pytest.mark.parametrize(
    "change",
    [
        {"indicators": {"arrears": {"weight": 101, "fade": 10}}},
        {"indicators": {"arrears": {"weight": 10, "fade": 0}}},
        {"conditions": [{"indicator": "silence", "weight": 0, "rule": {"field": "tier", "op": "eq", "value": "low"}}]},
        {"conditions": [{"indicator": "silence", "weight": 9, "rule": {"field": "nope", "op": "eq", "value": 1}}]},
        {"irregular": {"high": {"remind": [5, 2]}}},
    ],
)
def test_rules_that_make_no_sense_are_refused(change: dict[str, Any]) -> None:
    wrong = default_definition()
    wrong["settings"] |= change
    with pytest.raises(Invalid):
        version_save(risk_scheme(), wrong, effective_on=timezone.localdate(), actor=SYSTEM)


def test_evidence_is_of_today_unless_it_says_otherwise_and_never_of_a_day_to_come() -> None:
    pk = customer()
    made = record_save(
        registry.get("risk_signal"), {"customer": pk, "indicator": "other", "seen": "门口停满讨债的车"}, actor=SYSTEM
    )
    assert RiskSignal.objects.get(pk=made).seen_on == timezone.localdate()
    with pytest.raises(Invalid) as refusal:
        signal(pk, days=-3)
    assert "seen_on" in refusal.value.problems
    with pytest.raises(Invalid) as refusal:
        signal(pk, valid_until=timezone.localdate() - timedelta(3))
    assert "valid_until" in refusal.value.problems


# What is offered to rules that stand ---------------------------------------------------------------------------------


def old_rules() -> TierVersion:
    """Rules as they were before trends and overdue payment were known."""
    definition = default_definition()
    settings = definition["settings"]
    silence = next(one for one in settings["conditions"] if one["indicator"] == "silence")
    weights = {key: weight for key, weight in settings["indicators"].items() if key != "overdue_payment"}
    before = [{"indicator": key, "weight": 20, "rule": rule} for key, rule in EARLIER]
    definition["settings"] = {**settings, "indicators": weights, "conditions": [silence, *before]}
    version = TierVersion.objects.get(scheme=risk_scheme())
    version.definition = definition
    version.save()
    return version


def test_new_rules_weigh_trends_and_overdue_payment_and_are_offered_nothing() -> None:
    assert offers(default_definition()) == []
    told = {
        condition["indicator"]: str(condition["rule"]) for condition in default_definition()["settings"]["conditions"]
    }
    assert "net_amount_change_12m" in told["order_decline"]
    assert "overdue_days" in told["overdue_payment"]


def test_rules_that_stand_are_offered_what_is_new_and_change_only_when_saved(cast: Cast) -> None:
    version = old_rules()
    assert [(one.indicator, one.replaces is not None) for one in offers(version.definition)] == [
        ("order_decline", True),
        ("overdue_payment", False),
    ]
    adam, address = client(cast.adam), "/settings/risk/"
    page = adam.get(address).content.decode()
    assert f"{address}?add=overdue_payment" in page
    shown = adam.get(f"{address}?add=overdue_payment").content.decode()
    assert "overdue_days" in shown
    version.refresh_from_db()
    assert "overdue_payment" not in str(version.definition)
    taken = with_offer(with_offer(version.definition, "overdue_payment"), "order_decline")
    assert offers(taken) == []
    assert taken["settings"]["indicators"]["overdue_payment"]["weight"] == 45
    assert len(taken["settings"]["conditions"]) == 3
    assert with_offer(version.definition, "nonsense") == version.definition
    assert client(cast.alice).get(address).status_code == 403


def test_a_condition_of_ones_own_is_not_offered_another() -> None:
    version = old_rules()
    own = {"indicator": "order_decline", "weight": 30, "rule": {"field": "purchase_days_12m", "op": "lte", "value": 2}}
    conditions = [
        own,
        {"indicator": "overdue_payment", "weight": 5, "rule": {"field": "overdue_days", "op": "gte", "value": 9}},
    ]
    definition = {**version.definition, "settings": {**version.definition["settings"], "conditions": conditions}}
    assert [one.indicator for one in offers(definition)] == ["silence"]
