"""Orders, partial deliveries and returns: amounts rounded once, posted once, and quantities that cannot lie."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.cast import Cast, actor
from tests.domain.orders.base import (
    amount_of,
    confirmed,
    customer,
    delivered,
    line_of,
    order,
    posted,
    returned,
    saved,
    with_customer,
)
from zhike.domain.activities.models import Task
from zhike.domain.orders.deliver import order_deliver
from zhike.domain.orders.models import Order, OrderLine, ReturnLine
from zhike.domain.orders.objects.actions import order_cancel, order_confirm, order_done, order_redraft, order_reopen
from zhike.domain.trade.models import Transaction
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid, NotFound
from zhike.metadata.models import Batch
from zhike.metadata.records import delete, restore
from zhike.metadata.undo import undo

pytestmark = pytest.mark.django_db


def refused(code: str, call: Any, *args: Any, **values: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        call(*args, **values)
    assert code in {problem.code for found in refusal.value.problems.values() for problem in found}


def test_every_line_is_rounded_once_half_up_and_the_order_is_their_sum() -> None:
    pk = order(customer(), ("3", "0.335"), ("1", "0.004999"), ("2.5", "1.018"), ("1000000", "0.000001"))
    amounts = list(OrderLine.objects.filter(order_id=pk).order_by("position").values_list("amount", flat=True))
    # 1.005 → 1.01; 0.004999 → 0.00; 2.545 → 2.55; 1.00
    assert amounts == [101, 0, 255, 100]
    assert amount_of(pk) == 456


def test_discount_and_tax_are_within_the_rounded_amount() -> None:
    pk = saved("order", customer=customer())
    line = saved(
        "order_line", order=pk, item="纸箱", quantity="7", unit_price="12.345678", discount="12.5", tax_rate="13"
    )
    row = OrderLine.objects.get(pk=line)
    # 7 × 12.345678 × 0.875 = 75.61727…; 75.62 × 13 ÷ 113 = 8.6996…
    assert (row.amount, row.tax) == (7562, 870)


def test_the_amount_of_another_system_stays_in_its_own_field_unrounded() -> None:
    pk = saved("order", customer=customer())
    line = saved("order_line", order=pk, item="Chair", quantity="2", source_amount="731.9445")
    row = OrderLine.objects.get(pk=line)
    assert (row.amount, row.source_amount, row.unit_price) == (73194, Decimal("731.944500"), None)
    refused("no_price", saved, "order_line", order=pk, item="Table")


def test_a_product_brings_its_name_price_tax_and_cost() -> None:
    product = saved("product", code="ZX-1", name="五层纸箱", list_price="12.5", tax_rate="13", cost="8.1")
    pk = saved("order", customer=customer())
    line = OrderLine.objects.get(pk=saved("order_line", order=pk, product=product, quantity="3"))
    assert (line.item, line.amount, line.tax, line.cost) == ("五层纸箱", 3750, 431, 2430)
    other = OrderLine.objects.get(
        pk=saved("order_line", order=pk, product=product, quantity="1", unit_price="11", item="样品")
    )
    assert (other.item, other.amount) == ("样品", 1100)
    refused("no_item", saved, "order_line", order=pk, quantity="1", unit_price="1")


def test_numbers_run_by_year_and_bring_their_own(cast: Cast) -> None:
    buyer = customer()
    first, second = (saved("order", customer=buyer, day="2025-03-01") for _turn in range(2))
    assert list(Order.objects.filter(pk__in=[first, second]).order_by("pk").values_list("number", flat=True)) == [
        "SO2025-000001",
        "SO2025-000002",
    ]
    assert Order.objects.get(pk=saved("order", customer=buyer, number="CA-2016-152156")).number == "CA-2016-152156"


def test_a_draft_posts_nothing_and_a_confirmed_order_once(cast: Cast) -> None:
    buyer = customer(owner=cast.bob.pk, department=cast.first.pk)
    pk = order(buyer, ("2", "10"), ("1", "5.5"), by=actor(cast.bob))
    assert posted(buyer) == 0
    order_confirm([pk], actor=actor(cast.bob))
    rows = Transaction.objects.filter(customer_id=buyer)
    assert {row.external_id for row in rows} == {f"L{line_of(pk, 0)}", f"L{line_of(pk, 1)}"}
    assert posted(buyer) == 2550
    saved("order", id=pk, note="只改备注")
    assert rows.count() == 2


def test_changes_and_returns_post_correcting_rows_never_doubled(cast: Cast) -> None:
    buyer = customer()
    pk = confirmed(buyer, ("10", "9.99"))
    line = line_of(pk)
    saved("order_line", id=line, quantity="8")
    assert posted(buyer) == 7992
    saved("order_line", id=line, unit_price="12")
    assert posted(buyer) == 9600
    delivered(pk, "8")
    returned(pk, "3")
    assert posted(buyer) == 9600 - 3600
    kinds = Transaction.objects.filter(customer_id=buyer).order_by("pk").values_list("external_id", "kind", "amount")
    back = ReturnLine.objects.get().pk
    assert list(kinds) == [
        (f"L{line}", "purchase", 9990),
        (f"L{line}-2", "refund", -1998),
        (f"L{line}-3", "purchase", 1608),
        (f"R{back}", "refund", -3600),
    ]


def test_what_is_cancelled_undone_or_deleted_is_taken_back_and_may_return(cast: Cast) -> None:
    bob = actor(cast.bob)
    buyer = customer(owner=cast.bob.pk, department=cast.first.pk)
    pk = order(buyer, ("4", "25"), by=bob)
    batch = order_confirm([pk], actor=bob).batch_id
    order_cancel([pk], actor=bob)
    assert posted(buyer) == 0
    order_redraft([pk], actor=bob)
    assert order_confirm([pk], actor=bob).ok
    assert posted(buyer) == 10000
    delete(registry.get("order"), [pk], actor=bob)
    assert posted(buyer) == 0
    restore(registry.get("order"), [pk], actor=bob)
    assert posted(buyer) == 10000
    other = order(buyer, ("1", "7"), by=bob)
    batch = order_confirm([other], actor=bob).batch_id
    assert batch is not None
    undo([Batch.objects.get(pk=batch)], actor=bob)
    assert Order.objects.get(pk=other).state == "draft"
    assert posted(buyer) == 10000


def test_a_customer_in_the_bin_takes_its_orders_along_and_brings_them_back_as_they_were() -> None:
    buyer = customer()
    pk = confirmed(buyer, ("4", "25"))
    delete(registry.get("customer"), [buyer], actor=SYSTEM)
    assert Order.objects.get(pk=pk).deletion_id is not None
    restore(registry.get("customer"), [buyer], actor=SYSTEM)
    assert posted(buyer) == 10000
    assert Transaction.objects.filter(customer_id=buyer).count() == 1


def test_never_more_is_delivered_than_ordered_unless_the_order_allows_it() -> None:
    pk = confirmed(customer(), ("5", "10"))
    delivered(pk, "3.5")
    refused("more_than_ordered", delivered, pk, "1.5001")
    delivered(pk, "1.5")
    assert with_customer(pk) == 5
    refused("more_than_ordered", delivered, pk, "0.0001")
    saved("order", id=pk, may_exceed=True)
    delivered(pk, "0.0001")
    refused(
        "below_delivered",
        lambda: (saved("order", id=pk, may_exceed=False), saved("order_line", id=line_of(pk), quantity="4")),
    )


def test_never_more_comes_back_than_was_delivered() -> None:
    pk = confirmed(customer(), ("5", "10"))
    refused("more_than_delivered", returned, pk, "1")
    paper = delivered(pk, "2")
    refused("more_than_delivered", returned, pk, "3")
    returned(pk, "2")
    refused("returned_since", delete, registry.get("delivery_line"), [paper], actor=SYSTEM)
    refused("returned", saved, "order_line", id=line_of(pk), unit_price="11")


def test_a_line_that_comes_back_piece_by_piece_gives_back_its_amount_to_the_cent() -> None:
    buyer = customer()
    pk = confirmed(buyer, ("3", "3.333333"))
    assert amount_of(pk) == 1000
    delivered(pk, "3")
    for _turn in range(3):
        returned(pk, "1")
    assert [row.amount for row in ReturnLine.objects.order_by("pk")] == [333, 334, 333]
    assert posted(buyer) == 0


def test_what_is_delivered_cannot_be_cancelled_and_a_line_of_another_order_not_delivered() -> None:
    buyer = customer()
    pk, other = confirmed(buyer, ("5", "10")), confirmed(buyer, ("1", "1"))
    delivered(pk, "1")
    refused("delivered", saved, "order", id=pk, state="cancelled")
    paper = saved("delivery", order=pk)
    refused("other_line", saved, "delivery_line", delivery=paper, line=line_of(other), quantity="1")


def test_states_go_their_ways_and_empty_orders_nowhere(cast: Cast) -> None:
    bob = actor(cast.bob)
    buyer = customer(owner=cast.bob.pk, department=cast.first.pk)
    empty = saved("order", by=bob, customer=buyer)
    assert not order_confirm([empty], actor=bob).ok
    pk = order(buyer, ("1", "1"), by=bob)
    assert not order_done([pk], actor=bob).ok
    order_confirm([pk], actor=bob)
    order_deliver([pk], actor=bob)
    assert with_customer(pk) == 1
    refused("nothing_left", order_deliver, [pk], actor=bob)
    order_done([pk], actor=bob)
    refused("order_shut", saved, "order_line", by=bob, order=pk, item="再来", quantity="1", unit_price="1")
    order_reopen([pk], actor=bob)
    order_done([pk], actor=bob)
    titles = list(Task.objects.filter(customer_id=buyer).values_list("title", "owner_id"))
    number = Order.objects.get(pk=pk).number
    assert sum(number in title for title, _owner in titles) == 1, "an order asks for its follow-up once"
    assert {owner for _title, owner in titles} == {cast.bob.pk}


def test_others_neither_see_nor_deliver_an_order(cast: Cast) -> None:
    buyer = customer(owner=cast.bob.pk, department=cast.first.pk)
    pk = confirmed(buyer, ("1", "1"))
    with pytest.raises(NotFound):
        order_deliver([pk], actor=actor(cast.charlie))
    with pytest.raises(NotFound):
        saved("order", by=actor(cast.charlie), id=pk, note="x")
