"""The statement of a customer: what stood open before a period, every movement in it, and what stands open after.

What the customer owes is ordered − returned − received + paid back − written off; matching moves nothing between us.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, F, Sum, Value, When
from django.db.models.fields import BigIntegerField

from zhike.domain.money.choices import EntryKind
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor

#: What each kind of entry does to the debt of the customer.
SIGNS = {
    EntryKind.ORDERED: 1,
    EntryKind.REFUNDED: 1,
    EntryKind.RETURNED: -1,
    EntryKind.RECEIVED: -1,
    EntryKind.WRITTEN_OFF: -1,
}
#: Movements on one page; whoever wants more chooses a shorter period, or the file.
MOST = 500


@dataclass(frozen=True, slots=True)
class Movement:
    """A row of the statement: ``amount`` changes the debt, which is then ``balance``."""

    id: int
    day: date
    kind: str
    memo: str
    amount: int
    balance: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Minor units; ``is_cut`` says that there are more movements than listed, which ``closing`` counts nevertheless."""

    opening: int
    movements: Sequence[Movement]
    closing: int
    is_cut: bool


def may_see(actor: Actor) -> bool:
    """Whether the actor sees the ledger with its amounts."""
    ledger = registry.get("ledger_entry")
    return policy.may(actor, ledger, "view") and policy.comparable(actor, ledger, ledger.field("amount"))


def statement(customer: int, since: date, until: date, *, actor: Actor, most: int = MOST) -> Statement:
    """The statement of a customer for a period, both days included, as far as the actor sees the ledger."""
    seen: Any = policy.queryset_for(actor, registry.get("ledger_entry"))
    signed = seen.filter(customer_id=customer, kind__in=SIGNS).annotate(_debt=_debt()).order_by("day", "pk")
    opening = _sum(signed.filter(day__lt=since))
    within = signed.filter(day__gte=since, day__lte=until)
    balance = opening
    found: list[Movement] = []
    rows = list(within.values_list("pk", "day", "kind", "memo", "_debt")[: most + 1])
    for pk, day, kind, memo, debt in rows[:most]:
        balance += debt
        found.append(Movement(pk, day, kind, memo, debt, balance))
    return Statement(opening, found, opening + _sum(within), len(rows) > most)


def _debt() -> Any:
    owes = [When(kind=kind, then=F("amount") * Value(sign)) for kind, sign in SIGNS.items()]
    return Case(*owes, default=Value(0), output_field=BigIntegerField())


def _sum(rows: Any) -> int:
    return int(rows.order_by().aggregate(total=Sum("_debt"))["total"] or 0)
