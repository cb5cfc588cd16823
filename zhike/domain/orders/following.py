"""What follows from writing orders, in the transaction of the write: sums, transactions, and the next step with the customer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _, override

from zhike.accounts.rights import on_behalf
from zhike.domain.activities.choices import TaskKind
from zhike.domain.orders import papers
from zhike.domain.orders.choices import OrderState
from zhike.domain.orders.models import Delivery, DeliveryLine, FollowUp, Order, OrderLine, ReturnLine
from zhike.domain.orders.posting import transactions_post
from zhike.metadata import records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.records import Origin, Row
from zhike.metadata.writes import WriteEvent, after_write

ORIGIN = Origin("order")
#: After how many days somebody asks the customer how things are going.
DAYS_TO_ASK = 7
#: Nobody asks about deliveries older than that, such as those that an import brings.
RECENT_DAYS = 30


@after_write
def follow_lines(event: WriteEvent) -> None:
    """The order has the sums of its lines, and the customer the transactions."""
    if event.object_type.key != "order_line":
        return
    ids = _touched(event)
    if not ids:
        return
    if event.deleted:
        papers.deleted_lines_check(list(event.deleted))
    orders = set(OrderLine.objects.filter(pk__in=ids).values_list("order_id", flat=True))
    sums_save(orders, actor=event.actor)
    transactions_post(ids, actor=event.actor)


def sums_save(orders: Collection[int], *, actor: Actor) -> None:
    """Write amount, tax and cost of orders anew from their lines."""
    lines = OrderLine.objects.filter(order_id__in=orders, deletion__isnull=True).order_by().values("order_id")
    found = {row["order_id"]: row for row in lines.annotate(amount=Sum("amount"), tax=Sum("tax"), cost=Sum("cost"))}
    stored = Order.objects.filter(pk__in=orders, deletion__isnull=True).order_by("pk")
    rows = []
    for pk, amount, tax, cost in stored.values_list("pk", "amount", "tax", "cost"):
        sums = found.get(pk, {"amount": 0, "tax": 0, "cost": None})
        if (sums["amount"], sums["tax"], sums["cost"]) != (amount, tax, cost):
            rows.append(Row({"amount": sums["amount"], "tax": sums["tax"], "cost": sums["cost"]}, id=pk))
    if rows:
        records.save(registry.get("order"), rows, actor=on_behalf(actor), origin=ORIGIN)


@after_write
def follow_orders(event: WriteEvent) -> None:
    """An order that begins or ceases to count, or moves to another day, is posted; one that is done asks for a follow-up."""
    if event.object_type.key != "order":
        return
    moved = event.updated if "state" in event.changed_keys else ()
    ids = {*moved, *event.deleted, *event.restored}
    if ids:
        lines = OrderLine.objects.filter(order_id__in=ids).values_list("pk", flat=True)
        transactions_post(list(lines), actor=event.actor)
    if moved:
        follow_up_done(moved, actor=event.actor)


@after_write
def follow_returns(event: WriteEvent) -> None:
    """What comes back is posted against the line that it came from."""
    if event.object_type.key != "return_line":
        return
    if event.restored:
        papers.restored_papers_check(ReturnLine, list(event.restored))
    lines = ReturnLine.objects.filter(pk__in=_touched(event)).values_list("line_id", flat=True)
    transactions_post(sorted(set(lines)), actor=event.actor)


@after_write
def follow_deliveries(event: WriteEvent) -> None:
    """The bin keeps to the quantities too, and somebody asks how a delivery was received."""
    if event.object_type.key == "delivery_line":
        if event.deleted:
            papers.deleted_deliveries_check(list(event.deleted))
        if event.restored:
            papers.restored_papers_check(DeliveryLine, list(event.restored))
    if event.object_type.key == "delivery" and event.created:
        since = timezone.localdate() - timedelta(days=RECENT_DAYS)
        rows = Delivery.objects.filter(pk__in=event.created, day__gte=since).select_related("order")
        _ask([(f"delivery {row.pk}", row.order, row.number) for row in rows], _AFTER_DELIVERY, event.actor)


def follow_up_done(orders: Collection[int], *, actor: Actor) -> None:
    """A task for the owner of each order that is done."""
    rows = Order.objects.filter(pk__in=orders, state=OrderState.DONE)
    _ask([(f"done {row.pk}", row, row.number) for row in rows], _AFTER_ORDER, actor)


def _after_delivery(number: str) -> str:
    return _("Ask how delivery %(number)s was received") % {"number": number}


def _after_order(number: str) -> str:
    return _("Order %(number)s is done: ask how it goes and what is needed next") % {"number": number}


_AFTER_DELIVERY, _AFTER_ORDER = _after_delivery, _after_order


def _ask(found: Sequence[tuple[str, Order, str]], words: Any, actor: Actor) -> None:
    """One task for each key, once and for all."""
    known = set(FollowUp.objects.filter(pk__in=[key for key, _order, _number in found]).values_list("pk", flat=True))
    fresh = [asked for asked in found if asked[0] not in known and asked[1].owner_id is not None]
    if not fresh:
        return
    due = timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=DAYS_TO_ASK), time(9, 30)))
    with override(actor.language):
        rows = [
            Row(
                {
                    "title": words(number)[:200],
                    "kind": TaskKind.CALL.value,
                    "customer": order.customer_id,
                    "owner": order.owner_id,
                    "due_at": due,
                }
            )
            for _key, order, number in fresh
        ]
    saved = records.save(registry.get("task"), rows, actor=on_behalf(actor), origin=ORIGIN)
    FollowUp.objects.bulk_create(
        [
            FollowUp(key=key, task_id=row.id)
            for (key, _order, _number), row in zip(fresh, saved.rows, strict=True)
            if row.id is not None
        ]
    )


def _touched(event: WriteEvent) -> list[int]:
    return sorted({*event.created, *event.updated, *event.deleted, *event.restored})
