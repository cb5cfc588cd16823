"""Matching receipts to payment plans: by themselves the oldest instalments first, or by hand; and taking it back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.money.choices import EntryKind
from zhike.domain.money.ledger import (
    customers_hold,
    enter,
    free_amounts,
    left_of,
    open_balances,
    sums_by,
    taken_back,
    turns,
)
from zhike.domain.money.models import Balance, Instalment, LedgerEntry, Receipt
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.storage import storage

PAID_BACK = Problem("paid_back", _("Part of this receipt was paid back: delete the refund first."))
OTHER_CUSTOMER = Problem("other_customer", _("This instalment belongs to another customer."))
MORE_THAN_FREE = Problem("more_than_free", _("That is more than is left of the receipt."))
MORE_THAN_OPEN = Problem("more_than_open", _("That is more than is open of the instalment."))
NOTHING_FREE = Problem("nothing_free", _("Nothing is left of this receipt."))
NOTHING_OPEN = Problem("nothing_open", _("Nothing of this customer is open."))
NOTHING_MATCHED = Problem("nothing_matched", _("Nothing of this receipt is matched."))


def receipts_settle(ids: Collection[int], *, actor: Actor, batch: int) -> None:
    """Enter what came in, and give up matches that a smaller receipt no longer covers; inside a write transaction.

    Raises Invalid where more was paid back than came in.
    """
    rows = list(Receipt.objects.filter(pk__in=ids, customer__deletion__isnull=True).order_by("pk"))
    customers_hold(row.customer_id for row in rows)
    sums = sums_by("receipt", [row.pk for row in rows])
    entries: list[LedgerEntry] = []
    for row in rows:
        found, wanted = sums.get(row.pk, {}), row.amount if row.deletion_id is None else 0
        if wanted < found.get(EntryKind.REFUNDED, 0):
            raise Invalid({"": [PAID_BACK]})
        too_much = found.get(EntryKind.ALLOCATED, 0) + found.get(EntryKind.REFUNDED, 0) - wanted
        entries += _given_up(row, too_much, f"less-{batch}")
        entries.append(
            LedgerEntry(
                customer_id=row.customer_id,
                day=row.day,
                kind=EntryKind.RECEIVED,
                amount=wanted - found.get(EntryKind.RECEIVED, 0),
                receipt_id=row.pk,
                memo=row.number,
                source_key=f"{EntryKind.RECEIVED}:{row.pk}:{batch}",
            )
        )
    enter(entries, actor=actor)


def _given_up(row: Receipt, amount: int, word: str, condition: Q | None = None) -> list[LedgerEntry]:
    """Entries that take back so much of what is matched, the newest first, as far as it was not paid back from there."""
    entries: list[LedgerEntry] = []
    if amount <= 0:
        return entries
    originals = left_of(Q(kind=EntryKind.ALLOCATED, receipt_id=row.pk) & (condition or Q()))
    rest = _releasable({entry.instalment_id for entry, _left in originals if entry.instalment_id})
    for original, left in originals:
        taken = min(left, amount, rest[original.instalment_id or 0])
        if taken > 0:
            amount -= taken
            rest[original.instalment_id or 0] -= taken
            entries.append(taken_back(original, taken, f"back:{original.pk}:{word}"))
    if amount > 0 and condition is None:
        raise Invalid({"": [PAID_BACK]})
    return entries


def _releasable(instalments: Collection[int]) -> dict[int, int]:
    sums = sums_by("instalment", instalments)
    return {
        pk: sums.get(pk, {}).get(EntryKind.ALLOCATED, 0) - sums.get(pk, {}).get(EntryKind.REFUNDED, 0)
        for pk in instalments
    }


def receipts_match(receipts: Sequence[Receipt], *, actor: Actor) -> int:
    """Match what is left of receipts to what is open of their customers; inside a write transaction. Returns the number of matches."""
    customers_hold(row.customer_id for row in receipts)
    free = free_amounts([row.pk for row in receipts])
    still: dict[int, list[Balance]] = {}
    for found in open_balances({row.customer_id for row in receipts}):
        still.setdefault(found.instalment.customer_id, []).append(found)
    known = turns(EntryKind.ALLOCATED, [row.pk for row in receipts])
    entries: list[LedgerEntry] = []
    for row in sorted(receipts, key=lambda row: (row.day, row.pk)):
        left = free.get(row.pk, 0)
        for found in still.get(row.customer_id, ()):
            amount = min(left, found.open_amount)
            if amount > 0:
                left -= amount
                found.open_amount -= amount
                entries.append(_match(row, found.instalment, amount, known))
    enter(entries, actor=actor)
    return len(entries)


def _match(row: Receipt, part: Instalment, amount: int, known: dict[tuple[int, int | None], int]) -> LedgerEntry:
    known[row.pk, part.pk] = turn = known.get((row.pk, part.pk), 0) + 1
    return LedgerEntry(
        customer_id=row.customer_id,
        day=max(row.day, min(part.order.day, timezone.localdate())),
        kind=EntryKind.ALLOCATED,
        amount=amount,
        order_id=part.order_id,
        instalment_id=part.pk,
        receipt_id=row.pk,
        memo=f"{row.number} → {part.order.number} {part.name}",
        source_key=f"{EntryKind.ALLOCATED}:{row.pk}:{part.pk}:{turn}",
    )


# What people do ---------------------------------------------------------------------------------------------------


def receipt_match(ids: Sequence[int], *, actor: Actor) -> None:
    """Match what is left of the receipts, the oldest instalments first. Raises NotFound, Invalid where there is nothing to do."""
    with storage().write_transaction():
        rows = _held(ids, actor)
        if not any(free_amounts([row.pk for row in rows]).values()):
            raise Invalid({"": [NOTHING_FREE]})
        if not receipts_match(rows, actor=actor):
            raise Invalid({"": [NOTHING_OPEN]})


def receipt_allocate(ids: Sequence[int], *, actor: Actor, instalment: int, amount: int | None = None) -> None:
    """Match ``amount`` (minor units; else as much as goes) of each receipt to one instalment.

    Raises NotFound, and Invalid where it is more than is left or open.
    """
    with storage().write_transaction():
        rows = _held(ids, actor)
        seen: Any = policy.queryset_for(actor, registry.get("instalment"))
        part: Instalment | None = seen.select_related("order").filter(pk=instalment).first()
        if part is None:
            raise NotFound("instalment", instalment)
        free = free_amounts([row.pk for row in rows])
        known = turns(EntryKind.ALLOCATED, [row.pk for row in rows])
        for row in rows:
            if part.customer_id != row.customer_id:
                raise Invalid({"instalment": [OTHER_CUSTOMER]})
            still = Balance.objects.filter(pk=part.pk).values_list("open_amount", flat=True).first() or 0
            wanted = min(free.get(row.pk, 0), still) if amount is None else amount
            if wanted <= 0 or wanted > free.get(row.pk, 0):
                raise Invalid({"amount": [MORE_THAN_FREE if free.get(row.pk, 0) > 0 else NOTHING_FREE]})
            if wanted > still:
                raise Invalid({"amount": [MORE_THAN_OPEN]})
            enter([_match(row, part, wanted, known)], actor=actor)


def receipt_release(ids: Sequence[int], *, actor: Actor) -> None:
    """Make receipts advances again, as far as nothing was paid back from their orders. Raises NotFound, Invalid."""
    with storage().write_transaction():
        entries: list[LedgerEntry] = []
        for row in _held(ids, actor):
            matched = sums_by("receipt", [row.pk]).get(row.pk, {}).get(EntryKind.ALLOCATED, 0)
            turn = LedgerEntry.objects.filter(receipt_id=row.pk, reverses__isnull=False).count()
            entries += _given_up(row, matched, f"by-hand-{turn}", Q())
        if not entries:
            raise Invalid({"": [NOTHING_MATCHED]})
        enter(entries, actor=actor)


def _held(ids: Sequence[int], actor: Actor) -> list[Receipt]:
    """The receipts that the actor may change, their customers held. Raises NotFound."""
    seen: Any = policy.queryset_for(actor, registry.get("receipt"), "edit").filter(pk__in=ids)
    rows: list[Receipt] = list(seen.order_by("day", "pk"))
    if missing := set(ids) - {row.pk for row in rows}:
        raise NotFound("receipt", min(missing))
    customers_hold(row.customer_id for row in rows)
    return rows
