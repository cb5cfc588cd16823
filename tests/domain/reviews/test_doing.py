"""Doing reviews: open first, a word on every field, a class with its reason; and what becomes of due ones when customers move."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
import time_machine

from tests.cast import Cast, actor
from tests.domain.reviews.scene import (
    DAY,
    answer_all,
    at,
    bought,
    days,
    finish,
    make_customer,
    make_policy,
    open_cycle,
    review_of,
)
from zhike.domain.customers.models import Customer
from zhike.domain.reviews import answering, rechecking
from zhike.domain.reviews.jobs import daily
from zhike.domain.reviews.models import CycleState, Recheck, Review, ReviewAnswer, ReviewCycle, ReviewState
from zhike.domain.reviews.sampling import draw, samples_draw
from zhike.engines.merging.services import records_merge
from zhike.engines.notify.models import Notification
from zhike.metadata import records, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.changes import history
from zhike.metadata.errors import Denied, Invalid, NotFound
from zhike.metadata.models import TimelineEntry
from zhike.metadata.query import Query
from zhike.metadata.records import record_save
from zhike.metadata.saving import context_for

pytestmark = [pytest.mark.django_db, pytest.mark.write]


@pytest.fixture
def running(cast: Cast) -> int:
    """A customer of Bob's under review, the clock standing at the first day."""
    make_policy()
    with time_machine.travel(at(DAY), tick=False):
        pk = make_customer(cast, phones=["13800556601"])
        open_cycle()
    return pk


def refused(found: pytest.ExceptionInfo[Invalid]) -> str:
    return next(iter(found.value.problems.values()))[0].code


def test_what_was_not_opened_cannot_be_confirmed(cast: Cast, running: int) -> None:
    review = review_of(running)
    with time_machine.travel(at(DAY), tick=False):
        with pytest.raises(Invalid) as never:
            answering.field_answer(review.pk, "name", "confirmed", actor=actor(cast.bob))
        answering.review_open(review.pk, actor=actor(cast.bob))
        with pytest.raises(Invalid) as by_another:
            answering.field_answer(review.pk, "name", "confirmed", actor=actor(cast.alice))
        answering.field_answer(review.pk, "name", "confirmed", actor=actor(cast.bob))
        with pytest.raises(Invalid) as early:
            answering.review_finish(review.pk, actor=actor(cast.bob))

    assert refused(never) == refused(by_another) == "not_opened"
    assert refused(early) == "unanswered"


def test_a_review_ends_with_class_counts_history_and_an_entry_on_the_timeline(cast: Cast, running: int) -> None:
    review = review_of(running)
    with time_machine.travel(at(DAY + days(1)), tick=False):
        answer_all(review, cast.bob)
        answering.field_correct(review.pk, "phones", ["13900556602"], actor=actor(cast.bob))
        answering.field_correct(review.pk, "name", "海天包装", actor=actor(cast.bob))
        answering.field_answer(review.pk, "legal_representative", "unreachable", actor=actor(cast.bob))
        done = answering.review_finish(review.pk, actor=actor(cast.bob))

    assert (done.state, done.result, done.done_by_id) == (ReviewState.DONE, "general", cast.bob.pk)
    assert (done.confirmed_count, done.corrected_count, done.unreachable_count) == (1, 1, 1)
    assert Customer.objects.get(pk=running).phones == ["+8613900556602"]
    assert dict(ReviewAnswer.objects.values_list("field", "verdict")) == {
        "name": "confirmed",
        "phones": "corrected",
        "legal_representative": "unreachable",
    }
    assert TimelineEntry.objects.filter(source_key="review", subject_id=running, kind="general").count() == 1
    told = history(actor(cast.bob), registry.get("review"), review.pk)
    assert {"state", "result"} <= {found.field.key for found in told[0].fields}
    assert told[0].change.actor_id == cast.bob.pk
    with pytest.raises(Invalid) as over:
        answering.field_answer(review.pk, "name", "unreachable", actor=actor(cast.bob))
    assert refused(over) == "not_due"


def test_only_fields_of_the_kind_of_customer_are_asked(cast: Cast, running: int) -> None:
    review = review_of(running)
    answering.review_open(review.pk, actor=actor(cast.bob))

    with pytest.raises(Invalid) as of_a_person:
        answering.field_answer(review.pk, "occupation", "confirmed", actor=actor(cast.bob))
    with pytest.raises(Invalid) as unknown:
        answering.field_correct(review.pk, "credit_limit", "1", actor=actor(cast.bob))
    with pytest.raises(Invalid) as verdict:
        answering.field_answer(review.pk, "name", "perhaps", actor=actor(cast.bob))

    assert refused(of_a_person) == refused(unknown) == "not_asked"
    assert refused(verdict) == "unknown"


def test_growth_wants_its_reason_and_comes_under_observation(cast: Cast) -> None:
    make_policy(window_days=60, observe_days=60, watch="下一季订货量")
    with time_machine.travel(at(DAY), tick=False):
        pk = make_customer(cast)
        bought(pk, DAY - days(90), 100)
        bought(pk, DAY - days(30), 300)
        open_cycle()
        review = review_of(pk)
        answer_all(review, cast.bob)
        with pytest.raises(Invalid) as silent:
            answering.review_finish(review.pk, actor=actor(cast.bob))
        with pytest.raises(Invalid):
            answering.review_finish(review.pk, actor=actor(cast.bob), reason="新厂", observe_until=DAY)
        done = answering.review_finish(review.pk, actor=actor(cast.bob), reason="新厂投产")

    assert "reason" in silent.value.problems
    assert (done.result, done.observe_until, done.watch) == ("special", DAY + days(60), "下一季订货量")
    fields = shown(cast, pk, DAY)
    assert (fields["review_class"], fields["observed_until"]) == ("special", DAY + days(60))
    assert shown(cast, pk, DAY + days(61))["observed_until"] is None


def test_another_class_than_the_proposed_wants_a_reason(cast: Cast, running: int) -> None:
    review = review_of(running)
    with time_machine.travel(at(DAY), tick=False):
        answer_all(review, cast.bob)
        with pytest.raises(Invalid) as silent:
            answering.review_finish(review.pk, actor=actor(cast.bob), result="important")
        with pytest.raises(Invalid) as unknown:
            answering.review_finish(review.pk, actor=actor(cast.bob), result="best", reason="喜欢")
        done = answering.review_finish(review.pk, actor=actor(cast.bob), result="important", reason="要上市")

    assert "reason" in silent.value.problems
    assert "result" in unknown.value.problems
    assert (done.result, done.proposed, done.observe_until) == ("important", "general", None)


def shown(cast: Cast, customer: int, day: date) -> dict[str, object]:
    """The fields that reviews give a customer."""
    keys = ("review_state", "review_due_on", "review_class", "observed_until")
    with time_machine.travel(at(day), tick=False):
        person = actor(cast.bob)
        query = Query(registry.get("customer"), person, context_for(person), columns=keys)
        return next(row.values for row in query.page().rows if row.id == customer)


def test_customers_can_be_filtered_by_an_overdue_review(cast: Cast, running: int) -> None:
    late = {"all": [{"field": "review_state", "op": "eq", "value": "overdue"}]}
    found = {}
    for day in (DAY + days(14), DAY + days(15)):
        with time_machine.travel(at(day), tick=False):
            person = actor(cast.bob)
            query = Query(registry.get("customer"), person, context_for(person), filter=late)
            found[day] = [row.id for row in query.page().rows]

    assert found == {DAY + days(14): [], DAY + days(15): [running]}
    assert shown(cast, running, DAY)["review_due_on"] == date(2026, 3, 16)


# Rights -----------------------------------------------------------------------------------------------------------


def test_reviews_follow_the_rights_to_the_customer(cast: Cast, running: int) -> None:
    review = review_of(running)
    for person, refusal in ((cast.charlie, NotFound), (cast.mallory, NotFound), (cast.eve, Denied), (cast.max, Denied)):
        with pytest.raises(refusal):
            answering.review_open(review.pk, actor=actor(person))
    answering.review_open(review.pk, actor=actor(cast.alice))
    with pytest.raises(Denied):
        record_save(registry.get("review"), {"customer": running}, id=review.pk, actor=actor(cast.clara))


# Reminding and finishing ------------------------------------------------------------------------------------------


def test_owners_hear_before_the_deadline_and_managers_after_it_once_each(cast: Cast, running: int) -> None:
    """Due on Monday 16 March: three working days before it is Wednesday 11 March."""
    kinds = []
    for day in range(9, 24):
        with time_machine.travel(at(date(2026, 3, day)), tick=False):
            daily()
        kinds.append(
            (day, *Notification.objects.exclude(kind="review_opened").order_by("pk").values_list("kind", "user_id"))
        )
    changes = [now for before, now in pairwise(kinds) if before[1:] != now[1:]]

    soon, late = ("review_soon", cast.bob.pk), ("review_late", cast.alice.pk)
    assert changes == [(11, soon), (17, soon, late)]


def test_a_cycle_ends_when_nothing_is_due_and_a_sample_is_drawn_for_each(cast: Cast) -> None:
    make_policy(sample_percent=20)
    with time_machine.travel(at(DAY), tick=False):
        ids = [make_customer(cast, f"客户{number}") for number in range(6)]
        other = make_customer(cast, "别处", owner=cast.charlie.pk, department=cast.second.pk)
        cycle = open_cycle()
        for pk in ids:
            finish(review_of(pk), cast.bob)
        daily()
        cycle.refresh_from_db()
        assert cycle.state == CycleState.OPEN
        drawn = set(Review.objects.filter(recheck="waiting").values_list("pk", flat=True))
        finish(review_of(other), cast.charlie)
        daily()
        daily()

    cycle.refresh_from_db()
    assert cycle.state == CycleState.FINISHED
    all_ids = [review_of(pk).pk for pk in ids]
    assert drawn == set(draw(cycle.seed, cast.bob.pk, all_ids, 20))
    assert len(drawn) == 2
    waiting = set(Review.objects.filter(recheck="waiting").values_list("pk", flat=True))
    assert waiting == drawn | {review_of(other).pk}
    assert samples_draw(cycle, everybody=True) == 0


def test_the_second_look_is_somebody_elses_and_tells_of_errors(cast: Cast, running: int) -> None:
    with time_machine.travel(at(DAY), tick=False):
        review = finish(review_of(running), cast.bob)
        samples_draw(ReviewCycle.objects.get(), everybody=True)
        right = {"name": True, "phones": True, "legal_representative": True}
        for person, refusal in ((cast.bob, Denied), (cast.charlie, NotFound), (cast.eve, Denied)):
            with pytest.raises(refusal):
                rechecking.review_recheck(review.pk, right, actor=actor(person))
        with pytest.raises(Invalid):
            rechecking.review_recheck(review.pk, {"name": True}, actor=actor(cast.alice))
        found = rechecking.review_recheck(review.pk, {**right, "phones": False}, actor=actor(cast.alice))
        with pytest.raises(Invalid):
            rechecking.review_recheck(review.pk, right, actor=actor(cast.alice))

    assert (found.recheck, found.checked_count, found.wrong_count) == ("wrong", 3, 1)
    assert Recheck.objects.filter(is_right=False).values_list("field", flat=True).get() == "phones"
    assert Notification.objects.get(kind="review_wrong").user_id == cast.bob.pk


def test_nobody_checks_their_own_review(cast: Cast, running: int) -> None:
    with time_machine.travel(at(DAY), tick=False):
        review = finish(review_of(running), cast.alice)
        samples_draw(ReviewCycle.objects.get(), everybody=True)
        right = {"name": True, "phones": True, "legal_representative": True}
        with pytest.raises(Invalid) as own:
            rechecking.review_recheck(review.pk, right, actor=actor(cast.alice))

    assert refused(own) == "own"


# Customers on the move --------------------------------------------------------------------------------------------


def test_a_due_review_goes_with_the_customer_and_leaves_the_new_owner_time(cast: Cast, running: int) -> None:
    """Handed over on Friday 13 March, three working days later is Wednesday 18 March."""
    with time_machine.travel(at(date(2026, 3, 13)), tick=False):
        record_save(
            registry.get("customer"),
            {"owner": cast.charlie.pk, "department": cast.second.pk},
            id=running,
            actor=SYSTEM,
        )
    review = review_of(running)

    assert (review.reviewer_id, review.due_on) == (cast.charlie.pk, date(2026, 3, 18))
    with time_machine.travel(at(date(2026, 3, 13)), tick=False):
        with pytest.raises(Denied):
            answering.review_open(review.pk, actor=actor(cast.eve))
        finish(review, cast.charlie)


def test_a_finished_review_stays_with_who_did_it(cast: Cast, running: int) -> None:
    with time_machine.travel(at(DAY), tick=False):
        finish(review_of(running), cast.bob)
        record_save(registry.get("customer"), {"owner": cast.charlie.pk}, id=running, actor=SYSTEM)

    assert review_of(running).reviewer_id == cast.bob.pk


def test_a_customer_in_the_pool_waits_for_its_next_owner(cast: Cast, running: int) -> None:
    pool = record_save(registry.get("pool"), {"name": "公海"}, actor=SYSTEM)
    customer = registry.get("customer")
    with time_machine.travel(at(DAY), tick=False):
        record_save(customer, {"owner": None, "department": None, "pool": pool}, id=running, actor=SYSTEM)
        waiting = review_of(running)
        record_save(customer, {"owner": cast.bob.pk, "pool": None}, id=running, actor=SYSTEM)

    assert (waiting.reviewer_id, waiting.state) == (None, ReviewState.DUE)
    assert review_of(running).reviewer_id == cast.bob.pk


def test_a_deleted_customer_takes_its_review_along_and_brings_it_back(cast: Cast, running: int) -> None:
    customer = registry.get("customer")
    with time_machine.travel(at(DAY), tick=False):
        records.delete(customer, [running], actor=SYSTEM)
        daily()
        gone = Review.objects.get(customer_id=running)
        assert gone.deletion_id is not None
        assert ReviewCycle.objects.get().state == CycleState.FINISHED
    with time_machine.travel(at(DAY + days(60)), tick=False):
        records.restore(customer, [running], actor=SYSTEM)
        open_cycle()

    states = list(Review.objects.filter(customer_id=running).order_by("pk").values_list("state", flat=True))
    assert states[-1] == ReviewState.DUE
    assert states.count(ReviewState.DUE) == 1


def test_of_two_merged_customers_one_review_is_left(cast: Cast) -> None:
    make_policy()
    customer = registry.get("customer")
    with time_machine.travel(at(DAY), tick=False):
        stays = make_customer(cast, "留下")
        goes = make_customer(cast, "并入", owner=cast.charlie.pk, department=cast.second.pk)
        open_cycle()
        records_merge(customer, stays, [goes], actor=actor(cast.clara))

    live = Review.objects.filter(state=ReviewState.DUE, deletion__isnull=True)
    assert [(row.customer_id, row.reviewer_id) for row in live] == [(stays, cast.bob.pk)]


def test_a_merge_brings_a_review_to_a_customer_that_has_none(cast: Cast) -> None:
    make_policy()
    with time_machine.travel(at(DAY), tick=False):
        goes = make_customer(cast, "并入", owner=cast.charlie.pk, department=cast.second.pk)
        open_cycle()
        stays = make_customer(cast, "留下")
        records_merge(registry.get("customer"), stays, [goes], actor=actor(cast.clara))

    assert (review_of(stays).state, review_of(stays).reviewer_id) == (ReviewState.DUE, cast.bob.pk)
