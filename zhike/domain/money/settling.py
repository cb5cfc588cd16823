"""Keeps the ledger equal to what orders, plans, refunds and write-offs say; only differences are entered.

Per order "ordered − returned = planned", and "planned = allocated − refunded + written off + open".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from django.db.models import F, Min, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.accounts.rights import on_behalf
from zhike.domain.money.choices import EntryKind, Milestone, WriteOffState
from zhike.domain.money.ledger import customers_hold, enter, left_of, sums_by, taken_back
from zhike.domain.money.models import Instalment, LedgerEntry, WriteOff
from zhike.domain.money.policies import rules_on
from zhike.domain.orders.choices import LIVE
from zhike.domain.orders.models import Delivery, Order, ReturnLine
from zhike.metadata import records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.records import Origin, Row

ORIGIN = Origin("money")
#: A plan is being brought in line with its order: whoever does that enters what comes of it.
_adjusts: ContextVar[bool] = ContextVar("adjusts", default=False)


def orders_settle(ids: Collection[int], *, actor: Actor, batch: int) -> None:
    """Enter what changed of these orders; inside a write transaction. ``batch`` names the write that changed it."""
    if _adjusts.get():
        return
    orders = _concerned(Order.objects.filter(pk__in=ids, customer__deletion__isnull=True).order_by("pk"))
    if not orders:
        return
    customers_hold(order.customer_id for order in orders)
    back = _returned([order.pk for order in orders])
    plan_adjust([order for order in orders if counts(order)], back, actor=actor)
    plans = _plans([order.pk for order in orders])
    sums = sums_by("order", [order.pk for order in orders])
    entries: list[LedgerEntry] = []
    for order in orders:
        found = sums.get(order.pk, {})
        entries += _difference(order, EntryKind.ORDERED, order.amount if counts(order) else 0, found, batch)
        entries += _difference(order, EntryKind.RETURNED, back.get(order.pk, 0) if counts(order) else 0, found, batch)
    planned = sums_by("instalment", [part.pk for parts in plans.values() for part in parts])
    dead: list[int] = []
    for order in orders:
        for part in plans.get(order.pk, ()):
            lives = counts(order) and part.deletion_id is None
            entries += _planned(order, part, part.amount if lives else 0, planned.get(part.pk, {}), batch)
            if not lives:
                dead.append(part.pk)
    enter(entries, actor=actor)
    write_offs_settle(
        WriteOff.objects.filter(order_id__in=[order.pk for order in orders]).values_list("pk", flat=True),
        actor=actor,
        batch=batch,
    )
    allocations_release(dead, actor=actor, batch=batch)


def _concerned(orders: QuerySet[Order]) -> list[Order]:
    """Those of the orders that are owed, or of which something was ever planned or entered: an import brings drafts by thousands."""
    state = {order.pk: order for order in orders}
    idle = [pk for pk, order in state.items() if not counts(order)]
    known: set[int | None] = set()
    if idle:
        for rows in (LedgerEntry.objects, Instalment.objects, WriteOff.objects):
            known |= set(rows.filter(order_id__in=idle).order_by().values_list("order_id", flat=True).distinct())
    return [order for pk, order in state.items() if counts(order) or pk in known]


def counts(order: Order) -> bool:
    """Whether the order is owed."""
    return order.state in LIVE and order.deletion_id is None


def _returned(orders: Collection[int]) -> Mapping[int, int]:
    rows = ReturnLine.objects.filter(order_return__order_id__in=orders, deletion__isnull=True).order_by()
    return dict(rows.values_list("order_return__order_id").annotate(total=Sum("amount")))


def _plans(orders: Collection[int], condition: Q | None = None) -> dict[int, list[Instalment]]:
    """Instalments by order, those without a day last."""
    rows = Instalment.objects.filter(condition or Q(), order_id__in=orders)
    found: dict[int, list[Instalment]] = {}
    for part in rows.order_by("order_id", F("due_on").asc(nulls_last=True), "pk"):
        found.setdefault(part.order_id, []).append(part)
    return found


def _difference(order: Order, kind: EntryKind, wanted: int, found: Mapping[str, int], batch: int) -> list[LedgerEntry]:
    if wanted == found.get(kind, 0):
        return []
    today = timezone.localdate()
    is_first = kind == EntryKind.ORDERED and not found.get(kind)
    entry = LedgerEntry(
        customer_id=order.customer_id,
        day=min(order.day, today) if is_first else today,
        kind=kind,
        amount=wanted - found.get(kind, 0),
        order_id=order.pk,
        memo=order.number,
        source_key=f"{kind}:order-{order.pk}:{batch}",
    )
    return [entry]


def _planned(order: Order, part: Instalment, wanted: int, found: Mapping[str, int], batch: int) -> list[LedgerEntry]:
    if wanted == found.get(EntryKind.PLANNED, 0):
        return []
    entry = LedgerEntry(
        customer_id=order.customer_id,
        day=timezone.localdate(),
        kind=EntryKind.PLANNED,
        amount=wanted - found.get(EntryKind.PLANNED, 0),
        order_id=order.pk,
        instalment_id=part.pk,
        memo=f"{order.number} {part.name}",
        source_key=f"{EntryKind.PLANNED}:instalment-{part.pk}:{batch}",
    )
    return [entry]


# The plan ---------------------------------------------------------------------------------------------------------


def plan_adjust(orders: Sequence[Order], back: Mapping[int, int], *, actor: Actor) -> None:
    """Let the instalments of orders sum to what is owed: what is more goes to the last, what is less is taken from the
    last ones; an order without a plan has one instalment. Days that follow from what happened are filled in."""
    plans = _plans([order.pk for order in orders], Q(deletion__isnull=True))
    delivered = dict(
        Delivery.objects.filter(order_id__in=[order.pk for order in orders], deletion__isnull=True)
        .order_by()
        .values_list("order_id")
        .annotate(day=Min("day"))
    )
    terms = rules_on(timezone.localdate()).payment_days
    rows: list[Row] = []
    for order in orders:
        owed = order.amount - back.get(order.pk, 0)
        parts = plans.get(order.pk, [])
        if not parts and owed > 0:
            due = order.day + timedelta(days=terms)
            values = {
                "order": order.pk,
                "name": _("Whole amount"),
                "due_on": due,
                "amount": owed,
                "owner": order.owner_id,
            }
            rows.append(Row(values))
            continue
        changes: dict[int, dict[str, Any]] = {}
        for part in parts:
            if part.due_on is None and (happened := _happened(part, delivered.get(order.pk))):
                changes[part.pk] = {"due_on": happened + timedelta(days=part.days)}
        for pk, amount in _shifted(parts, owed - sum(part.amount for part in parts)).items():
            changes.setdefault(pk, {})["amount"] = amount
        rows += [Row(values, id=pk) for pk, values in changes.items()]
    if rows:
        token = _adjusts.set(True)
        try:
            records.save(registry.get("instalment"), rows, actor=on_behalf(actor), origin=ORIGIN)
        finally:
            _adjusts.reset(token)


def _happened(part: Instalment, delivered: Any) -> Any:
    if part.milestone == Milestone.CONFIRMED:
        return timezone.localdate()
    return delivered if part.milestone == Milestone.DELIVERED else None


def _shifted(parts: Sequence[Instalment], more: int) -> dict[int, int]:
    """New amounts of the last instalments after ``more`` was added or taken away, none of them below zero."""
    found: dict[int, int] = {}
    for part in reversed(parts):
        if not more:
            break
        amount = max(part.amount + more, 0)
        more -= amount - part.amount
        found[part.pk] = amount
    return found


# What goes back ---------------------------------------------------------------------------------------------------


def allocations_release(instalments: Collection[int], *, actor: Actor, batch: int) -> None:
    """Give back to their receipts what is matched to these instalments, as far as it was not paid back from there."""
    sums = sums_by("instalment", instalments)
    left = {
        pk: found.get(EntryKind.ALLOCATED, 0) - found.get(EntryKind.REFUNDED, 0)
        for pk, found in sums.items()
        if found.get(EntryKind.ALLOCATED, 0) > found.get(EntryKind.REFUNDED, 0)
    }
    if not left:
        return
    entries = []
    for original, amount in left_of(Q(kind=EntryKind.ALLOCATED, instalment_id__in=list(left))):
        taken = min(amount, left[original.instalment_id or 0])
        if taken > 0:
            left[original.instalment_id or 0] -= taken
            entries.append(taken_back(original, taken, f"back:{original.pk}:{batch}"))
    enter(entries, actor=actor)


def write_offs_settle(ids: Any, *, actor: Actor, batch: int) -> None:
    """Enter what was written off, the oldest instalments first, and take back what no longer is."""
    rows = list(WriteOff.objects.filter(pk__in=list(ids)).select_related("order").order_by("pk"))
    if not rows:
        return
    sums = sums_by("write_off", [row.pk for row in rows])
    for row in rows:
        counted = row.state == WriteOffState.COUNTED and row.deletion_id is None
        wanted = row.amount if counted and counts(row.order) else 0
        posted = sums.get(row.pk, {}).get(EntryKind.WRITTEN_OFF, 0)
        if wanted == posted:
            continue
        enter(
            [
                taken_back(original, left, f"back:{original.pk}:{batch}")
                for original, left in left_of(Q(write_off_id=row.pk))
            ],
            actor=actor,
        )
        enter(_write_off_entries(row, wanted, batch), actor=actor)


def _write_off_entries(row: WriteOff, wanted: int, batch: int) -> list[LedgerEntry]:
    entries = []
    parts = _plans([row.order_id], Q(deletion__isnull=True)).get(row.order_id, [])
    still = {pk: amount for pk, amount in open_of(parts).items() if amount > 0}
    for part in parts:
        amount = min(wanted, still.get(part.pk, 0))
        if amount <= 0:
            continue
        wanted -= amount
        entries.append(
            LedgerEntry(
                customer_id=row.order.customer_id,
                day=row.day,
                kind=EntryKind.WRITTEN_OFF,
                amount=amount,
                order_id=row.order_id,
                instalment_id=part.pk,
                write_off_id=row.pk,
                memo=row.reason,
                source_key=f"{EntryKind.WRITTEN_OFF}:{row.pk}:{batch}:{part.pk}",
            )
        )
    return entries


def open_of(parts: Sequence[Instalment]) -> dict[int, int]:
    """What is open of instalments by the sums of their entries; below zero it is owed to the customer."""
    sums = sums_by("instalment", [part.pk for part in parts])
    return {
        part.pk: found.get(EntryKind.PLANNED, 0)
        - found.get(EntryKind.ALLOCATED, 0)
        + found.get(EntryKind.REFUNDED, 0)
        - found.get(EntryKind.WRITTEN_OFF, 0)
        for part in parts
        if (found := sums.get(part.pk, {})) is not None
    }
