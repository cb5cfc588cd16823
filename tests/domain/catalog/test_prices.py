"""Price books: by tier, day and quantity; bundles that do not contain themselves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast, actor
from tests.domain.catalog.goods import product
from zhike.domain.catalog.services.pricing import prices_for
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid
from zhike.metadata.records import Row, record_save, save

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 15)


def book(name: str, first: str, last: str | None = None, tier: str | None = None) -> int:
    values = {"name": name, "valid_from": first, "valid_until": last, "tier": tier}
    return record_save(registry.get("price_book"), values, actor=SYSTEM)


def entry(book_id: int, product_id: int, price: str, quantity: str = "1") -> int:
    values = {"book": book_id, "product": product_id, "unit_price": price, "from_quantity": quantity}
    return record_save(registry.get("price_book_entry"), values, actor=SYSTEM)


def customer(cast: Cast, tier: str | None) -> int:
    values = {"kind": "company", "name": f"客户 {tier}", "tier": tier}
    return record_save(registry.get("customer"), values, actor=SYSTEM)


def price(product_id: int, customer_id: int | None, quantity: str = "1", on: date = DAY) -> Decimal | None:
    [found] = prices_for([product_id], customer_id, [Decimal(quantity)], on)
    return None if found is None else found.unit_price


def test_the_price_follows_tier_day_and_quantity(cast: Cast) -> None:
    paper = product("P-1", list_price=100)
    everybody, high = book("通用", "2026-01-01", "2026-12-31"), book("重点客户", "2026-06-01", None, "high")
    entry(everybody, paper, "90")
    entry(everybody, paper, "80.5", "10")
    entry(high, paper, "70")
    key, other = customer(cast, "high"), customer(cast, None)

    assert price(paper, other) == 90
    assert price(paper, other, "9.9999") == 90
    assert price(paper, other, "10") == Decimal("80.5")
    assert price(paper, key, "50") == 70
    assert price(paper, key, on=date(2026, 5, 31)) == 90
    assert price(paper, other, on=date(2027, 1, 1)) == 100
    assert price(paper, None, "10") == Decimal("80.5")


def test_below_the_first_quantity_the_list_price_counts(cast: Cast) -> None:
    paper, free = product("P-1", list_price=100), product("P-2")
    entry(book("通用", "2026-01-01"), paper, "80", "10")

    assert price(paper, None, "5") == 100
    assert price(free, None) is None
    assert prices_for([987654], None, [None], DAY) == [None]


def test_many_prices_cost_as_many_queries_as_one(cast: Cast) -> None:
    goods = [product(f"P-{number}", list_price=number) for number in range(40)]
    everybody, key = book("通用", "2026-01-01"), customer(cast, "high")
    for pk in goods:
        entry(everybody, pk, "5")
    counts = []
    for wanted in (goods[:1], goods):
        with CaptureQueriesContext(connection) as queries:
            prices_for(wanted, key, [Decimal(1)] * len(wanted), DAY)
        counts.append(len(queries))

    assert counts == [3, 3]


@pytest.mark.parametrize(
    ("first", "last", "tier", "is_refused"),
    [
        ("2026-06-30", None, None, True),
        ("2026-01-01", "2026-03-01", None, True),
        ("2025-01-01", None, None, True),
        ("2026-07-01", None, None, False),
        ("2025-01-01", "2026-02-28", None, False),
        ("2026-06-30", None, "high", False),
    ],
)
def test_books_for_the_same_customers_do_not_overlap(
    cast: Cast, first: str, last: str | None, tier: str | None, is_refused: bool
) -> None:
    book("上半年", "2026-03-01", "2026-06-30")
    values = {"name": "另一份", "valid_from": first, "valid_until": last, "tier": tier}

    result = save(registry.get("price_book"), [Row(values)], actor=SYSTEM)

    assert [problem.code for found in result.rows for problem in found.problems.get("valid_from", ())] == (
        ["overlaps"] if is_refused else []
    )


def test_a_book_can_be_moved_within_its_own_days(cast: Cast) -> None:
    pk = book("上半年", "2026-01-01", "2026-06-30")

    record_save(registry.get("price_book"), {"valid_until": "2026-08-31"}, id=pk, actor=SYSTEM)
    with pytest.raises(Invalid):
        record_save(registry.get("price_book"), {"valid_until": "2025-08-31"}, id=pk, actor=SYSTEM)
    both = [Row({"name": name, "valid_from": "2027-01-01"}) for name in "AB"]
    assert [bool(row.problems) for row in save(registry.get("price_book"), both, actor=SYSTEM).rows] == [False, True]


def test_a_bundle_never_contains_itself(cast: Cast) -> None:
    part_type = registry.get("bundle_part")
    office, desk, paper = (
        product(code, kind=kind) for code, kind in (("A", "bundle"), ("B", "bundle"), ("C", "goods"))
    )
    record_save(part_type, {"bundle": office, "part": desk}, actor=SYSTEM)
    record_save(part_type, {"bundle": desk, "part": paper, "quantity": 5}, actor=SYSTEM)

    for bundle, part, key in ((desk, office, "part"), (office, office, "part"), (paper, office, "part")):
        with pytest.raises(Invalid) as refusal:
            record_save(part_type, {"bundle": bundle, "part": part}, actor=SYSTEM)
        assert key in refusal.value.problems


def test_prices_are_kept_by_few(cast: Cast) -> None:
    object_type = registry.get("price_book")

    assert record_save(object_type, {"name": "经理价", "valid_from": "2026-01-01"}, actor=actor(cast.alice))
    with pytest.raises(Exception, match="create price_book"):
        record_save(object_type, {"name": "销售价", "valid_from": "2028-01-01"}, actor=actor(cast.bob))
