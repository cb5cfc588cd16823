"""Grades: by rules and by score, set-wise, versioned, with their history and reasons."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Cast, actor
from tests.domain.tiers.base import RULES, customer, figures, grade, grades, in_days, scheme, worth
from zhike.domain.customers.models import Customer
from zhike.domain.tiers import following
from zhike.domain.tiers.definition import read
from zhike.domain.tiers.models import TierChange, TierDue, TierGrade, TierRun
from zhike.domain.tiers.regrading import version_in_force
from zhike.domain.tiers.schemes import preview, scheme_create, version_save
from zhike.domain.tiers.words import reason
from zhike.engines.figures.following import follow_changes
from zhike.engines.notify.models import Notification
from zhike.jobs.models import Job
from zhike.jobs.run import JobRun
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.changes import history
from zhike.metadata.errors import Denied, Invalid
from zhike.metadata.models import Change, ConsumerPosition
from zhike.metadata.query import Query
from zhike.metadata.records import record_save
from zhike.metadata.saving import context_for

pytestmark = pytest.mark.django_db


def tier(pk: int) -> str | None:
    found: str | None = Customer.objects.get(pk=pk).tier
    return found


def test_the_first_rule_that_holds_decides_and_the_tier_is_written() -> None:
    high, middle, low = worth("甲", 5_000), worth("乙", 100), worth("丙", 99)
    never = customer("丁", tier="high")
    version = scheme()
    assert grade(version) == 4
    assert grades(version.scheme) == {high: "high", middle: "middle", low: "low", never: "low"}
    assert [tier(pk) for pk in (high, middle, low, never)] == ["high", "middle", "low", "low"]
    assert grade(version) == 0, "what stands is not written again"
    [change] = [entry for entry in history(SYSTEM, registry.get("customer"), never) if entry.fields]
    assert [(found.old, found.new) for found in change.fields] == [("high", "low")]


def test_a_move_is_kept_with_its_reason_in_both_languages_and_the_version_that_made_it() -> None:
    pk = worth("甲", 5_000)
    version = scheme()
    grade(version)
    figures(pk, net_amount=50_000)
    assert grade(version) == 1
    first, second = TierChange.objects.order_by("pk")
    assert (first.old, first.new, second.old, second.new, second.direction) == ("", "high", "high", "middle", "down")
    definition = read(version.definition)
    assert reason(definition, second.detail, "middle", "zh-hans") == "符合“中”的规则。净交易额 ¥500.00"
    assert (
        reason(definition, second.detail, "middle", "en") == "The rule of “Middle” holds. amount net of refunds ¥500.00"
    )
    assert "¥5,000.00" in reason(definition, first.detail, "high", "zh-hans"), "the old reason keeps its own numbers"


def test_a_new_version_leaves_past_grades_with_theirs() -> None:
    """Trap (DOMAINS 5, across all domains 2): recomputing history with today's rule."""
    pk = worth("甲", 5_000)
    version = scheme()
    grade(version)
    stricter = {
        **RULES,
        "grades": [
            {**RULES["grades"][0], "rule": {"field": "net_amount", "op": "gte", "value": 10**9}},
            *RULES["grades"][1:],
        ],
    }
    tomorrow = version_save(version.scheme, stricter, effective_on=in_days(1), actor=SYSTEM)
    assert version_in_force(version.scheme) == version
    assert version_in_force(version.scheme, in_days(1)) == tomorrow
    grade(tomorrow)
    assert grades(version.scheme) == {pk: "middle"}
    assert [(row.version.number, row.new) for row in TierChange.objects.order_by("pk")] == [(1, "high"), (2, "middle")]
    with pytest.raises(Invalid):
        version_save(version.scheme, RULES, effective_on=in_days(-1), actor=SYSTEM)


def test_schemes_stand_side_by_side_and_become_fields() -> None:
    pk = worth("甲", 5_000)
    grade(scheme())
    bank = {
        "by": "rules",
        "population": {"field": "kind", "op": "eq", "value": "company"},
        "grades": [
            {"key": "gold", "label": "金", "label_en": "Gold", "rule": {"field": "product_count", "op": "gte", "value": 2}},
            {"key": "plain", "label": "普通", "label_en": "Plain"},
        ],
    }  # fmt: skip
    other = scheme(bank, key="bank", writes_tier=False)
    person = customer("乙", kind="person")
    grade(other)
    assert grades(other.scheme) == {pk: "plain"}, "who is outside the population has no grade"
    field = registry.get("customer").field("tier_bank")
    query = Query(registry.get("customer"), SYSTEM, context_for(SYSTEM), columns=("tier", "tier_bank"), sort=("id",),
                  filter={"field": "tier_bank", "op": "eq", "value": "plain"})  # fmt: skip
    [row] = query.page().rows
    assert (row.id, row.values["tier"], field.type.text("plain", field, context_for(SYSTEM))) == (pk, "high", "普通")
    record_save(registry.get("customer"), {"kind": "company"}, actor=SYSTEM, id=person)
    assert grade(other) == 1
    record_save(registry.get("customer"), {"kind": "person"}, actor=SYSTEM, id=person)
    assert grade(other) == 1
    assert TierChange.objects.filter(customer_id=person).order_by("pk").last().direction == "out"  # type: ignore[union-attr]


def test_everybody_costs_a_handful_of_statements_whatever_their_number() -> None:
    for number in range(30):
        worth(f"客户{number}", number * 40)
    version = scheme()
    with CaptureQueriesContext(connection) as few:
        grade(version, Q(pk__lte=Customer.objects.order_by("pk")[9].pk))
    with CaptureQueriesContext(connection) as many:
        grade(version)
    assert TierGrade.objects.count() == 30
    assert len(many) <= len(few) + 2


def test_the_fall_of_a_key_customer_is_told_to_owner_and_manager(cast: Cast) -> None:
    cast.first.head = cast.alice
    cast.first.save(update_fields=["head"])
    pk = worth("甲", 5_000, owner=cast.bob.pk, department=cast.first.pk)
    other = worth("乙", 500, owner=cast.bob.pk, department=cast.first.pk)
    version = scheme()
    grade(version)
    assert not Notification.objects.filter(kind="tier_fall").exists(), "a first grade is no fall"
    figures(pk, net_amount=50_000)
    figures(other, net_amount=0)
    grade(version)
    told = Notification.objects.filter(kind="tier_fall")
    assert {(found.user_id, found.record_id) for found in told} == {(cast.bob.pk, pk), (cast.alice.pk, pk)}


# Keeping up -------------------------------------------------------------------------------------------------------


def test_a_changed_customer_is_graded_once_its_figures_are_computed() -> None:
    version = scheme()
    pk = customer("甲")
    record_save(registry.get("transaction"), {"customer": pk, "day": in_days(0), "amount": "2000"}, actor=SYSTEM)
    for seq, change in enumerate(Change.objects.order_by("id"), start=1):
        change.seq = seq
        change.save(update_fields=["seq"])
    changes = list(Change.objects.order_by("id"))
    following.note_touched(changes)
    last = changes[-1].seq or 0
    assert list(TierDue.objects.values_list("pk", "seq")) == [(pk, last)]
    ConsumerPosition.objects.update_or_create(name="figures", defaults={"seq": last - 1})
    assert following.grade_due() == 0, "the figures have not read the purchase yet"
    follow_changes(changes)
    ConsumerPosition.objects.filter(name="figures").update(seq=last)
    assert following.grade_due() == 1
    assert grades(version.scheme) == {pk: "high"}
    assert not TierDue.objects.exists()


def test_the_nightly_grading_resumes_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "SPAN", 2)
    for number in range(5):
        worth(f"客户{number}", number * 500)
    version = scheme()
    following.grade_new_versions()
    row = Job.objects.get(kind=following.JOB)
    row.state, row.worker, row.attempts = Job.State.RUNNING, "w", 1
    row.save()
    following.run_grading(JobRun(row))
    run = TierRun.objects.get()
    assert (run.is_done, run.moved, run.counts) == (True, 5, {"high": 3, "middle": 1, "low": 1})
    Job.objects.all().delete()
    following.grade_new_versions()
    assert not Job.objects.exists(), "the version has graded everybody"
    assert TierGrade.objects.filter(version=version).count() == 5


# Before saving ----------------------------------------------------------------------------------------------------


def test_a_preview_counts_who_would_move_and_writes_nothing(cast: Cast) -> None:
    mine = worth("甲", 5_000, owner=cast.bob.pk)
    worth("乙", 5_000), worth("丙", 50)
    version = scheme()
    grade(version)
    stricter = {
        **RULES,
        "grades": [
            {**RULES["grades"][0], "rule": {"field": "net_amount", "op": "gte", "value": 10**9}},
            *RULES["grades"][1:],
        ],
    }
    found = preview(version.scheme, stricter, actor=SYSTEM)
    assert dict(found.counts) == {("high", "middle"): 2, ("low", "low"): 1}
    assert (found.moving, found.population) == (2, 3)
    assert (mine, "甲", "high", "middle") in found.movers
    assert grades(version.scheme)[mine] == "high"
    adam = actor(cast.adam)
    assert preview(version.scheme, stricter, actor=adam).movers == [], "who sees no customers gets counts, not names"
    for attempt in (lambda who: preview(version.scheme, RULES, actor=who), lambda who: version_save(version.scheme, RULES, effective_on=in_days(0), actor=who)):  # fmt: skip
        with pytest.raises(Denied):
            attempt(actor(cast.alice))


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("grades", {"grades": RULES["grades"][:1]}),
        ("grades", {"grades": [{**RULES["grades"][0], "key": "gold"}, *RULES["grades"][1:]]}),
        ("rules", {"grades": [{"key": "high", "label": "高", "label_en": ""}, *RULES["grades"][1:]]}),
        ("rules", {"grades": [{**RULES["grades"][0], "rule": {"field": "nothing", "op": "eq", "value": 1}}, *RULES["grades"][1:]]}),
        ("population", {"population": {"field": "name", "op": "gte", "value": 1}}),
        ("criteria", {"by": "score"}),
        ("criteria", {"by": "score", "criteria": [{"field": "name", "weight": 1}]}),
        ("criteria", {"by": "score", "criteria": [{"field": "net_amount", "weight": 1, "cuts": [5, 3]}]}),
        ("bounds", {"by": "score", "criteria": [{"field": "net_amount", "weight": 1}]}),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused_with_its_place(key: str, change: dict[str, object]) -> None:
    made = scheme_create(key="value", name="价值", writes_tier=True, actor=SYSTEM)
    with pytest.raises(Invalid) as refusal:
        version_save(made, {**RULES, **change}, effective_on=timezone.localdate(), actor=SYSTEM)
    assert list(refusal.value.problems) == [key]


def test_only_one_scheme_writes_the_tier() -> None:
    scheme()
    with pytest.raises(Invalid):
        scheme_create(key="second", name="第二", writes_tier=True, actor=SYSTEM)
