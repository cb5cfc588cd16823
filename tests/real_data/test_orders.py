"""Superstore and CDNOW as orders with lines: totals by customer, month and product equal an independent reading to the cent.

Superstore over 9,994 lines: rounded half up 2,297,201.07; as the file has it 2,297,200.8603.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from tests.cast import Cast, actor
from tests.real_data import steps
from zhike.accounts.models import User
from zhike.domain.money.ageing import ageing
from zhike.domain.money.models import LedgerEntry
from zhike.domain.orders.models import Order, OrderLine
from zhike.domain.orders.objects.actions import order_confirm
from zhike.domain.trade.models import PurchaseFigures, Transaction

pytestmark = [pytest.mark.django_db, pytest.mark.real_input, pytest.mark.slow]

CENT = Decimal("0.01")
#: A line of a file: order, customer, day, product, exact amount.
Sold = tuple[str, str, str, str, Decimal]
SUPERSTORE = {
    "Order ID": "number",
    "Customer ID": "customer",
    "Order Date": "day",
    "Product Name": "order_lines.item",
    "Quantity": "order_lines.quantity",
    "Sales": "order_lines.source_amount",
}
CDNOW = {
    "单号": "number",
    "客户编号": "customer",
    "日期": "day",
    "品名": "order_lines.item",
    "数量": "order_lines.quantity",
    "金额": "order_lines.source_amount",
}


def in_blanks(text: str) -> str:
    """As a text of one line is kept: 69 products have hard, double or trailing blanks in the file."""
    return " ".join(text.split())


def superstore(path: Path) -> list[Sold]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (
                row["Order ID"],
                row["Customer ID"],
                row["Order Date"],
                in_blanks(row["Product Name"]),
                Decimal(row["Sales"]),
            )
            for row in csv.DictReader(file)
        ]


def cdnow(path: Path) -> tuple[list[Sold], bytes, bytes]:
    """The purchases, and customers and orders as a shop would export them."""
    found: list[Sold] = []
    lines = ["单号,客户编号,日期,品名,数量,金额"]
    for place, line in enumerate(path.read_text(encoding="ascii").splitlines()[1:], start=1):
        customer, day, discs, dollars = line.split()
        iso = datetime.strptime(day, "%Y%m%d").date().isoformat()  # noqa: DTZ007
        number = f"CD{place:06d}"
        found.append((number, customer, iso, "CD", Decimal(dollars)))
        # Some customers took no disc for their money; a line has a quantity all the same.
        lines.append(f"{number},{customer},{iso},CD,{max(int(discs), 1)},{dollars}")
    people = ["客户编号,客户名称", *(f"{code},CDNOW {code}" for code in sorted({sold[1] for sold in found}))]
    return found, "\n".join(people).encode(), "\n".join(lines).encode()


def cents(amount: Decimal) -> int:
    return int(amount.quantize(CENT, ROUND_HALF_UP).scaleb(2))


def totals(sold: Iterable[Sold]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Minor units by customer, month and product."""
    by: tuple[Counter[str], Counter[str], Counter[str]] = (Counter(), Counter(), Counter())
    for _order, customer, day, product, amount in sold:
        for counter, key in zip(by, (customer, day[:7], product), strict=True):
            counter[key] += cents(amount)
    return by


def stored() -> tuple[Counter[str], Counter[str], Counter[str]]:
    """The same of the transactions that the orders posted."""
    by: tuple[Counter[str], Counter[str], Counter[str]] = (Counter(), Counter(), Counter())
    rows = Transaction.objects.values_list("customer__code", "day", "product", "amount")
    for customer, day, product, amount in rows:
        for counter, key in zip(by, (customer, f"{day:%Y-%m}", product), strict=True):
            counter[key] += amount
    return by


def confirm_all(by: User) -> None:
    """As the bulk bar does: some hundred at a time."""
    ids = list(Order.objects.filter(state="draft").order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), 500):
        result = order_confirm(ids[start : start + 500], actor=actor(by))
        assert result.ok, [row.problems for row in result.rows if row.problems][:3]


def check(by: User, sold: list[Sold]) -> None:
    """Orders, transactions, figures and the ledger say what the file says."""
    total = sum(cents(line[4]) for line in sold)
    assert OrderLine.objects.count() == len(sold)
    assert Order.objects.count() == len({line[0] for line in sold})
    exact = OrderLine.objects.aggregate(n=Sum("source_amount"))["n"]
    assert Decimal(str(exact)).quantize(Decimal("0.0001")) == sum((line[4] for line in sold), Decimal(0))
    lists: tuple[Any, ...] = (OrderLine.objects, Order.objects, Transaction.objects)
    for rows in lists:
        assert rows.aggregate(n=Sum("amount"))["n"] == total
    # Unary plus drops what sums to nothing: a free line has a transaction of nothing.
    assert [+found for found in stored()] == [+found for found in totals(sold)]
    figures = dict(PurchaseFigures.objects.values_list("customer__code", "net_amount"))
    assert {code: amount for code, amount in figures.items() if amount is not None} == {
        **dict.fromkeys(totals(sold)[0], 0),
        **totals(sold)[0],
    }
    kinds = dict(LedgerEntry.objects.order_by().values_list("kind").annotate(n=Sum("amount")))
    assert kinds == {"ordered": total, "planned": total}
    assert ageing(actor(by)).whole.total == total


def test_superstore_as_orders_equals_an_independent_reading(cast: Cast, superstore_path: Path) -> None:
    sold = superstore(superstore_path)
    assert sum(cents(line[4]) for line in sold) == 229_720_107
    assert sum((line[4] for line in sold), Decimal(0)) == Decimal("2297200.8603")
    data = superstore_path.read_bytes()
    people = {"Customer ID": "code", "Customer Name": "name"}
    steps.take_in(data, "superstore.csv", by=cast.clara, into="customer", columns=people, key="code")
    counts = steps.take_in(data, "superstore.csv", by=cast.clara, into="order", columns=SUPERSTORE, key="number")
    assert (counts["rows"], counts["rejected"]) == (9_994, 0)
    assert Transaction.objects.count() == 0, "drafts post nothing"
    confirm_all(cast.clara)
    steps.settle()
    check(cast.eve, sold)


def test_cdnow_as_orders_equals_an_independent_reading(cast: Cast, cdnow_path: Path) -> None:
    sold, people, orders = cdnow(cdnow_path)
    assert len(sold) == 69_659
    columns = {"客户编号": "code", "客户名称": "name"}
    steps.take_in(people, "people.csv", by=cast.clara, into="customer", columns=columns, key="code")
    counts = steps.take_in(orders, "orders.csv", by=cast.clara, into="order", columns=CDNOW, key="number")
    assert (counts["rows"], counts["rejected"]) == (69_659, 0)
    confirm_all(cast.clara)
    steps.settle()
    check(cast.eve, sold)
