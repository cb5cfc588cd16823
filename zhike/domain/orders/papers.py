"""What is completed and checked on deliveries and returns before they are saved, a whole batch at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.preparation import Found, merged
from zhike.domain.orders.choices import OrderState
from zhike.domain.orders.models import Delivery, DeliveryLine, Order, OrderLine, OrderReturn, ReturnLine
from zhike.domain.orders.numbers import give_numbers
from zhike.domain.orders.preparation import DELIVERED, NOT_POSITIVE, OTHER_ORDER, Quantities, locked_orders, quantities
from zhike.lib.line_amounts import rounded
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, Problem
from zhike.metadata.object_type import Values

NOT_CONFIRMED = Problem("not_confirmed", _("Only a confirmed order is delivered: confirm it first."))
OTHER_LINE = Problem("other_line", _("This line belongs to another order."))
MORE_THAN_ORDERED = Problem(
    "more_than_ordered", _("That is more than was ordered. The order may allow it, or order more first.")
)
MORE_THAN_DELIVERED = Problem("more_than_delivered", _("That is more than was delivered."))
STAYS = Problem("line_stays", _("Write another line instead of pointing this one elsewhere."))
RETURNED_SINCE = Problem("returned_since", _("Part of it came back: delete the return first."))


def deliveries_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Number and day; only confirmed orders are delivered."""
    found = _papers(rows, existing, "DN")
    orders = locked_orders(row.get("order") for index, row in enumerate(rows) if index not in existing)
    for index, row in enumerate(rows):
        order = orders.get(row.get("order") or 0) if index not in existing else None
        if order is not None and order.state != OrderState.CONFIRMED and not actor.is_system:
            found[index] = {"order": NOT_CONFIRMED}
    return found


def returns_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """Number and day."""
    return _papers(rows, existing, "RT")


def _papers(rows: list[Values], existing: Mapping[int, Values], letters: str) -> Found:
    found: Found = defaultdict(dict)
    homes = dict(
        Order.objects.filter(pk__in={row["order"] for row in rows if row.get("order")}).values_list(
            "pk", "department_id"
        )
    )
    today = timezone.localdate()
    for index, row in enumerate(rows):
        stored = existing.get(index)
        if not merged(row, stored, "day"):
            row["day"] = today
        if stored is None:
            row["department"] = homes.get(row.get("order") or 0) or row.get("department")
        elif row.get("order", stored["order"]) != stored["order"]:
            found[index] = {"order": OTHER_ORDER}
    give_numbers(rows, existing, letters)
    return found


def delivery_lines_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """Never more than was ordered, unless the order allows it; and no less than came back."""
    check = _Lines(rows, existing, "delivery_line", "delivery")
    for index, row in enumerate(rows):
        now = check.line(index)
        if now is None:
            continue
        now.delivered += merged(row, existing.get(index), "quantity")
        if now.delivered > now.ordered and not now.may_exceed:
            check.found[index]["quantity"] = MORE_THAN_ORDERED
        elif now.returned > now.delivered:
            check.found[index]["quantity"] = RETURNED_SINCE
    return check.problems()


def return_lines_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """Never more than was delivered; the amount is the share of what came back in all, less what was given back already."""
    check = _Lines(rows, existing, "return_line", "order_return")
    for index, row in enumerate(rows):
        now = check.line(index)
        if now is None:
            continue
        now.returned += merged(row, existing.get(index), "quantity")
        if now.returned > now.delivered:
            check.found[index]["quantity"] = MORE_THAN_DELIVERED
            continue
        share = min(now.returned / now.ordered, Decimal(1))
        row["amount"] = rounded(now.amount * share) - now.returned_amount
        now.returned_amount += row["amount"]
        if now.cost is not None:
            row["cost"] = rounded(now.cost * share) - now.returned_cost
            now.returned_cost += row["cost"]
    return check.problems()


class _Lines:
    """Lines of deliveries or returns of one batch, with what their order lines hold without them."""

    def __init__(self, rows: list[Values], existing: Mapping[int, Values], key: str, paper: str) -> None:
        self.rows, self.existing, self.paper = rows, existing, paper
        self.found: Found = defaultdict(dict)
        model: Any = Delivery if paper == "delivery" else OrderReturn
        papers = {merged(row, existing.get(index), paper) for index, row in enumerate(rows)}
        self.orders = {found.pk: found for found in model.objects.filter(pk__in=papers)}
        locked_orders(found.order_id for found in self.orders.values())
        lines = {merged(row, existing.get(index), "line") for index, row in enumerate(rows)}
        wanted = OrderLine.objects.filter(pk__in=[pk for pk in lines if pk])
        self.items = dict(wanted.values_list("pk", "item"))
        self.now = quantities(wanted, without={key: [stored["id"] for stored in existing.values()]})

    def line(self, index: int) -> Quantities | None:
        """The quantities of the row's order line; None where the row is wrong already."""
        row, stored = self.rows[index], self.existing.get(index)
        pk, paper = merged(row, stored, "line"), self.orders.get(merged(row, stored, self.paper) or 0)
        if pk is None or paper is None:
            return None
        if stored is not None and (pk != stored["line"] or paper.pk != stored[self.paper]):
            self.found[index]["line"] = STAYS
            return None
        now = self.now.get(pk)
        if now is None or now.order != paper.order_id:
            self.found[index]["line"] = OTHER_LINE
            return None
        if (merged(row, stored, "quantity") or 0) <= 0:
            self.found[index]["quantity"] = NOT_POSITIVE
            return None
        if not merged(row, stored, "item"):
            row["item"] = self.items[pk]
        if stored is None:
            row["department"] = paper.department_id
        return now

    def problems(self) -> Found:
        return {index: problems for index, problems in self.found.items() if problems}


def deleted_lines_check(ids: list[int]) -> None:
    """What is with the customer stays ordered, unless the whole order goes. Raises Invalid."""
    lines = OrderLine.objects.filter(pk__in=ids, order__deletion__isnull=True)
    if any(now.delivered > now.returned for now in quantities(lines).values()):
        raise Invalid({"": [DELIVERED]})


def deleted_deliveries_check(ids: list[int]) -> None:
    """Goods that came back cannot be undelivered. Raises Invalid."""
    touched = DeliveryLine.objects.filter(pk__in=ids).values("line_id")
    lines = OrderLine.objects.filter(pk__in=touched, deletion__isnull=True)
    if any(now.returned > now.delivered for now in quantities(lines).values()):
        raise Invalid({"": [RETURNED_SINCE]})


def restored_papers_check(model: type[DeliveryLine] | type[ReturnLine], ids: list[int]) -> None:
    """What comes back from the bin must still fit. Raises Invalid."""
    touched: Any = model.objects.filter(pk__in=ids).values("line_id")
    for now in quantities(OrderLine.objects.filter(pk__in=touched)).values():
        if now.delivered > now.ordered and not now.may_exceed:
            raise Invalid({"": [MORE_THAN_ORDERED]})
        if now.returned > now.delivered:
            raise Invalid({"": [MORE_THAN_DELIVERED]})
