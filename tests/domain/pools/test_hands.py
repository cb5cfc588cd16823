"""Claiming, assigning and returning: who may, how many, one winner, and a ledger that misses nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from tests.api.caller import caller, told
from tests.cast import Cast, actor
from tests.domain.pools.scene import lying, make_customer, make_pool
from zhike.domain.customers.models import Customer
from zhike.domain.pools.models import Custody
from zhike.domain.pools.services import hands
from zhike.engines.bulk.operations import Operation
from zhike.engines.bulk.selection import Selection
from zhike.engines.bulk.services import bulk_run
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import Denied, Invalid, NotFound
from zhike.metadata.models import Batch
from zhike.metadata.records import record_save
from zhike.metadata.undo import undo

pytestmark = [pytest.mark.django_db, pytest.mark.write]


def owner_of(pk: int) -> int | None:
    return Customer.objects.get(pk=pk).owner_id


def test_a_claimed_customer_is_the_claimers_and_in_their_department(cast: Cast) -> None:
    pool = make_pool(cast)
    [pk] = lying(cast)
    assert Customer.objects.get(pk=pk).pool_id == pool.pk

    done = hands.claim(pool.pk, [pk], actor=actor(cast.bob))

    found = Customer.objects.get(pk=pk)
    assert (done.done, found.owner_id, found.department_id, found.pool_id) == ([pk], cast.bob.pk, cast.first.pk, None)


def test_the_ledger_holds_every_change_of_hands_with_reason_and_person(cast: Cast) -> None:
    pool = make_pool(cast)
    [pk] = lying(cast)
    hands.claim(pool.pk, [pk], actor=actor(cast.bob))
    record_save(registry.get("customer"), {"owner": cast.alice.pk}, id=pk, actor=actor(cast.alice))
    hands.release([pk], actor=actor(cast.alice), reason="行业不符")
    hands.assign(pool.pk, [pk], to=cast.charlie.pk, reason="熟悉客户", actor=actor(cast.alice))

    rows = Custody.objects.filter(customer_id=pk).order_by("pk")

    told = list(rows.values_list("kind", "from_user_id", "to_user_id", "created_by_id", "reason"))
    clara, bob, alice, charlie = cast.clara.pk, cast.bob.pk, cast.alice.pk, cast.charlie.pk
    assert told == [
        ("release", clara, None, clara, "清理"),
        ("claim", None, bob, bob, "华东公海"),
        ("change", bob, alice, alice, ""),
        ("release", alice, None, alice, "行业不符"),
        ("assign", None, charlie, alice, "熟悉客户"),
    ]
    # Balance: each row begins where the one before ended (DOMAINS, across all domains 1).
    assert all(left[2] == right[1] for left, right in pairwise(told))


def test_undo_is_a_change_of_hands_too(cast: Cast) -> None:
    pool = make_pool(cast)
    [pk] = lying(cast)
    done = hands.claim(pool.pk, [pk], actor=actor(cast.bob))

    undo([Batch.objects.get(pk=done.batch_id)], actor=actor(cast.bob))

    last = Custody.objects.filter(customer_id=pk).order_by("-pk")[0]
    assert (last.kind, last.from_user_id, last.to_user_id) == ("undo", cast.bob.pk, None)
    assert Customer.objects.get(pk=pk).pool_id == pool.pk


def test_nobody_outside_a_pool_learns_of_it_or_takes_from_it(cast: Cast) -> None:
    pool = make_pool(cast, members=[cast.bob.pk], managers=[])
    [pk] = lying(cast)
    for person in (cast.charlie, cast.alice, cast.mallory, cast.adam):
        with pytest.raises((NotFound, Denied)):
            hands.claim(pool.pk, [pk], actor=actor(person))
        with pytest.raises((NotFound, Denied)):
            hands.assign(pool.pk, [pk], to=cast.bob.pk, actor=actor(person))
    for person in (cast.bob, cast.eve, cast.max):
        with pytest.raises(Denied):
            hands.assign(pool.pk, [pk], to=cast.bob.pk, actor=actor(person))
    assert owner_of(pk) is None


def test_a_pool_where_managers_assign_is_not_for_claiming_and_the_other_way_round(cast: Cast) -> None:
    pool = make_pool(cast, mode="assign")
    [pk] = lying(cast)
    with pytest.raises(Denied):
        hands.claim(pool.pk, [pk], actor=actor(cast.bob))

    record_save(registry.get("pool"), {"mode": "claim"}, id=pool.pk, actor=SYSTEM)
    with pytest.raises(Denied):
        hands.assign(pool.pk, [pk], to=cast.bob.pk, actor=actor(cast.alice))
    assert hands.claim(pool.pk, [pk], actor=actor(cast.bob)).done == [pk]


def test_a_department_may_be_a_member(cast: Cast) -> None:
    pool = make_pool(cast, members=[], managers=[], departments=[cast.second.pk])
    [pk] = lying(cast)
    with pytest.raises(NotFound):
        hands.claim(pool.pk, [pk], actor=actor(cast.bob))

    assert hands.claim(pool.pk, [pk], actor=actor(cast.charlie)).done == [pk]


def test_the_daily_quota_takes_what_fits_and_says_why_the_rest_stays(cast: Cast) -> None:
    pool = make_pool(cast, claims_per_day=2)
    ids = lying(cast, "甲", "乙", "丙")

    done = hands.claim(pool.pk, ids, actor=actor(cast.bob))

    assert done.done == ids[:2]
    assert done.refused == {ids[2]: hands.DAILY}
    # Returning one does not give the claim back.
    hands.release(ids[:1], actor=actor(cast.bob), reason="不合适")
    assert hands.claim(pool.pk, ids[2:], actor=actor(cast.bob)).refused == {ids[2]: hands.DAILY}
    assert hands.claim(pool.pk, ids[2:], actor=actor(cast.charlie)).done == ids[2:]


def test_the_holding_quota_leaves_won_customers_out_if_the_pool_says_so(cast: Cast) -> None:
    pool = make_pool(cast, most_held=1)
    ids = lying(cast, "甲", "乙")
    held = make_customer(cast, "老客户")
    assert hands.claim(pool.pk, ids, actor=actor(cast.bob)).refused == dict.fromkeys(ids, hands.HELD)

    bought = {"customer": held, "day": "2026-03-02", "kind": "purchase", "product": "标签", "amount": 100}
    record_save(registry.get("transaction"), bought, actor=SYSTEM)
    assert hands.claim(pool.pk, ids, actor=actor(cast.bob)).done == ids[:1]

    record_save(registry.get("pool"), {"won_exempt": False}, id=pool.pk, actor=SYSTEM)
    with pytest.raises(Invalid):
        hands.assign(pool.pk, ids[1:], to=cast.bob.pk, actor=actor(cast.alice)).require()


def test_whoever_returned_a_customer_waits_before_claiming_it_again(cast: Cast) -> None:
    pool = make_pool(cast, cooldown_days=30)
    [pk] = lying(cast)
    hands.claim(pool.pk, [pk], actor=actor(cast.bob))
    hands.release([pk], actor=actor(cast.bob), reason="不合适")

    assert hands.claim(pool.pk, [pk], actor=actor(cast.bob)).refused == {pk: hands.COOLDOWN}
    assert hands.claim(pool.pk, [pk], actor=actor(cast.charlie)).done == [pk]


def test_returning_needs_a_reason_the_right_and_a_pool_that_takes_it(cast: Cast) -> None:
    pk = make_customer(cast)
    with pytest.raises(Invalid, match="required"):
        hands.release([pk], actor=actor(cast.bob), reason=" ")
    assert hands.release([pk], actor=actor(cast.bob), reason="不合适").refused == {pk: hands.NO_POOL}
    make_pool(cast)
    assert hands.release([pk], actor=actor(cast.charlie), reason="想要").done == []
    with pytest.raises(Denied):
        hands.release([pk], actor=actor(cast.eve), reason="想要")
    assert owner_of(pk) == cast.bob.pk

    assert hands.release([pk], actor=actor(cast.alice), reason="重新分配").done == [pk]


def test_customers_go_to_the_first_pool_whose_filter_fits(cast: Cast) -> None:
    make_pool(cast, order=50)
    high = {"field": "tier", "op": "eq", "value": "high"}
    first = make_pool(cast, name="大客户公海", order=10, filter=high)
    plain, fitting = make_customer(cast, "甲"), make_customer(cast, "乙", tier="high")

    hands.release([plain, fitting], actor=actor(cast.bob), reason="清理")

    assert Customer.objects.get(pk=fitting).pool_id == first.pk
    assert Customer.objects.get(pk=plain).pool_id != first.pk


def test_a_filter_that_differs_by_reader_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        make_pool(cast, filter={"field": "owner", "op": "eq", "value": "me"})
    with pytest.raises(Invalid):
        make_pool(cast, filter={"field": "nonsense", "op": "eq", "value": 1})


def test_the_database_itself_refuses_an_owner_in_the_pool(cast: Cast) -> None:
    make_pool(cast)
    [pk] = lying(cast)

    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.filter(pk=pk).update(owner=cast.bob)


@pytest.mark.claim
@pytest.mark.django_db(transaction=True)
def test_fifty_who_claim_one_customer_at_once_give_one_winner(cast: Cast) -> None:
    """SPEC 1.7: fifty people claiming one customer at the same moment give exactly one winner."""
    pool = make_pool(cast)
    [pk] = lying(cast)
    people = [actor(cast.bob), actor(cast.charlie)] * 25

    won = at_once([(pool.pk, [pk], person) for person in people])

    assert sum(map(len, won)) == 1
    assert Custody.objects.filter(customer_id=pk, kind="claim").count() == 1


@pytest.mark.claim
@pytest.mark.django_db(transaction=True)
def test_claims_of_one_person_at_once_never_exceed_the_quotas(cast: Cast) -> None:
    pool = make_pool(cast, claims_per_day=7, most_held=5)
    ids = lying(cast, *(f"客户{number}" for number in range(20)))

    won = at_once([(pool.pk, [pk], actor(cast.bob)) for pk in ids])

    assert sum(map(len, won)) == 5
    assert Customer.objects.filter(owner=cast.bob).count() == 5


def at_once(claims: list[tuple[int, list[int], Actor]]) -> list[list[int]]:
    """What each of the claims got, all begun at the same moment, each on a connection of its own."""
    starting = Barrier(len(claims))

    def run(given: tuple[int, list[int], Actor]) -> list[int]:
        pool_id, ids, person = given
        try:
            starting.wait(timeout=120)
            return hands.claim(pool_id, ids, actor=person).done
        finally:
            connection.close()

    with ThreadPoolExecutor(len(claims)) as threads:
        return list(threads.map(run, claims))


def test_returning_many_at_once_says_of_each_that_fits_no_pool_why_it_stayed(cast: Cast) -> None:
    make_pool(cast, filter={"field": "tier", "op": "eq", "value": "high"})
    fitting, plain = make_customer(cast, "甲", tier="high"), make_customer(cast, "乙")
    also = make_customer(cast, "丙", tier="high")
    given = {"ids": [fitting, plain, also], "reason": "清理"}

    answer = caller(cast.bob).post("/customers/actions/release", given)

    assert answer.status_code == 200
    assert told(answer)["ids"] == [fitting, also]
    assert [(row["id"], row["code"]) for row in told(answer)["refused"]] == [(plain, "no_pool")]
    assert owner_of(plain) == cast.bob.pk
    assert owner_of(fitting) is owner_of(also) is None
    assert caller(cast.bob).post(f"/customers/{plain}/actions/release", {"reason": "清理"}).status_code == 422


def test_a_ticked_list_returns_what_fits_and_names_the_rest(cast: Cast) -> None:
    make_pool(cast, filter={"field": "tier", "op": "eq", "value": "high"})
    plain, fitting = make_customer(cast, "乙"), make_customer(cast, "甲", tier="high")
    operation = Operation("action", "release", {"reason": "清理"})

    started = bulk_run(registry.get("customer"), Selection(ids=(plain, fitting)), operation, actor=actor(cast.bob))

    assert started.outcome is not None
    assert (started.outcome.done, started.outcome.refused) == (1, 1)
    assert started.outcome.examples == [(plain, "", str(hands.NO_POOL.message))]
    assert owner_of(plain) == cast.bob.pk
