"""Entering into the ledger, and its sums. Entries are only ever added; whoever adds holds the customers until the transaction ends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Case, F, IntegerField, Q, Sum, Value, When
from django.utils import timezone

from zhike.domain.customers.models import Customer
from zhike.domain.money.choices import EntryKind
from zhike.domain.money.models import Balance, LedgerEntry
from zhike.metadata.actor import Actor

#: Sums in minor units by what they are of, then by kind.
Sums = Mapping[int, Mapping[str, int]]
AT_ONCE = 500

#: Told of instalments whose balance was written, in the transaction.
Listener = Callable[[Collection[int], Actor], None]
_listeners: list[Listener] = []


def after_balance(listener: Listener) -> Listener:
    """Register who acts on balances that changed."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def customers_hold(ids: Iterable[int]) -> None:
    """Nobody else matches or pays back money of these customers until the transaction ends."""
    wanted = sorted({pk for pk in ids if pk})
    list(Customer.objects.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True).values_list("pk"))


def enter(entries: Sequence[LedgerEntry], *, actor: Actor) -> None:
    """Add entries and bring the balances of their instalments up to date; entries of nothing are left out."""
    listed = [entry for entry in entries if entry.amount]
    if not listed:
        return
    now = timezone.now()
    for entry in listed:
        entry.created_at = entry.updated_at = now
        entry.created_by_id = entry.updated_by_id = actor.user_id
        entry.memo = entry.memo[:200]
    LedgerEntry.objects.bulk_create(listed, batch_size=AT_ONCE)
    touched = {entry.instalment_id for entry in listed if entry.instalment_id}
    balance(touched)
    for listener in _listeners if touched else ():
        listener(touched, actor)


def balance(instalments: Collection[int]) -> None:
    """Write the balances of instalments anew from the sums of their entries."""
    ids = sorted(instalments)
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        sums = sums_by("instalment", part)
        rows = []
        for pk in part:
            found = sums.get(pk, {})
            planned, allocated = found.get(EntryKind.PLANNED, 0), found.get(EntryKind.ALLOCATED, 0)
            refunded, written_off = found.get(EntryKind.REFUNDED, 0), found.get(EntryKind.WRITTEN_OFF, 0)
            rows.append(
                Balance(
                    instalment_id=pk,
                    planned=planned,
                    allocated=allocated,
                    refunded=refunded,
                    written_off=written_off,
                    open_amount=planned - allocated + refunded - written_off,
                )
            )
        Balance.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["instalment"],
            update_fields=["planned", "allocated", "refunded", "written_off", "open_amount"],
        )


def sums_by(column: str, ids: Collection[int], condition: Q | None = None) -> Sums:
    """Sums of entries by their ``column`` ("order", "instalment", "receipt" …), then by kind."""
    rows: Any = LedgerEntry.objects.filter(condition or Q(), **{f"{column}_id__in": list(ids)}).order_by()
    found: dict[int, dict[str, int]] = {}
    for pk, kind, total in rows.values_list(f"{column}_id", "kind").annotate(total=Sum("amount")):
        found.setdefault(pk, {})[kind] = total
    return found


def free_amounts(receipts: Collection[int]) -> dict[int, int]:
    """What of each receipt is neither matched nor paid back, in minor units."""
    sums = sums_by("receipt", receipts)
    return {
        pk: found.get(EntryKind.RECEIVED, 0) - found.get(EntryKind.ALLOCATED, 0) - found.get(EntryKind.REFUNDED, 0)
        for pk, found in sums.items()
    }


def open_balances(customers: Collection[int]) -> list[Balance]:
    """Instalments of these customers that are still open, those without a day last, else the oldest first."""
    undated = Case(When(instalment__due_on__isnull=True, then=Value(1)), default=Value(0), output_field=IntegerField())
    rows = Balance.objects.filter(
        instalment__customer_id__in=customers, instalment__deletion__isnull=True, open_amount__gt=0
    )
    return list(rows.select_related("instalment__order").order_by(undated, F("instalment__due_on"), "instalment_id"))


def turns(kind: EntryKind, receipts: Collection[int]) -> dict[tuple[int, int | None], int]:
    """How many entries of the kind there are by receipt and instalment, for source keys."""
    rows = LedgerEntry.objects.filter(kind=kind, receipt_id__in=receipts).values_list("receipt_id", "instalment_id")
    found: dict[tuple[int, int | None], int] = {}
    for pair in rows:
        found[pair] = found.get(pair, 0) + 1
    return found


def taken_back(original: LedgerEntry, amount: int, key: str) -> LedgerEntry:
    """The entry that takes back ``amount`` of another one."""
    return LedgerEntry(
        customer_id=original.customer_id,
        day=timezone.localdate(),
        kind=original.kind,
        amount=-amount,
        order_id=original.order_id,
        instalment_id=original.instalment_id,
        receipt_id=original.receipt_id,
        refund_id=original.refund_id,
        write_off_id=original.write_off_id,
        reverses_id=original.pk,
        memo=original.memo,
        source_key=key,
    )


def left_of(condition: Q) -> list[tuple[LedgerEntry, int]]:
    """Entries that give, newest first, with what of each was not taken back."""
    rows = list(LedgerEntry.objects.filter(condition, reverses__isnull=True, amount__gt=0).order_by("-pk"))
    back = dict(
        LedgerEntry.objects.filter(reverses_id__in=[row.pk for row in rows])
        .order_by()
        .values_list("reverses_id")
        .annotate(total=Sum("amount"))
    )
    return [(row, left) for row in rows if (left := row.amount + back.get(row.pk, 0)) > 0]
