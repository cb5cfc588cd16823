"""Planning the payments of an order in equal instalments."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _, gettext_lazy

from zhike.accounts.rights import on_behalf
from zhike.domain.money.choices import Milestone
from zhike.domain.money.ledger import customers_hold
from zhike.domain.money.models import Instalment
from zhike.domain.money.settling import ORIGIN
from zhike.domain.orders.models import Order, ReturnLine
from zhike.domain.orders.preparation import confirm_check
from zhike.lib.line_amounts import apportion
from zhike.metadata import policy, records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.records import Row
from zhike.metadata.storage import storage

PLAN_DIFFERS = Problem(
    "plan_differs", gettext_lazy("The payment plan does not sum to the order: correct it, or use “Pay in instalments”.")
)


def order_plan(ids: Sequence[int], *, actor: Actor, count: int, first_on: date, months: int = 1) -> None:
    """Plan the payments of orders in ``count`` equal parts, every so many months; what is left over goes to the first ones.

    The plan that was there is taken over part by part, with what was matched to it. Raises NotFound, Invalid.
    """
    with storage().write_transaction():
        seen: Any = policy.queryset_for(actor, registry.get("order"), "edit").filter(pk__in=ids)
        orders: list[Order] = list(seen.order_by("pk"))
        if missing := set(ids) - {order.pk for order in orders}:
            raise NotFound("order", min(missing))
        customers_hold(order.customer_id for order in orders)
        for order in orders:
            _plan(order, count, first_on, months, actor)


def _plan(order: Order, count: int, first_on: date, months: int, actor: Actor) -> None:
    back = ReturnLine.objects.filter(order_return__order=order, deletion__isnull=True).values_list("amount", flat=True)
    shares = apportion(order.amount - sum(back), [1] * count)
    parts = list(
        Instalment.objects.filter(order=order, deletion__isnull=True).order_by(F("due_on").asc(nulls_last=True), "pk")
    )
    rows = []
    for place, amount in enumerate(shares):
        values = {
            "name": _("Instalment %(place)s of %(count)s") % {"place": place + 1, "count": count},
            "milestone": Milestone.DAY.value,
            "due_on": months_later(first_on, place * months),
            "amount": amount,
        }
        if place < len(parts):
            rows.append(Row(values, id=parts[place].pk))
        else:
            rows.append(Row({**values, "order": order.pk, "owner": order.owner_id}))
    # What is too many is emptied in the same breath, so that the plan sums to the order at every moment.
    rows += [Row({"amount": 0}, id=part.pk) for part in parts[count:]]
    saved = records.save(registry.get("instalment"), rows, actor=on_behalf(actor), origin=ORIGIN)
    for row in saved.rows:
        if row.problems:
            raise Invalid(row.problems)
    if parts[count:]:
        records.delete(
            registry.get("instalment"), [part.pk for part in parts[count:]], actor=on_behalf(actor), origin=ORIGIN
        )


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last one where it is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@confirm_check
def plan_check(orders: Sequence[Order], actor: Actor, is_counted: bool) -> Mapping[int, Mapping[str, Problem]]:
    """A plan that somebody wrote sums to the order before it counts; afterwards, and for the system, it is adjusted instead."""
    if actor.is_system or is_counted:
        return {}
    sums: dict[int, int] = {}
    rows = Instalment.objects.filter(order__in=orders, deletion__isnull=True)
    for pk, amount in rows.values_list("order_id", "amount"):
        sums[pk] = sums.get(pk, 0) + amount
    return {order.pk: {"state": PLAN_DIFFERS} for order in orders if sums.get(order.pk, order.amount) != order.amount}
