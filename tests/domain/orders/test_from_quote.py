"""From an opportunity to a quote to an order: lines go along to the cent, once only, and each side knows the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from tests.cast import Cast, actor
from tests.domain.catalog.goods import product
from tests.domain.deals.deals import deal
from tests.domain.orders.base import ago, saved
from tests.domain.orders.test_orders import refused
from tests.domain.quotes.offers import customer, quote
from zhike.domain.deals.models import Opportunity
from zhike.domain.deals.services.moving import deal_win
from zhike.domain.money.models import Balance
from zhike.domain.orders.from_quote import orders_from_quotes, priced
from zhike.domain.orders.models import Order, OrderLine
from zhike.domain.quotes.models import Quote
from zhike.domain.quotes.services.from_deal import quotes_from_deals
from zhike.domain.quotes.services.sending import quotes_accept, quotes_send
from zhike.lib.line_amounts import line_amount
from zhike.metadata import registry
from zhike.metadata.errors import Denied, Invalid, NotFound
from zhike.metadata.records import delete, record_save

pytestmark = pytest.mark.django_db


def accepted(cast: Cast, *lines: dict[str, Any], **values: Any) -> int:
    pk, bob = quote(cast.bob, *lines, **values), actor(cast.bob)
    quotes_send([pk], actor=bob)
    quotes_accept([pk], actor=bob, answered_by="周经理")
    return pk


def ordered(cast: Cast, pk: int) -> Order:
    [made] = orders_from_quotes([pk], actor=actor(cast.bob)).ids
    return Order.objects.get(pk=made)


def lines_of(order: Order) -> list[OrderLine]:
    return list(OrderLine.objects.filter(order=order, deletion=None).order_by("position"))


def test_an_accepted_quote_becomes_one_order_of_the_same_amount_line_by_line(cast: Cast) -> None:
    printer = product("P-1", list_price="9.123456", tax_rate=13)
    pk = accepted(
        cast,
        {"product": printer, "quantity": "3"},
        {"name": "安装", "quantity": "1.5", "unit_price": "80", "discount_percent": "10", "tax_rate": 6},
    )

    order = ordered(cast, pk)

    made = Quote.objects.get(pk=pk)
    assert (order.amount, order.tax, order.state) == (made.total, made.tax, "draft")
    assert (order.quote_id, order.customer_id, order.owner_id) == (pk, made.customer_id, cast.bob.pk)
    first, second = lines_of(order)
    assert (first.product_id, first.unit_price, first.amount) == (printer, Decimal("9.123456"), 2737)
    assert (second.item, second.unit_price, second.discount, second.amount) == ("安装", 80, 10, 10800)


@pytest.mark.parametrize(
    "values", [{"discount_percent": "3.3"}, {"tax_included": False}, {"tax_included": False, "discount_percent": "7"}]
)
def test_discounts_on_the_whole_and_tax_on_top_come_along_to_the_cent(cast: Cast, values: dict[str, Any]) -> None:
    lines = [
        {"name": f"货品{number}", "quantity": quantity, "unit_price": price, "tax_rate": 13}
        for number, (quantity, price) in enumerate([("3", "33.333333"), ("480000", "0.0298"), ("7", "12.345")])
    ]
    pk = accepted(cast, *lines, **values)

    order = ordered(cast, pk)

    made = Quote.objects.get(pk=pk)
    assert (order.amount, order.tax) == (made.total, made.tax)
    assert [line.amount for line in lines_of(order)] == list(
        made.lines.order_by("position").values_list("gross", flat=True)
    )


def test_a_price_that_cannot_be_told_by_the_piece_stands_as_the_amount() -> None:
    kept = priced(Decimal(2), 200, Decimal(1))
    assert kept == {"unit_price": "1"}
    each = priced(Decimal(3), 100, Decimal("0.4"), Decimal(5))
    assert line_amount(3, Decimal(each["unit_price"])) == 100
    assert priced(Decimal(10_000_000), 33_333_333) == {"source_amount": "333333.33"}


def test_a_bundle_comes_as_its_parts_which_share_what_was_offered(cast: Cast) -> None:
    screen, printer, care = (
        product(code, name=name, list_price=price, tax_rate=rate)
        for code, name, price, rate in (
            ("S", "会议平板", "15900", 13),
            ("P", "打印机", "3280", 13),
            ("C", "维保", "9800", 6),
        )
    )
    inner = product("B-2", list_price="13080", kind="bundle")
    whole = product("B-1", list_price="27900", kind="bundle")
    for bundle, part, quantity in ((inner, printer, 2), (inner, care, 1), (whole, screen, 1), (whole, inner, 1)):
        saved("bundle_part", bundle=bundle, part=part, quantity=quantity)
    pk = accepted(cast, {"product": whole, "quantity": 3}, discount_percent="3")

    lines = lines_of(order := ordered(cast, pk))

    assert [(line.product_id, line.quantity, line.bundle_id) for line in lines] == [
        (screen, 3, whole),
        (printer, 6, whole),
        (care, 3, whole),
    ]
    assert order.amount == Quote.objects.get(pk=pk).total == sum(line.amount for line in lines)
    assert lines[2].tax_rate == 6


def test_an_order_is_made_once_and_out_of_what_was_accepted_alone(cast: Cast) -> None:
    bob = actor(cast.bob)
    draft, pk = quote(cast.bob), accepted(cast)
    refused("not_accepted", orders_from_quotes, [draft], actor=bob)
    order = ordered(cast, pk)
    refused("ordered_already", orders_from_quotes, [pk], actor=bob)
    delete(registry.get("order"), [order.pk], actor=bob)
    refused("order_in_bin", orders_from_quotes, [pk], actor=bob)
    with pytest.raises(NotFound):
        orders_from_quotes([pk], actor=actor(cast.charlie))
    with pytest.raises(Denied):
        orders_from_quotes([pk], actor=actor(cast.mallory))


@pytest.mark.claim
@pytest.mark.django_db(transaction=True)
def test_several_people_at_once_make_one_order(cast: Cast) -> None:
    pk, people, start = accepted(cast), [actor(cast.bob), actor(cast.alice)], Barrier(6)

    def make(turn: int) -> str:
        try:
            start.wait(timeout=120)
            orders_from_quotes([pk], actor=people[turn % 2])
        except Invalid as refusal:
            return refusal.problems[""][0].code
        else:
            return "made"
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(make, range(6))) == ["made", *["ordered_already"] * 5]
    assert Order.objects.count() == 1


def test_lines_say_what_a_deal_is_worth_and_go_into_its_quote(cast: Cast) -> None:
    bob = actor(cast.bob)
    buyer = customer(cast.bob)
    pk = deal(cast.bob, customer=buyer, amount="10")
    printer = product("P-1", list_price="3280", unit="台")
    save = registry.get("opportunity")
    record_save(save, {"lines": [{"product": printer, "quantity": 2, "discount_percent": 5}]}, id=pk, actor=bob)
    assert Opportunity.objects.get(pk=pk).amount == 623200
    record_save(save, {"amount": "1"}, id=pk, actor=bob)
    assert Opportunity.objects.get(pk=pk).amount == 623200, "where there are lines, they say what it is worth"
    refused("lines_decide", deal_win, [pk], actor=bob, amount=100)

    [made] = quotes_from_deals([pk], actor=bob).ids

    quoted = Quote.objects.get(pk=made)
    assert (quoted.opportunity_id, quoted.customer_id, quoted.total) == (pk, buyer, 623200)
    record_save(registry.get("quote"), {"valid_until": ago(-9).isoformat()}, id=made, actor=bob)
    quotes_send([made], actor=bob)
    quotes_accept([made], actor=bob, answered_by="周经理")
    assert ordered(cast, made).opportunity_id == pk
    with pytest.raises(NotFound):
        quotes_from_deals([pk], actor=actor(cast.charlie))
    other = customer(cast.bob, name="别家")
    refused(
        "other_deal",
        record_save,
        registry.get("quote"),
        {"customer": other, "title": "错", "opportunity": pk},
        actor=bob,
    )


def test_without_lines_the_amount_is_what_somebody_typed(cast: Cast) -> None:
    pk = deal(cast.bob, amount="10")
    record_save(registry.get("opportunity"), {"note": "电话"}, id=pk, actor=actor(cast.bob))
    assert Opportunity.objects.get(pk=pk).amount == 1000


def test_an_order_is_written_with_its_lines_and_owed_at_once(cast: Cast) -> None:
    bob = actor(cast.bob)
    values = {
        "customer": customer(cast.bob),
        "state": "confirmed",
        "lines": [{"item": "纸箱", "quantity": 4, "unit_price": "2.5"}, {"item": "运费", "source_amount": "0.126"}],
    }
    pk = record_save(registry.get("order"), values, actor=bob)

    order = Order.objects.get(pk=pk)
    assert order.amount == 1013
    assert [row.open_amount for row in Balance.objects.filter(instalment__order=pk)] == [1013]
    first, second = lines_of(order)
    record_save(registry.get("order"), {"lines": [{"id": second.pk}]}, id=pk, actor=bob)
    assert [line.pk for line in lines_of(order)] == [second.pk]
    assert [row.open_amount for row in Balance.objects.filter(instalment__order=pk)] == [13]
    saved("order", id=pk, state="done")
    record_save(registry.get("order"), {"note": "已结"}, id=pk, actor=bob)
    refused("order_shut", record_save, registry.get("order"), {"lines": []}, id=pk, actor=bob)
    assert first.pk


def test_what_is_with_the_customer_stays_ordered(cast: Cast) -> None:
    bob = actor(cast.bob)
    values = {"customer": customer(cast.bob), "state": "confirmed", "lines": [{"item": "纸箱", "unit_price": "2.5"}]}
    pk = record_save(registry.get("order"), values, actor=bob)
    [line] = lines_of(Order.objects.get(pk=pk))
    paper = saved("delivery", order=pk)
    saved("delivery_line", delivery=paper, line=line.pk, quantity="1")
    refused("delivered", record_save, registry.get("order"), {"lines": []}, id=pk, actor=bob)
    refused("delivered", delete, registry.get("order_line"), [line.pk], actor=bob)
    assert [found.pk for found in lines_of(Order.objects.get(pk=pk))] == [line.pk]


def test_costs_follow_the_quantity(cast: Cast) -> None:
    bob = actor(cast.bob)
    printer = product("P-1", list_price="100", cost="61.5")
    values = {"customer": customer(cast.bob), "lines": [{"product": printer, "quantity": 2}]}
    pk = record_save(registry.get("order"), values, actor=bob)
    [line] = lines_of(order := Order.objects.get(pk=pk))
    assert (line.cost, order.cost) == (12300, 12300)
    record_save(registry.get("order"), {"lines": [{"id": line.pk, "quantity": 3}]}, id=pk, actor=bob)
    assert Order.objects.get(pk=pk).cost == 18450
