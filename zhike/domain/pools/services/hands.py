"""Claiming, assigning and returning customers: under one lock a person, so that no quota is exceeded and one claimer wins."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from zhike.accounts.models import User
from zhike.accounts.rights import on_behalf
from zhike.domain.customers.models import Customer
from zhike.domain.pools.belonging import (
    customers_of,
    find_pool,
    may_assign,
    may_claim,
    pools_in_use,
    pools_of,
)
from zhike.domain.pools.models import Custody, CustodyKind, Pool
from zhike.domain.pools.rules import deals
from zhike.metadata import policy, records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, Problem
from zhike.metadata.records import Origin, Row, RowResult, SaveResult
from zhike.metadata.storage import storage

MOST_AT_ONCE = 1_000

TAKEN = Problem("taken", gettext_lazy("Somebody else was faster: this customer is no longer in the pool."))
DAILY = Problem("daily_quota", gettext_lazy("You have claimed as many customers today as the pool allows."))
HELD = Problem("holding_quota", gettext_lazy("This person has as many customers as the pool allows: first return one."))
COOLDOWN = Problem("cooldown", gettext_lazy("You returned or lost this customer a short while ago: others go first."))
NO_POOL = Problem("no_pool", gettext_lazy("No pool takes this customer: none is in use, or no filter fits."))
NO_SUCH_PERSON = Problem("no_such_record", gettext_lazy("There is no such colleague, or the account is closed."))
SAY_WHY = Problem("required", gettext_lazy("Please say why."))
TOO_MANY = Problem("too_many", gettext_lazy("At most 1,000 customers at once."))


@dataclass(slots=True)
class Hands:
    """What became of the customers: those that changed hands, and why the others did not."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, Problem] = field(default_factory=dict)
    batch_id: int | None = None

    def as_result(self, ids: Sequence[int]) -> SaveResult:
        """The same as the result of a write, a row for each of the ids."""
        rows = [
            RowResult("refused", pk, problems={"": [self.refused[pk]]})
            if pk in self.refused
            else RowResult("updated", pk)
            for pk in dict.fromkeys(ids)
        ]
        return SaveResult(rows, self.batch_id)

    def require(self) -> None:
        """Raise Invalid with the first reason when nothing was done at all."""
        if not self.done and self.refused:
            raise Invalid({"": [next(iter(self.refused.values()))]})


def claim(pool_id: int, ids: Sequence[int], *, actor: Actor) -> Hands:
    """Take customers out of a pool for oneself. However many ask at once, one gets each customer, and nobody more than
    their quota. Raises NotFound for a pool out of sight and Denied where one may not claim."""
    pool = find_pool(pool_id, actor=actor)
    if not may_claim(actor, pool):
        raise Denied("pool", "claim")
    return _give(pool, _checked(ids), to=actor.user_id or 0, kind=CustodyKind.CLAIM, reason=pool.name, actor=actor)


def assign(pool_id: int, ids: Sequence[int], *, to: int, actor: Actor, reason: str = "") -> Hands:
    """Give customers of a pool to somebody, within that person's holding quota. Raises NotFound, Denied or Invalid."""
    pool = find_pool(pool_id, actor=actor)
    if not may_assign(actor, pool):
        raise Denied("pool", "assign")
    person = User.objects.filter(pk=to, deletion__isnull=True).first()
    if person is None or not person.is_usable():
        raise Invalid({"to": [NO_SUCH_PERSON]})
    return _give(pool, _checked(ids), to=to, kind=CustodyKind.ASSIGN, reason=reason or pool.name, actor=actor)


def release(ids: Sequence[int], *, actor: Actor, reason: str | None = None) -> Hands:
    """Put customers into the pools that their filters lead to, with the reason. Needs the right to hand them over.

    Raises Denied or Invalid.
    """
    if not (reason or "").strip():
        raise Invalid({"reason": [SAY_WHY]})
    customer = registry.get("customer")
    policy.require(actor, customer, "assign")
    hands = Hands()
    with storage().write_transaction():
        wanted = _checked(ids)
        within: QuerySet[Any] = policy.queryset_for(actor, customer, "assign")
        reached = set(within.filter(pk__in=wanted, pool=None).values_list("pk", flat=True))
        homes = pools_of(pools_in_use(), reached)
        hands.refused = {pk: NO_POOL for pk in wanted if pk not in homes}
        rows = [Row({"owner": None, "department": None, "pool": pool.pk}, id=pk) for pk, pool in homes.items()]
        _write(hands, rows, Origin(CustodyKind.RELEASE.value, str(reason).strip()[:200]), actor=actor)
    return hands


def _checked(ids: Sequence[int]) -> list[int]:
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST_AT_ONCE:
        raise Invalid({"": [TOO_MANY]})
    return wanted


def _give(pool: Pool, ids: Sequence[int], *, to: int, kind: CustodyKind, reason: str, actor: Actor) -> Hands:
    """Customers that still lie in the pool, as many as the person may have, in the order given."""
    hands = Hands()
    with storage().write_transaction():
        # Two claims of one person would each count what was there before the other.
        storage().lock_key(f"pool:{to}")
        rows = Customer.objects.filter(pk__in=ids, pool=pool, owner=None, deletion__isnull=True)
        # PostgreSQL looks again at what it had to wait for: whoever was faster has taken it out of this result.
        there = set(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
        hands.refused = dict.fromkeys((pk for pk in ids if pk not in there), TAKEN)
        free = [pk for pk in ids if pk in there]
        if kind is CustodyKind.CLAIM:
            cooling = _cooling(pool, free, to)
            hands.refused |= dict.fromkeys(cooling, COOLDOWN)
            free = _up_to(_left_today(pool, to), [pk for pk in free if pk not in cooling], DAILY, hands)
        free = _up_to(_left_to_hold(pool, to), free, HELD, hands)
        values = _values(to, actor)
        _write(hands, [Row(values, id=pk) for pk in free], Origin(kind.value, reason[:200]), actor=actor)
    return hands


def _values(to: int, actor: Actor) -> dict[str, Any]:
    home = actor.department_id if to == actor.user_id else User.objects.get(pk=to).department_id
    return {"owner": to, "department": home}


def _up_to(left: int | None, ids: list[int], problem: Problem, hands: Hands) -> list[int]:
    """The first ``left`` of the customers; the others are refused with the problem."""
    if left is None:
        return ids
    hands.refused |= dict.fromkeys(ids[max(left, 0) :], problem)
    return ids[: max(left, 0)]


def _write(hands: Hands, rows: Sequence[Row], origin: Origin, *, actor: Actor) -> None:
    if not rows:
        return
    result = records.save(registry.get("customer"), rows, actor=on_behalf(actor), origin=origin, partial=True)
    hands.batch_id = result.batch_id
    for row, told in zip(rows, result.rows, strict=True):
        if told.problems:
            hands.refused[row.id or 0] = next(iter(told.problems.values()))[0]
        else:
            hands.done.append(row.id or 0)


# Quotas -----------------------------------------------------------------------------------------------------------


def _left_today(pool: Pool, user_id: int) -> int | None:
    """How many the person may still claim today from the pool; None without a limit."""
    if pool.claims_per_day is None:
        return None
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    claimed = Custody.objects.filter(to_user_id=user_id, kind=CustodyKind.CLAIM, pool=pool, at__gte=midnight)
    return pool.claims_per_day - claimed.count()


def _left_to_hold(pool: Pool, user_id: int) -> int | None:
    """How many more customers of this pool the person may own; None without a limit."""
    if pool.most_held is None:
        return None
    held = customers_of(pools_in_use(), pool).filter(owner_id=user_id)
    if pool.won_exempt:
        held = held.exclude(deals())
    return pool.most_held - held.count()


def _cooling(pool: Pool, ids: Collection[int], user_id: int) -> set[int]:
    """Customers that the person gave back or lost too short a while ago."""
    if not pool.cooldown_days:
        return set()
    since = timezone.now() - timedelta(days=pool.cooldown_days)
    left = Custody.objects.filter(
        customer_id__in=ids, from_user_id=user_id, kind__in=(CustodyKind.RELEASE, CustodyKind.RECALL), at__gte=since
    )
    return set(left.values_list("customer_id", flat=True))


def quotas(pool: Pool, user_id: int) -> Mapping[str, int | None]:
    """What the person has left: ``today`` and ``hold``; None without a limit."""
    return {"today": _left_today(pool, user_id), "hold": _left_to_hold(pool, user_id)}


def told(hands: Hands) -> str:
    """What became of it, in one sentence."""
    done = _("%(done)s customers") % {"done": len(hands.done)}
    if not hands.refused:
        return done
    first = next(iter(hands.refused.values()))
    return _("%(done)s; %(left)s not: %(why)s") % {"done": done, "left": len(hands.refused), "why": first.message}
