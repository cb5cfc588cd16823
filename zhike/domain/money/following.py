"""What follows from writing orders and papers of money: the ledger, in the transaction of the write."""

from __future__ import annotations

from typing import Any

from zhike.domain.money.matching import receipts_match, receipts_settle
from zhike.domain.money.models import Instalment, Receipt, WriteOff
from zhike.domain.money.preparation import WRITTEN_BY_ITSELF
from zhike.domain.money.refunding import refunds_settle
from zhike.domain.money.settling import orders_settle, write_offs_settle
from zhike.domain.money.writing_off import write_offs_ask
from zhike.domain.orders.choices import LIVE
from zhike.domain.orders.models import Delivery, Order, ReturnLine
from zhike.metadata.errors import Invalid
from zhike.metadata.writes import WriteEvent, after_write

#: Fields of an order that the ledger tells of.
TOLD = frozenset({"amount", "state"})


@after_write
def follow_orders(event: WriteEvent) -> None:
    """Orders that count, came to count or ceased to, and what came back of them."""
    key = event.object_type.key
    if key == "order":
        changed = event.updated if TOLD & event.changed_keys else ()
        # Lines that were written together with a confirmed order made its amount already.
        begun = Order.objects.filter(pk__in=event.created, state__in=LIVE, amount__gt=0).values_list("pk", flat=True)
        ids = {*begun, *changed, *event.deleted, *event.restored}
    elif key == "return_line":
        ids = _orders(ReturnLine, "order_return__order_id", _touched(event))
    elif key == "instalment":
        ids = _orders(Instalment, "order_id", _touched(event))
    elif key == "delivery" and event.created:
        ids = _orders(Delivery, "order_id", event.created)
    else:
        return
    if ids:
        orders_settle(ids, actor=event.actor, batch=event.batch_id)


def _orders(model: Any, column: str, ids: Any) -> set[int]:
    return set(model.objects.filter(pk__in=list(ids)).values_list(column, flat=True))


@after_write
def follow_receipts(event: WriteEvent) -> None:
    """What came in is entered; new receipts are matched to the plan, unless they say otherwise."""
    if event.object_type.key != "receipt":
        return
    receipts_settle(_touched(event), actor=event.actor, batch=event.batch_id)
    fresh = Receipt.objects.filter(pk__in=[*event.created, *event.restored], is_matched=True, deletion__isnull=True)
    rows = list(fresh.order_by("day", "pk"))
    if rows:
        receipts_match(rows, actor=event.actor)


@after_write
def follow_refunds(event: WriteEvent) -> None:
    """What was paid back is entered."""
    if event.object_type.key == "refund":
        refunds_settle(_touched(event), actor=event.actor, batch=event.batch_id)


@after_write
def follow_write_offs(event: WriteEvent) -> None:
    """What was given up is entered."""
    if event.object_type.key == "write_off":
        asked = {*event.created, *(event.updated if "amount" in event.changed_keys else ())}
        write_offs_ask(asked, actor=event.actor)
        rows = WriteOff.objects.filter(pk__in=_touched(event), order__customer__deletion__isnull=True)
        write_offs_settle(rows.values_list("pk", flat=True), actor=event.actor, batch=event.batch_id)


@after_write
def keep_ledger(event: WriteEvent) -> None:
    """Nothing is ever taken out of the ledger, whoever asks. Raises Invalid."""
    if event.object_type.key == "ledger_entry" and (event.deleted or event.restored or event.purged):
        raise Invalid({"": [WRITTEN_BY_ITSELF]})


def _touched(event: WriteEvent) -> list[int]:
    return sorted({*event.created, *event.updated, *event.deleted, *event.restored})
