"""The invariants of the ledger, read from its entries alone, for the tests of money."""

from __future__ import annotations

from collections import defaultdict

from zhike.domain.money.models import Balance, Instalment, LedgerEntry, Receipt
from zhike.domain.orders.choices import LIVE
from zhike.domain.orders.models import Order, ReturnLine


def sums(*columns: str) -> dict[tuple[object, ...], int]:
    """Amounts by these columns of the entries, added up in Python."""
    found: dict[tuple[object, ...], int] = defaultdict(int)
    for *key, amount in LedgerEntry.objects.values_list(*columns, "amount"):
        found[tuple(key)] += amount
    return found


def check() -> None:
    """Everything that must hold of the ledger at every moment."""
    _orders()
    _customers()
    _receipts()
    _instalments()
    _reversals()


def _orders() -> None:
    by = sums("order_id", "kind")
    for order in Order.objects.all():
        counts = order.state in LIVE and order.deletion_id is None
        back = sum(ReturnLine.objects.filter(order_return__order=order, deletion=None).values_list("amount", flat=True))
        assert by[order.pk, "ordered"] == (order.amount if counts else 0)
        assert by[order.pk, "returned"] == (back if counts else 0)
        assert by[order.pk, "ordered"] - by[order.pk, "returned"] == by[order.pk, "planned"]
        still = sum(Balance.objects.filter(instalment__order=order).values_list("open_amount", flat=True))
        paid = by[order.pk, "allocated"] - by[order.pk, "refunded"]
        assert by[order.pk, "planned"] == paid + by[order.pk, "written_off"] + still
        assert paid >= 0, "no order pays back more than it was paid"
        if counts:
            parts = Instalment.objects.filter(order=order, deletion=None).values_list("amount", flat=True)
            assert sum(parts) == order.amount - back
        else:
            assert still == 0, "nobody owes what does not count"


def _customers() -> None:
    """received = allocated, less what was paid back from orders, + paid back in all + advance."""
    by = sums("customer_id", "kind")
    from_orders: dict[object, int] = defaultdict(int)
    for customer, amount in LedgerEntry.objects.filter(kind="refunded", order__isnull=False).values_list(
        "customer_id", "amount"
    ):
        from_orders[customer] += amount
    for customer in {key[0] for key in by}:
        free = sum(
            entry.amount if entry.kind == "received" else -entry.amount
            for entry in LedgerEntry.objects.filter(customer_id=customer, receipt__isnull=False)
        )
        allocated = by[customer, "allocated"] - from_orders[customer]
        assert by[customer, "received"] == allocated + by[customer, "refunded"] + free


def _receipts() -> None:
    by = sums("receipt_id", "kind")
    for receipt in Receipt.objects.all():
        assert by[receipt.pk, "received"] == (receipt.amount if receipt.deletion_id is None else 0)
        assert by[receipt.pk, "allocated"] >= 0
        assert by[receipt.pk, "allocated"] + by[receipt.pk, "refunded"] <= by[receipt.pk, "received"]


def _instalments() -> None:
    by = sums("instalment_id", "kind")
    for found in Balance.objects.all():
        parts = [by[found.pk, kind] for kind in ("planned", "allocated", "refunded", "written_off")]
        assert [found.planned, found.allocated, found.refunded, found.written_off] == parts
        assert found.open_amount == parts[0] - parts[1] + parts[2] - parts[3]
        assert parts[1] >= parts[2] >= 0
        assert min(parts) >= 0


def _reversals() -> None:
    """What takes back is of the same kind and place, and never takes back more than there was."""
    taken: dict[int, int] = defaultdict(int)
    entries = {entry.pk: entry for entry in LedgerEntry.objects.all()}
    for entry in entries.values():
        if entry.reverses_id is not None:
            original = entries[entry.reverses_id]
            assert entry.amount < 0 < original.amount
            assert (entry.kind, entry.instalment_id, entry.receipt_id) == (
                original.kind,
                original.instalment_id,
                original.receipt_id,
            )
            taken[original.pk] += entry.amount
    assert all(entries[pk].amount + amount >= 0 for pk, amount in taken.items())
