"""Orders of the demo: one paid in parts and half delivered, one long overdue, one with a return, one done, and a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from zhike.domain.customers.models import Customer
from zhike.domain.demo.stories import numbers
from zhike.domain.orders.models import OrderLine
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import Origin, record_save

ORIGIN = Origin("demo")


@dataclass(frozen=True, slots=True)
class Told:
    """An order of a story. Days are before today; shares are per cent, quantities are of the first line."""

    customer: str
    days: int
    #: (item, quantity, unit price, cost of one in yuan).
    lines: Sequence[tuple[str, int, str, int]]
    #: (name, share, due so many days after the order).
    plan: Sequence[tuple[str, int, int]] = (("全款", 100, 30),)
    #: (days before today, yuan, bank reference).
    receipts: Sequence[tuple[int, str, str]] = ()
    delivered: int = 0
    returned: int = 0
    refund: str = ""
    reason: str = ""
    invoice: str = ""
    state: str = "confirmed"
    note: str = ""


STORIES = (
    Told(
        "hundred_million",
        52,
        (("五层瓦楞重型包装箱 1200×800×900", 400, "186.5", 131), ("蜂窝纸护角 50×50", 4_000, "3.215", 2)),
        plan=(("预付款", 30, 3), ("到货款", 60, 45), ("质保金", 10, 365)),
        receipts=((48, "26238.00", "招行 20261001-0837"), (5, "30000.00", "招行 20261117-1125")),
        delivered=250,
        invoice="26322000000118437092",
        note="分两批到货：首批 250 只，余下等客户二号线投产。",
    ),
    Told(
        "risky",
        157,
        (("覆膜彩盒 250g 白卡", 233_000, "0.8", 0),),
        plan=(("货款", 100, 60),),
        delivered=233_000,
        note="约定月结 60 天，到期未付。毛总称下游拖欠，愿分三期付清，未签书面承诺。",
    ),
    Told(
        "long_name",
        26,
        (("危废周转箱 1m³ 吨桶", 60, "685", 512), ("防渗托盘 1300×1300", 60, "238.75", 171)),
        receipts=((20, "55425.00", "承兑 1102-77431"),),
        delivered=60,
        returned=4,
        refund="2740.00",
        reason="四只阀门渗漏，退货退款",
        invoice="26322000000120551864",
    ),
    Told(
        "silent_key",
        410,
        (("精密模架 LKM 3035", 12, "4860", 3_920),),
        receipts=((372, "58320.00", "工行 20251115-0022"),),
        delivered=12,
        state="done",
    ),
    Told("silent_key", 1, (("精密模架 LKM 4045", 2, "7980", 6_350),), state="draft", note="等钱总确认交期。"),
)


def orders(customers: Mapping[Any, int], today: date) -> None:
    """Write the orders of stories whose customers are there; ``customers`` are ids by local number."""
    for told in STORIES:
        pk = customers.get(numbers()[told.customer])
        if pk is not None:
            _order(told, pk, today)


def _order(told: Told, customer: int, today: date) -> None:
    owner = Customer.objects.values_list("owner_id", flat=True).get(pk=customer)
    mine: dict[str, Any] = {"owner": owner}
    day = today - timedelta(days=told.days)
    order = _save("order", customer=customer, day=day.isoformat(), note=told.note or None, **mine)
    for item, quantity, price, cost in told.lines:
        values: dict[str, Any] = {"item": item, "quantity": quantity, "unit_price": price, "tax_rate": "13"}
        _save("order_line", order=order, cost=f"{cost * quantity}" if cost else None, **values, **mine)
    amount = sum(OrderLine.objects.filter(order_id=order).values_list("amount", flat=True))
    _plan(told, order, amount, day, mine)
    if told.state == "draft":
        return
    _save("order", id=order, state="confirmed")
    for days, yuan, reference in told.receipts:
        paid_on = (today - timedelta(days=days)).isoformat()
        _save("receipt", customer=customer, day=paid_on, amount=yuan, reference=reference, **mine)
    _papers(told, order, day, mine)
    if told.invoice:
        _save(
            "invoice", number=told.invoice, order=order, customer=customer, day=day.isoformat(), amount=amount, **mine
        )
    if told.state == "done":
        _save("order", id=order, state="done")


def _plan(told: Told, order: int, amount: int, day: date, mine: Mapping[str, Any]) -> None:
    """Shares rounded down, the last part takes what is left."""
    left = amount
    for place, (name, share, days) in enumerate(told.plan, start=1):
        part = left if place == len(told.plan) else amount * share // 100
        left -= part
        due = (day + timedelta(days=days)).isoformat()
        _save("instalment", order=order, name=name, due_on=due, amount=part, **mine)


def _papers(told: Told, order: int, day: date, mine: Mapping[str, Any]) -> None:
    if told.delivered:
        sent_on = (day + timedelta(days=6)).isoformat()
        delivery = _save("delivery", order=order, day=sent_on, carrier="德邦快递", tracking=f"DPK{order:09d}", **mine)
        for place, line in enumerate(OrderLine.objects.filter(order_id=order).order_by("position")):
            quantity = min(line.quantity, told.delivered) if place == 0 else line.quantity
            _save("delivery_line", delivery=delivery, line=line.pk, quantity=f"{quantity}", **mine)
    if told.returned:
        first = OrderLine.objects.filter(order_id=order).order_by("position").first()
        back_on = (day + timedelta(days=12)).isoformat()
        back = _save("order_return", order=order, day=back_on, reason=told.reason, **mine)
        _save("return_line", order_return=back, line=first.pk if first else None, quantity=told.returned, **mine)
    if told.refund:
        _save("refund", order=order, amount=told.refund, reason=told.reason, **mine)


def _save(object_key: str, *, id: int | None = None, **values: Any) -> int:
    return record_save(registry.get(object_key), values, actor=SYSTEM, id=id, origin=ORIGIN)
