"""Enters what was paid back: out of what an order was paid, or of a receipt's advance."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import F, Q

from zhike.domain.money.choices import EntryKind
from zhike.domain.money.ledger import customers_hold, enter, left_of, sums_by, taken_back
from zhike.domain.money.models import Instalment, LedgerEntry, Refund
from zhike.domain.money.settling import open_of
from zhike.metadata.actor import Actor


def refunds_settle(ids: Collection[int], *, actor: Actor, batch: int) -> None:
    """Take back what was entered of refunds that changed, and enter them as they are now."""
    rows = list(Refund.objects.filter(pk__in=ids, customer__deletion__isnull=True).order_by("pk"))
    customers_hold(row.customer_id for row in rows)
    sums = sums_by("refund", [row.pk for row in rows])
    for row in rows:
        wanted = row.amount if row.deletion_id is None else 0
        if wanted == sums.get(row.pk, {}).get(EntryKind.REFUNDED, 0):
            continue
        back = [taken_back(entry, left, f"back:{entry.pk}:{batch}") for entry, left in left_of(Q(refund_id=row.pk))]
        enter(back, actor=actor)
        enter(_entries(row, wanted, batch), actor=actor)


def _entries(row: Refund, wanted: int, batch: int) -> list[LedgerEntry]:
    if row.order_id is None:
        return [_entry(row, wanted, batch, None)]
    taken: dict[int, int] = {}
    for pk, most in _paid_parts(row.order_id):
        amount = min(wanted, most)
        if amount > 0:
            wanted -= amount
            taken[pk] = taken.get(pk, 0) + amount
    return [_entry(row, amount, batch, pk) for pk, amount in taken.items()]


def _paid_parts(order: int) -> list[tuple[int, int]]:
    """Instalments with what may be paid back of each: first what is owed to the customer, then the latest ones."""
    parts = list(Instalment.objects.filter(order_id=order).order_by(F("due_on").desc(nulls_first=True), "-pk"))
    sums, still = sums_by("instalment", [part.pk for part in parts]), open_of(parts)
    paid = {
        part.pk: sums.get(part.pk, {}).get(EntryKind.ALLOCATED, 0) - sums.get(part.pk, {}).get(EntryKind.REFUNDED, 0)
        for part in parts
    }
    owed = [(part.pk, min(-still[part.pk], paid[part.pk])) for part in parts if still[part.pk] < 0]
    rest = dict(owed)
    return [*owed, *((part.pk, paid[part.pk] - rest.get(part.pk, 0)) for part in parts)]


def _entry(row: Refund, amount: int, batch: int, instalment: int | None) -> LedgerEntry:
    return LedgerEntry(
        customer_id=row.customer_id,
        day=row.day,
        kind=EntryKind.REFUNDED,
        amount=amount,
        order_id=row.order_id,
        instalment_id=instalment,
        receipt_id=row.receipt_id,
        refund_id=row.pk,
        memo=row.number,
        source_key=f"{EntryKind.REFUNDED}:{row.pk}:{batch}:{instalment or 0}",
    )
