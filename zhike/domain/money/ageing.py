"""What customers owe by how long it is overdue: not yet due, 1–30, 31–60, 61–90 and more than 90 days. One query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, Sum
from django.utils import timezone

from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor

#: Customers listed; the sums are those of all of them.
MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Bucket:
    """Instalments that are from ``first`` to ``last`` days overdue; None has no bound."""

    key: str
    first: int | None
    last: int | None

    def days(self, today: date) -> tuple[date | None, date | None]:
        """The first and the last day on which such instalments were due."""
        return (
            None if self.last is None else today - timedelta(days=self.last),
            None if self.first is None else today - timedelta(days=self.first),
        )

    def condition(self, today: date) -> Q:
        since, until = self.days(today)
        found = Q() if since is None else Q(due_on__gte=since)
        return found if until is None else found & Q(due_on__lte=until)

    def filter(self, today: date, customer: int | None = None) -> Mapping[str, Any]:
        """The instalments behind the number, in the filter language."""
        since, until = self.days(today)
        parts: list[Mapping[str, Any]] = [{"field": "open_amount", "op": "gt", "value": 0}]
        if self.key == "due_later":
            parts.append({"any": [{"field": "due_on", "op": "gte", "value": today.isoformat()}, EMPTY]})
        else:
            if since is not None:
                parts.append({"field": "due_on", "op": "gte", "value": since.isoformat()})
            if until is not None:
                parts.append({"field": "due_on", "op": "lte", "value": until.isoformat()})
        if customer is not None:
            parts.append({"field": "customer", "op": "eq", "value": customer})
        return {"all": parts}


EMPTY = {"field": "due_on", "op": "is_empty"}
BUCKETS = (
    Bucket("due_later", None, 0),
    Bucket("d30", 1, 30),
    Bucket("d60", 31, 60),
    Bucket("d90", 61, 90),
    Bucket("older", 91, None),
)
OVERDUE = ("d30", "d60", "d90", "older")


@dataclass(frozen=True, slots=True)
class Owed:
    """What a customer, or all of them, owe, in minor units."""

    customer: int | None
    name: str
    amounts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.amounts.values())

    @property
    def overdue(self) -> int:
        return sum(self.amounts[key] for key in OVERDUE)


@dataclass(frozen=True, slots=True)
class Ageing:
    """All of it, the customers who are the most overdue, and of how many; as of ``day``."""

    whole: Owed
    rows: tuple[Owed, ...]
    population: int
    day: date


def may_see(actor: Actor) -> bool:
    """Whether the actor sees plans with their amounts."""
    plans = registry.get("instalment")
    return policy.may(actor, plans, "view") and all(
        policy.comparable(actor, plans, plans.field(key)) for key in ("amount", "open_amount")
    )


def ageing(actor: Actor, *, today: date | None = None) -> Ageing:
    """How the customers within the actor's sight stand."""
    day = today or timezone.localdate()
    seen: Any = policy.queryset_for(actor, registry.get("instalment"), gathered=True)
    rows = seen.filter(balance__open_amount__gt=0).order_by()
    sums = {bucket.key: Sum("balance__open_amount", filter=_in(bucket, day)) for bucket in BUCKETS}
    by_customer = rows.values("customer_id", _name=F("customer__name")).annotate(**sums)
    found = [
        Owed(row["customer_id"], row["_name"], {key: row[key] or 0 for key in sums}) for row in by_customer.iterator()
    ]
    whole = Owed(None, "", {key: sum(row.amounts[key] for row in found) for key in sums})
    found.sort(key=lambda row: (-row.overdue, -row.total, row.customer or 0))
    return Ageing(whole, tuple(found[:MOST_LISTED]), len(found), day)


def _in(bucket: Bucket, day: date) -> Q:
    found = bucket.condition(day)
    return Q(due_on__gte=day) | Q(due_on__isnull=True) if bucket.key == "due_later" else found
