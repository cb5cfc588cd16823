"""Posts confirmed orders into the transactions of their customers, and differences whenever they change.

What should stand there is compared with what was posted, and only the difference is written: however often it is asked, in
whatever order, nothing is posted twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from zhike.accounts.rights import on_behalf
from zhike.domain.orders.choices import LIVE
from zhike.domain.orders.models import OrderLine, Posting, ReturnLine
from zhike.domain.trade.choices import TransactionKind
from zhike.metadata import records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid
from zhike.metadata.records import Origin, Row

SOURCE = "order"
ORIGIN = Origin("order")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Sums:
    """Quantity, and amount and cost in minor units."""

    quantity: Decimal = ZERO
    amount: int = 0
    cost: int = 0

    def less(self, other: Sums) -> Sums:
        return Sums(self.quantity - other.quantity, self.amount - other.amount, self.cost - other.cost)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What should stand posted for a source, and what its transactions say beside the sums."""

    source: str
    sums: Sums
    customer: int
    owner: int | None
    day: date
    item: str
    order: str


def transactions_post(lines: Collection[int], *, actor: Actor) -> None:
    """Bring the transactions of these order lines, and of what came back of them, up to date; inside a write transaction."""
    wanted = {found.source: found for found in [*_sold(lines), *_returned(lines)]}
    posted = _posted(wanted)
    given: list[tuple[Wanted, int, Sums]] = []
    for source, found in wanted.items():
        sums, turn = posted.get(source, (Sums(), 0))
        given += [(found, turn + step, part) for step, part in enumerate(_parts(found.sums.less(sums)), start=1)]
    if not given:
        return
    rows = [Row(_values(found, turn, part)) for found, turn, part in given]
    result = records.save(registry.get("transaction"), rows, actor=on_behalf(actor), origin=ORIGIN)
    for refused in result.rows:
        if refused.problems:
            raise Invalid(refused.problems)
    Posting.objects.bulk_create(
        [
            Posting(
                source=found.source,
                turn=turn,
                quantity=part.quantity,
                amount=part.amount,
                cost=part.cost,
                transaction_id=row.id or 0,
            )
            for (found, turn, part), row in zip(given, result.rows, strict=True)
        ],
        batch_size=500,
    )


def _sold(lines: Collection[int]) -> Iterator[Wanted]:
    """Lines of these that count or were posted, whose customer is there; a customer in the bin keeps what was posted."""
    sources = Posting.objects.filter(source__in=[f"L{pk}" for pk in lines]).order_by().values_list("source", flat=True)
    posted = {int(source.removeprefix("L")) for source in sources}
    rows = OrderLine.objects.filter(pk__in=lines, order__customer__deletion__isnull=True)
    rows = rows.filter(Q(order__state__in=LIVE) | Q(pk__in=posted))
    for row in rows.select_related("order").order_by("pk"):
        counts = row.deletion_id is None and row.order.deletion_id is None and row.order.state in LIVE
        sums = Sums(row.quantity, row.amount, row.cost or 0) if counts else Sums()
        yield _of(f"L{row.pk}", sums, row.order, row.order.day, row.item)


def _returned(lines: Collection[int]) -> Iterator[Wanted]:
    rows = ReturnLine.objects.filter(line_id__in=lines, order_return__order__customer__deletion__isnull=True)
    for row in rows.select_related("order_return__order").order_by("pk"):
        order = row.order_return.order
        counts = row.deletion_id is None and order.deletion_id is None and order.state in LIVE
        sums = Sums(-row.quantity, -row.amount, -(row.cost or 0)) if counts else Sums()
        yield _of(f"R{row.pk}", sums, order, row.order_return.day, row.item)


def _of(source: str, sums: Sums, order: Any, day: date, item: str) -> Wanted:
    # Ordered for a day to come, it counts from today on.
    day = min(day, timezone.localdate())
    return Wanted(source, sums, order.customer_id, order.owner_id, day, item, order.number)


def _posted(sources: Collection[str]) -> Mapping[str, tuple[Sums, int]]:
    """What stands posted by source, and in how many turns."""
    rows = Posting.objects.filter(source__in=list(sources)).order_by().values_list("source")
    sums = rows.annotate(quantity=Sum("quantity"), amount=Sum("amount"), cost=Sum("cost"), turns=Count("pk"))
    return {source: (Sums(quantity, amount, cost), turns) for source, quantity, amount, cost, turns in sums}


def _parts(difference: Sums) -> list[Sums]:
    """The difference in rows as transactions take them: in a refund amount and cost are both negative."""
    if difference == Sums():
        return []
    if difference.amount < 0 < difference.cost:
        return [Sums(difference.quantity, difference.amount), Sums(ZERO, 0, difference.cost)]
    return [difference]


def _values(found: Wanted, turn: int, part: Sums) -> dict[str, Any]:
    kind = TransactionKind.REFUND if part.amount < 0 else TransactionKind.PURCHASE
    return {
        "customer": found.customer,
        "day": found.day,
        "kind": kind.value,
        "product": found.item,
        "quantity": part.quantity,
        "amount": part.amount,
        "cost": part.cost or None,
        "source": SOURCE,
        "external_id": found.source if turn == 1 else f"{found.source}-{turn}",
        "note": found.order,
        "owner": found.owner,
    }
