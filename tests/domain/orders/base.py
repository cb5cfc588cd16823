"""Orders with lines, deliveries and returns, for the tests of orders and money."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from zhike.domain.orders.models import DeliveryLine, Order, OrderLine
from zhike.domain.trade.models import Transaction
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.records import record_save


def saved(object_key: str, *, by: Actor = SYSTEM, id: int | None = None, **values: Any) -> int:
    return record_save(registry.get(object_key), values, actor=by, id=id)


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def customer(name: str = "江城纸业", **values: Any) -> int:
    return saved("customer", name=name, **values)


def order(buyer: int, *lines: tuple[str, str], by: Actor = SYSTEM, days: int = 0, **values: Any) -> int:
    """A draft with lines (quantity, unit price)."""
    pk = saved("order", by=by, customer=buyer, day=ago(days).isoformat(), **values)
    for place, (quantity, price) in enumerate(lines, start=1):
        saved("order_line", by=by, order=pk, item=f"货品{place}", quantity=quantity, unit_price=price)
    return pk


def confirmed(buyer: int, *lines: tuple[str, str], by: Actor = SYSTEM, **values: Any) -> int:
    pk = order(buyer, *lines, by=by, **values)
    saved("order", by=by, id=pk, state="confirmed")
    return pk


def line_of(order_id: int, place: int = 0) -> int:
    return list(OrderLine.objects.filter(order_id=order_id).order_by("position").values_list("pk", flat=True))[place]


def delivered(order_id: int, quantity: str, place: int = 0, by: Actor = SYSTEM) -> int:
    paper = saved("delivery", by=by, order=order_id)
    return saved("delivery_line", by=by, delivery=paper, line=line_of(order_id, place), quantity=quantity)


def returned(order_id: int, quantity: str, place: int = 0, by: Actor = SYSTEM) -> int:
    paper = saved("order_return", by=by, order=order_id)
    return saved("return_line", by=by, order_return=paper, line=line_of(order_id, place), quantity=quantity)


def amount_of(order_id: int) -> int:
    return Order.objects.get(pk=order_id).amount


def posted(buyer: int) -> int:
    """What the transactions of a customer sum to."""
    return sum(Transaction.objects.filter(customer_id=buyer, deletion=None).values_list("amount", flat=True))


def with_customer(order_id: int) -> Decimal:
    """Quantity of everything delivered of an order."""
    rows = DeliveryLine.objects.filter(delivery__order_id=order_id, deletion=None).values_list("quantity", flat=True)
    return sum(rows, Decimal(0))
