"""Completeness by rules: the statement over all customers and the page of one say the same, and everything that changes it is followed."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F, Q
from django.utils import timezone

from tests.cast import Cast, actor
from tests.web.records import customers
from zhike.domain.customers.models import Customer
from zhike.domain.quality.following import queue_scoring, run_scoring
from zhike.domain.quality.inspecting import error_rate, inspection_start, item_judge, sample
from zhike.domain.quality.models import Inspection, InspectionItem, QualityRules, QualityScore, QualitySnapshot
from zhike.domain.quality.rules import SHIPPED, current_rules, rules_save
from zhike.domain.quality.scoring import COLUMNS, completeness_of, refresh, refresh_some
from zhike.domain.quality.snapshots import figures, share, take_snapshot
from zhike.engines.verification.marking import mark_value
from zhike.engines.verification.models import ValueMark
from zhike.engines.verification.searching import search_invalid as search, search_start
from zhike.jobs.models import Job
from zhike.jobs.run import JobRun
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied, Invalid, NotFound
from zhike.metadata.query import Query
from zhike.metadata.records import delete, record_save
from zhike.metadata.saving import context_for
from zhike.metadata.storage import storage

pytestmark = [pytest.mark.django_db, pytest.mark.query]

PHONE = "+8613800001234"
RULES: dict[str, Any] = {
    "groups": [
        {
            "kind": "company",
            "tier": "",
            "stale_days": 100,
            "fields": [
                {"key": "name", "weight": 1, "required": True, "hours": 0, "by": "owner"},
                {"key": "phones", "weight": 2, "required": True, "hours": 24, "by": "creator"},
                {"key": "address", "weight": 1, "required": True, "hours": 4, "by": "owner"},
                {"key": "industry", "weight": 3, "required": False, "hours": 0, "by": "owner"},
            ],
        },
        {
            "kind": "company",
            "tier": "high",
            "stale_days": 10,
            "fields": [{"key": "needs", "weight": 1, "required": False, "hours": 0, "by": "owner"}],
        },
    ]
}


@pytest.fixture
def rules(cast: Cast) -> int:
    saved = rules_save(RULES, actor=actor(cast.adam))
    registry.refresh()
    return saved.pk


def score(pk: int) -> QualityScore:
    return QualityScore.objects.get(pk=pk)


def test_weights_give_the_per_cent_and_the_page_says_the_same(cast: Cast, rules: int) -> None:
    full = {"phones": [PHONE], "address": {"city": "苏州市", "province": "江苏省"}, "industry": "it"}
    [bare] = customers(cast.bob, "甲")
    [some] = customers(cast.bob, "乙", phones=[PHONE])
    [most] = customers(cast.bob, "丙", phones=[PHONE], industry="it")
    [whole] = customers(cast.bob, "丁", **full)
    [high] = customers(cast.bob, "戊", tier="high", needs="包装盒")
    [person] = customers(cast.bob, "李四", kind="person")
    # 1, 3, 6 and 7 of 7, rounded half up
    assert [score(pk).score for pk in (bare, some, most, whole, high)] == [14, 43, 86, 100, 100]
    assert not QualityScore.objects.filter(pk=person).exists(), "no rules concern persons"
    found = Query(registry.get("customer"), SYSTEM, context_for(SYSTEM), columns=list(registry.get("customer").fields))
    for row in found.page().rows:
        told = completeness_of(row.values)
        assert (told.percent if told else None) == row.values.get("completeness")
    assert {score(pk).rules_id for pk in (bare, whole, high)} == {rules}


def test_what_is_required_falls_due_hours_after_the_record_was_made(cast: Cast, rules: int) -> None:
    [pk] = customers(cast.bob, "海天包装")
    made = Customer.objects.get(pk=pk).created_at
    assert (score(pk).entry_due_at, score(pk).entry_by_id) == (made + timedelta(hours=4), cast.bob.pk)
    record_save(registry.get("customer"), {"address": "苏州市前进路1号"}, id=pk, actor=actor(cast.bob))
    assert score(pk).entry_due_at == made + timedelta(hours=24)
    assert score(pk).entry_by_id is None, "the system made it"
    record_save(registry.get("customer"), {"phones": [PHONE]}, id=pk, actor=actor(cast.bob))
    assert score(pk).entry_due_at is None


def test_only_people_make_a_record_fresh(cast: Cast, rules: int) -> None:
    [pk] = customers(cast.bob, "海天包装", phones=[PHONE])
    long_ago = timezone.now() - timedelta(days=200)
    Customer.objects.filter(pk=pk).update(created_at=long_ago, updated_at=long_ago)
    refresh(Q(pk=pk))
    assert score(pk).stale_at == long_ago + timedelta(days=100)
    record_save(registry.get("customer"), {"stage": "silent"}, id=pk, actor=SYSTEM)
    assert score(pk).stale_at == long_ago + timedelta(days=100), "what the system writes refreshes nothing"
    mark_value("customer", pk, "phones", PHONE, "verified", means="call", actor=actor(cast.bob))
    assert score(pk).stale_at is not None
    assert score(pk).stale_at > timezone.now() + timedelta(days=99)
    assert score(pk).is_verified is True
    record_save(registry.get("customer"), {"note": "改过"}, id=pk, actor=actor(cast.bob))
    record_save(registry.get("customer"), {"stage": "active"}, id=pk, actor=SYSTEM)
    assert score(pk).touched_at > timezone.now() - timedelta(minutes=5), "the change before the system's counts"


def test_scores_leave_with_their_customers_and_change_with_the_rules(cast: Cast, rules: int) -> None:
    gone, stays = customers(cast.bob, "甲", "乙")
    delete(registry.get("customer"), [gone], actor=actor(cast.bob))
    assert not QualityScore.objects.filter(pk=gone).exists()
    changed = deepcopy(RULES)
    changed["groups"][0]["fields"] = changed["groups"][0]["fields"][:1]
    rules_save(changed, actor=actor(cast.adam))
    registry.refresh()
    queue_scoring()
    Job.objects.filter(kind="quality.score_all").update(state="running", worker="w", attempts=1)
    run_scoring(JobRun(Job.objects.get(kind="quality.score_all")))
    assert score(stays).score == 100
    with storage().write_transaction():
        assert refresh(Q(pk=stays)) == 0, "what stands is not written again"


def test_customers_scored_by_their_ids_have_the_scores_of_a_run_over_all(cast: Cast, rules: int) -> None:
    """The SQL for ids is kept; new rules and new fields must not meet that of the old ones."""
    made = customers(cast.bob, "甲", "乙", "丙", phones=[PHONE]) + customers(cast.bob, "李四", kind="person")
    record_save(registry.get("customer"), {"industry": "it", "tier": "high"}, id=made[0], actor=actor(cast.bob))
    changed = deepcopy(RULES)
    changed["groups"][0]["fields"][3]["weight"] = 5
    rules_save(changed, actor=actor(cast.adam))
    registry.refresh()
    refresh_some(made[:2])
    columns = ("pk", *COLUMNS, "rules_id")
    by_id = list(QualityScore.objects.filter(pk__in=made[:2]).order_by("pk").values(*columns))
    left = QualityScore.objects.get(pk=made[2]).rules_id

    refresh(Q(pk__in=made))

    assert list(QualityScore.objects.filter(pk__in=made[:2]).order_by("pk").values(*columns)) == by_id
    assert {row["rules_id"] for row in by_id} == {current_rules().id}
    assert left == rules, "others were left alone"


def test_lists_filter_and_sort_by_completeness(cast: Cast, rules: int) -> None:
    low, high = customers(cast.bob, "甲", "乙")
    record_save(registry.get("customer"), {"industry": "it"}, id=high, actor=actor(cast.bob))
    person = actor(cast.bob)
    few = {"all": [{"field": "completeness", "op": "lt", "value": 50}]}
    customer, context = registry.get("customer"), context_for(person)
    assert Query(customer, person, context, filter=few).ids() == [low]
    page = Query(customer, person, context, sort=("-completeness",)).page()
    assert [row.id for row in page.rows] == [high, low]
    late = {"all": [{"field": "stale_at", "op": "is_empty"}]}
    assert Query(customer, person, context, filter=late).ids() == []


@pytest.mark.parametrize(
    "change",
    [
        {"weight": 0},
        {"weight": 101},
        {"key": "no_such_field"},
        {"key": "birthday"},
        {"key": "completeness"},
        {"hours": 9_000},
        {"by": "somebody"},
    ],
)
def test_rules_that_make_no_sense_are_refused(cast: Cast, change: dict[str, Any]) -> None:
    wrong = deepcopy(RULES)
    wrong["groups"][0]["fields"][1] |= change
    with pytest.raises(Invalid):
        rules_save(wrong, actor=actor(cast.adam))
    with pytest.raises(Denied):
        rules_save(RULES, actor=actor(cast.alice))
    assert not QualityRules.objects.exists()


def test_the_shipped_rules_are_fit_to_be_saved(cast: Cast) -> None:
    assert current_rules().id == 0
    assert rules_save(SHIPPED, actor=actor(cast.adam)).pk


def test_figures_of_a_person_count_their_own_customers(cast: Cast, rules: int) -> None:
    customers(cast.bob, "甲", phones=[PHONE])
    customers(cast.bob, "乙", industry="it")
    customers(cast.charlie, "丙")
    Customer.objects.update(created_at=F("created_at") - timedelta(days=1))
    refresh(Q())
    told = {found.user_id: found for found in figures()}
    assert (told[cast.bob.pk].customers, told[cast.bob.pk].completeness) == (2, 50)
    assert (told[cast.bob.pk].overdue, told[cast.charlie.pk].overdue) == (2, 1)
    assert told[cast.bob.pk].verified_share == 0
    assert told[cast.charlie.pk].verified_share is None
    assert take_snapshot() == 2
    assert take_snapshot() == 2
    assert QualitySnapshot.objects.count() == 2, "one a person and week"


def test_per_cents_round_half_up_and_nothing_is_divided_by_nothing() -> None:
    assert [share(1, 8), share(1, 3), share(0, 5), share(5, 5), share(1, 0)] == [13, 33, 0, 100, None]
    assert error_rate(3, 1) == 25


def test_a_sample_follows_from_its_seed(cast: Cast, rules: int) -> None:
    assert sample(range(100), 5, 7) == sample(list(reversed(range(100))), 5, 7)
    assert sample(range(100), 5, 7) != sample(range(100), 5, 8)
    assert sample([3, 1], 5, 7) == [1, 3]
    ids = customers(cast.bob, *(f"客户{number}" for number in range(20)), phones=[PHONE])
    made = inspection_start(cast.bob.pk, 5, actor=actor(cast.alice), seed=7)
    drawn = set(InspectionItem.objects.values_list("customer_id", flat=True))
    assert (made.population, made.size, drawn) == (20, 5, set(sample(ids, 5, 7)))
    items = list(InspectionItem.objects.order_by("pk"))
    assert {item.field_key for item in items} == {"name", "phones"}
    item_judge(made.pk, items[0].pk, "wrong", actor=actor(cast.alice))
    for item in items[1:]:
        item_judge(made.pk, item.pk, "right", actor=actor(cast.alice))
    assert Inspection.objects.get().closed_at is not None
    take_snapshot()
    snapshot = QualitySnapshot.objects.get(user=cast.bob)
    assert (snapshot.checked, snapshot.wrong) == (10, 1)


def test_only_who_answers_for_somebody_inspects_them(cast: Cast, rules: int) -> None:
    customers(cast.bob, "甲", phones=[PHONE])
    for inspector in (cast.bob, cast.sara, cast.max):
        with pytest.raises(Denied):
            inspection_start(cast.charlie.pk, 5, actor=actor(inspector))
    for wrong in (cast.alice.pk, cast.charlie.pk, 0):
        with pytest.raises(Invalid):
            inspection_start(wrong, 5, actor=actor(cast.alice))
    made = inspection_start(cast.bob.pk, 5, actor=actor(cast.alice))
    item = InspectionItem.objects.first()
    assert item is not None
    with pytest.raises(Denied):
        item_judge(made.pk, item.pk, "right", actor=actor(cast.bob))
    with pytest.raises(NotFound):
        item_judge(made.pk, item.pk, "right", actor=actor(cast.charlie))
    with pytest.raises(Invalid):
        item_judge(made.pk, item.pk, "perhaps", actor=actor(cast.alice))


def test_the_search_marks_what_cannot_be_right_once(cast: Cast) -> None:
    wrong, fine = (
        customers(cast.bob, name, phones=[number])[0] for name, number in (("甲", "16000001234"), ("乙", "13800001234"))
    )
    job = search_start("customer", actor=actor(cast.bob))
    with pytest.raises(Denied):
        search_start("customer", actor=actor(cast.max))
    for _turn in range(2):
        Job.objects.filter(pk=job.pk).update(state="running", worker="w", attempts=1, checkpoint={})
        from_queue = JobRun(Job.objects.get(pk=job.pk))
        search(from_queue)
    mark = ValueMark.objects.get()
    assert (mark.record_id, mark.state, mark.means, mark.note) == (wrong, "invalid", "format", "no_segment")
    assert fine != wrong
