"""Plans, receipts, refunds, write-offs and invoices as people meet them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from tests.cast import Cast, actor
from tests.domain.money.base import check
from tests.domain.orders.base import ago, confirmed, customer, delivered, order, returned, saved
from tests.domain.orders.test_orders import refused
from zhike.domain.money.ledger import free_amounts
from zhike.domain.money.matching import receipt_allocate, receipt_match, receipt_release
from zhike.domain.money.models import Balance, Instalment, LedgerEntry, Receipt
from zhike.domain.money.planning import months_later, order_plan
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied, Invalid, NotFound
from zhike.metadata.query import Query
from zhike.metadata.records import delete, record_save
from zhike.metadata.saving import context_for

pytestmark = pytest.mark.django_db


def still(order_id: int) -> list[int]:
    """What is open by instalment, the oldest first."""
    rows = Balance.objects.filter(instalment__order_id=order_id, instalment__deletion=None)
    return list(rows.order_by("instalment__due_on", "pk").values_list("open_amount", flat=True))


def shown(object_key: str, pk: int, *keys: str) -> list[Any]:
    """Fields of a record as lists show them."""
    query = Query(
        registry.get(object_key), SYSTEM, context_for(SYSTEM), columns=keys, filter={"field": "id", "op": "eq", "value": pk}
    )  # fmt: skip
    [row] = query.page().rows
    return [row.values[key] for key in keys]


def test_an_order_without_a_plan_has_one_instalment_by_the_terms() -> None:
    pk = confirmed(customer(), ("1", "100"), days=10)
    [part] = Instalment.objects.filter(order_id=pk)
    assert (part.amount, part.due_on) == (10_000, ago(-20))
    check()


def test_instalments_share_an_order_to_the_cent_and_months_keep_to_their_last_day() -> None:
    pk = confirmed(customer(), ("1", "100"))
    order_plan([pk], actor=SYSTEM, count=3, first_on=date(2026, 1, 31))
    parts = list(
        Instalment.objects.filter(order_id=pk, deletion=None).order_by("due_on").values_list("amount", "due_on")
    )
    assert parts == [(3334, date(2026, 1, 31)), (3333, date(2026, 2, 28)), (3333, date(2026, 3, 31))]
    assert months_later(date(2023, 11, 30), 3) == date(2024, 2, 29)
    check()


def test_a_plan_that_does_not_sum_to_the_order_is_refused(cast: Cast) -> None:
    bob = actor(cast.bob)
    buyer = customer(owner=cast.bob.pk, department=cast.first.pk)
    pk = order(buyer, ("1", "100"), by=bob)
    part = saved("instalment", by=bob, order=pk, name="首付", amount="30", due_on=ago(0).isoformat())
    refused("plan_differs", saved, "order", by=bob, id=pk, state="confirmed")
    saved("instalment", by=bob, order=pk, name="尾款", amount="70", milestone="delivered", days=15)
    saved("order", by=bob, id=pk, state="confirmed")
    refused("plan_stands", saved, "instalment", by=bob, id=part, amount="40")
    delivered(pk, "1")
    assert Instalment.objects.get(order_id=pk, name="尾款").due_on == ago(-15)
    check()


def test_a_receipt_pays_the_oldest_first_and_the_rest_is_an_advance() -> None:
    buyer = customer()
    older, newer = confirmed(buyer, ("1", "30"), days=60), confirmed(buyer, ("1", "50"), days=5)
    first = saved("receipt", customer=buyer, amount="40")
    assert (still(older), still(newer)) == ([0], [4000])
    second = saved("receipt", customer=buyer, amount="100")
    assert still(newer) == [0]
    assert free_amounts([first, second]) == {first: 0, second: 6000}
    assert shown("receipt", second, "matched_amount", "advance_amount") == [4000, 6000]
    assert shown("customer", buyer, "receivable_amount") == [None]
    third = confirmed(buyer, ("1", "80"))
    assert still(third) == [8000], "an advance waits until somebody matches it"
    receipt_match([second], actor=SYSTEM)
    assert still(third) == [2000]
    check()


def test_by_hand_no_more_than_is_left_or_open_and_back_again() -> None:
    buyer, other = customer(), customer("别家")
    pk, foreign = confirmed(buyer, ("1", "30")), confirmed(other, ("1", "30"))
    [part], [strange] = Instalment.objects.filter(order_id=pk), Instalment.objects.filter(order_id=foreign)
    receipt = saved("receipt", customer=buyer, amount="50", is_matched=False)
    allocate = {"actor": SYSTEM, "instalment": part.pk}
    refused("more_than_open", receipt_allocate, [receipt], amount=3001, **allocate)
    refused("more_than_free", receipt_allocate, [receipt], amount=5001, **allocate)
    refused("other_customer", receipt_allocate, [receipt], actor=SYSTEM, instalment=strange.pk)
    receipt_allocate([receipt], amount=1000, **allocate)
    receipt_allocate([receipt], **allocate)
    assert still(pk) == [0]
    receipt_release([receipt], actor=SYSTEM)
    assert (still(pk), free_amounts([receipt])) == ([3000], {receipt: 5000})
    refused("nothing_matched", receipt_release, [receipt], actor=SYSTEM)
    receipt_match([receipt], actor=SYSTEM)
    check()


def test_goods_that_come_back_paid_are_owed_to_the_customer_until_paid_back() -> None:
    buyer = customer()
    pk = confirmed(buyer, ("10", "10"))
    receipt = saved("receipt", customer=buyer, amount="100")
    delivered(pk, "10")
    returned(pk, "3")
    assert still(pk) == [-3000]
    refused("more_than_paid", saved, "refund", order=pk, amount="100.01")
    back = saved("refund", order=pk, amount="30")
    assert still(pk) == [0]
    assert shown("order", pk, "received_amount", "open_amount") == [7000, 0]
    refused("paid_back", receipt_release_all, receipt)
    delete(registry.get("refund"), [back], actor=SYSTEM)
    assert still(pk) == [-3000]
    check()


def receipt_release_all(receipt: int) -> None:
    saved("receipt", id=receipt, amount="20")


def test_an_advance_goes_back_out_of_its_receipt_and_no_further() -> None:
    buyer = customer()
    receipt = saved("receipt", customer=buyer, amount="80")
    refused("one_of_both", saved, "refund", customer=buyer, amount="1")
    refused("more_than_paid", saved, "refund", customer=buyer, receipt=receipt, amount="80.01")
    saved("refund", customer=buyer, receipt=receipt, amount="50")
    assert free_amounts([receipt]) == {receipt: 3000}
    refused("paid_back", saved, "receipt", id=receipt, amount="49")
    refused("paid_back", delete, registry.get("receipt"), [receipt], actor=SYSTEM)
    check()


def test_what_is_written_off_is_open_no_more_and_never_more_than_was_open() -> None:
    pk = confirmed(customer(), ("1", "10.01"))
    refused("more_than_open", saved, "write_off", order=pk, amount="10.02", reason="坏账")
    gone = saved("write_off", order=pk, amount="0.01", reason="尾差")
    assert still(pk) == [1000]
    delete(registry.get("write_off"), [gone], actor=SYSTEM)
    assert still(pk) == [1001]
    check()


def test_a_cancelled_order_gives_its_money_back_as_an_advance() -> None:
    buyer = customer()
    pk = confirmed(buyer, ("1", "10"))
    receipt = saved("receipt", customer=buyer, amount="10")
    saved("order", id=pk, state="cancelled")
    assert free_amounts([receipt]) == {receipt: 1000}
    back = LedgerEntry.objects.get(receipt_id=receipt, kind="allocated", amount__lt=0)
    assert back.reverses_id == LedgerEntry.objects.get(receipt_id=receipt, kind="allocated", amount__gt=0).pk
    check()


def test_invoices_keep_to_the_order_and_red_letters_to_their_invoice() -> None:
    buyer = customer()
    pk = confirmed(buyer, ("1", "113"))
    blue = saved("invoice", order=pk, number="24312000000000000001", amount="113", tax="13")
    refused("more_than_ordered", saved, "invoice", order=pk, number="2", amount="0.01")
    refused("red_needs_original", saved, "invoice", customer=buyer, number="3", amount="-1")
    red = saved("invoice", customer=buyer, number="4", amount="-100", tax="-11.5", reverses=blue)
    refused("more_than_invoiced", saved, "invoice", customer=buyer, number="5", amount="-13.01", reverses=blue)
    refused("red_of_red", saved, "invoice", customer=buyer, number="6", amount="-1", reverses=red)
    refused("tax_within", saved, "invoice", customer=buyer, number="7", amount="1", tax="2")


def test_nobody_writes_into_the_ledger_or_takes_an_entry_away(cast: Cast) -> None:
    buyer = customer(owner=cast.clara.pk, department=cast.desk.pk)
    saved("receipt", customer=buyer, amount="10")
    entry = LedgerEntry.objects.get(customer_id=buyer)
    clara = actor(cast.clara)
    with pytest.raises(Denied):
        record_save(registry.get("ledger_entry"), {"customer": buyer}, actor=clara)
    with pytest.raises(Denied):
        delete(registry.get("ledger_entry"), [entry.pk], actor=clara)
    refused("read_only", delete, registry.get("ledger_entry"), [entry.pk], actor=SYSTEM)


def test_others_neither_see_nor_match_a_receipt(cast: Cast) -> None:
    buyer = customer(owner=cast.bob.pk, department=cast.first.pk)
    receipt = saved("receipt", customer=buyer, amount="10", is_matched=False)
    for person in (cast.charlie, cast.max, cast.mallory):
        with pytest.raises(NotFound):
            receipt_match([receipt], actor=actor(person))
    assert free_amounts([receipt]) == {receipt: 1000}


@pytest.mark.claim
@pytest.mark.django_db(transaction=True)
def test_one_receipt_matched_from_many_sides_at_once_is_never_matched_twice(cast: Cast) -> None:
    buyer = customer(owner=cast.bob.pk, department=cast.first.pk)
    orders = [confirmed(buyer, ("1", "60")) for _turn in range(12)]
    parts = list(Instalment.objects.filter(order_id__in=orders).values_list("pk", flat=True))
    receipt = saved("receipt", customer=buyer, amount="100", is_matched=False)

    won = at_once(receipt, parts, [actor(cast.bob), actor(cast.alice)])

    assert sum(won) == 1, "100 pays 60 once, and what is left does not pay another 60"
    assert free_amounts([receipt]) == {receipt: 4000}
    assert Receipt.objects.get(pk=receipt).amount == 10_000
    check()


def at_once(receipt: int, parts: list[int], people: list[Any]) -> list[bool]:
    """Whether each of the matches of 60 came about, all begun at the same moment, each on a connection of its own."""
    starting = Barrier(len(parts))

    def run(place: int) -> bool:
        try:
            starting.wait(timeout=120)
            receipt_allocate([receipt], actor=people[place % 2], instalment=parts[place], amount=6000)
        except Invalid:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(len(parts)) as threads:
        return list(threads.map(run, range(len(parts))))
