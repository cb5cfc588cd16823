"""Setting a grade aside until a day, and the work that a tier is due."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast, actor
from tests.domain.tiers.base import RULES, grade, grades, in_days, scheme, worth
from zhike.domain.activities.models import Task
from zhike.domain.tiers.definition import read
from zhike.domain.tiers.following import _end_overrides
from zhike.domain.tiers.models import TierChange, TierGrade, TierOverride
from zhike.domain.tiers.overrides import tier_by_rules, tier_override
from zhike.domain.tiers.strategy import compliance, plan_work
from zhike.domain.tiers.words import reason
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid
from zhike.metadata.records import record_save

pytestmark = pytest.mark.django_db


def test_an_override_holds_until_its_day_with_its_reason(cast: Cast) -> None:
    pk = worth("甲", 10, owner=cast.bob.pk, department=cast.first.pk)
    version = scheme()
    grade(version)
    bob = actor(cast.bob)
    assert tier_override([pk], actor=bob, grade="high", reason="集团客户，明年签年框", until=in_days(30)).ok
    held = TierGrade.objects.get(customer_id=pk)
    assert (held.grade, held.computed) == ("high", "low")
    said = reason(read(version.definition), held.detail, held.grade, "zh-hans")
    assert cast.bob.name in said
    assert "集团客户，明年签年框" in said
    assert "按规则应为“低”" in said
    assert grade(version) == 0, "the nightly grading leaves it"
    TierOverride.objects.update(until=in_days(-1))
    _end_overrides(version.scheme)
    grade(version)
    assert grades(version.scheme) == {pk: "low"}
    assert [row.new for row in TierChange.objects.order_by("pk")] == ["low", "high", "low"]


def test_only_who_may_change_the_customer_sets_its_tier(cast: Cast) -> None:
    pk = worth("甲", 10, owner=cast.bob.pk, department=cast.first.pk)
    version = scheme()
    grade(version)
    for stranger in (cast.charlie, cast.mallory, cast.eve):
        assert not tier_override([pk], actor=actor(stranger), grade="high", reason="我说的", until=in_days(3)).ok
    assert grades(version.scheme) == {pk: "low"}
    with pytest.raises(Invalid):
        tier_override([pk], actor=actor(cast.bob), grade="high", reason="昨天", until=in_days(-1))
    tier_override([pk], actor=actor(cast.bob), grade="high", reason="试用", until=in_days(1))
    tier_by_rules([pk], actor=actor(cast.alice))
    assert grades(version.scheme) == {pk: "low"}
    TierOverride.objects.all().delete()


PLAYS: dict[str, Any] = {
    **RULES,
    "grades": [
        {**RULES["grades"][0], "plays": [{"kind": "visit", "every": 30, "title": "高价值客户月度拜访"}]},
        *RULES["grades"][1:],
    ],
}


def test_what_a_tier_is_due_becomes_work_never_twice(cast: Cast) -> None:
    silent = worth("甲", 5_000, owner=cast.bob.pk, department=cast.first.pk)
    visited = worth("乙", 5_000, owner=cast.bob.pk, department=cast.first.pk)
    (
        worth("丙", 5_000, owner=None),
        worth("丁", 5_000, owner=cast.bob.pk, stage="lost"),
        worth("戊", 1, owner=cast.bob.pk),
    )
    record_save(
        registry.get("interaction"),
        {"customer": visited, "channel": "visit", "content": "拜访", "happened_at": timezone.now().isoformat()},
        actor=SYSTEM,
    )
    version = scheme(PLAYS)
    grade(version)
    definition = read(version.definition)
    assert [plan_work(version.scheme, definition) for _night in range(3)] == [1, 0, 0]
    task = Task.objects.get()
    assert (task.customer_id, task.owner_id, task.kind, task.title) == (
        silent,
        cast.bob.pk,
        "visit",
        "高价值客户月度拜访",
    )
    assert plan_work(version.scheme, definition, in_days(31)) == 0, "while its task is open nobody gets a second one"
    [kept] = compliance(version.scheme, definition, actor(cast.bob))
    assert (kept.due, kept.kept, kept.percent) == (2, 1, 50)
    [none] = compliance(version.scheme, definition, actor(cast.charlie))
    assert (none.due, none.percent) == (0, None), "nobody due is no hundred per cent"


def with_plays(*plays: dict[str, Any]) -> dict[str, Any]:
    return {**RULES, "grades": [*RULES["grades"][:2], {**RULES["grades"][2], "plays": list(plays)}]}


def test_messages_gifts_and_offers_become_tasks_with_their_content(cast: Cast) -> None:
    pk = worth("甲", 10, owner=cast.bob.pk, department=cast.first.pk)
    sms = {"kind": "sms", "every": 30, "title": "节日问候", "content": "祝您中秋快乐。"}
    gift = {"kind": "gift", "every": 365, "title": "生日礼品", "content": "茶礼盒"}
    version = scheme(with_plays(sms, gift))
    definition = read(version.definition)
    grade(version)
    assert plan_work(version.scheme, definition) == 2
    made = {task.kind: task for task in Task.objects.filter(customer_id=pk)}
    assert {kind: (task.title, task.note, task.owner_id) for kind, task in made.items()} == {
        "sms": ("节日问候", "祝您中秋快乐。", cast.bob.pk),
        "gift": ("生日礼品", "茶礼盒", cast.bob.pk),
    }
    bob = actor(cast.bob)
    assert [(found.play.kind, found.kept) for found in compliance(version.scheme, definition, bob)] == [
        ("sms", 0),
        ("gift", 0),
    ]
    # A gift is handed over when its task is done; a message is a conversation like any other.
    record_save(registry.get("task"), {"status": "done"}, actor=bob, id=made["gift"].pk)
    told = {"customer": pk, "channel": "sms", "content": "已发", "happened_at": timezone.now().isoformat()}
    record_save(registry.get("interaction"), told, actor=bob)
    assert [found.kept for found in compliance(version.scheme, definition, bob)] == [1, 1]
    assert plan_work(version.scheme, definition, in_days(20)) == 0


@pytest.mark.parametrize(
    "plays",
    [
        [{"kind": "sms", "every": 30, "title": "x"}] * 2,
        [{"kind": "sms", "every": days, "title": "x"} for days in (1, 2, 3, 4)],
    ],
)
def test_a_grade_plans_few_things_and_each_once(cast: Cast, plays: list[dict[str, Any]]) -> None:
    with pytest.raises(Invalid) as refusal:
        scheme(with_plays(*plays))
    assert list(refusal.value.problems) == ["plays"]
