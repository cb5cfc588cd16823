"""What is completed and checked on orders and their lines before they are saved, a whole batch at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.catalog.models import Product
from zhike.domain.customers.preparation import Found, followers_prepare, merged
from zhike.domain.orders.choices import LIVE, MOVES, OrderState
from zhike.domain.orders.models import DeliveryLine, Order, OrderLine, ReturnLine
from zhike.domain.orders.numbers import give_numbers
from zhike.domain.orders.sums import amount_of, tax_within
from zhike.lib.line_amounts import line_amount, rounded
from zhike.lib.money import LARGEST
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Values

#: What the amount of a line is made from.
PRICED = ("quantity", "unit_price", "discount", "source_amount")

NO_SUCH_MOVE = Problem("no_such_move", _("An order cannot go from this state to that one."))
OTHER_CUSTOMER = Problem(
    "other_customer", _("Only a draft can be given to another customer: cancel it and write a new one.")
)
OTHER_DEAL = Problem("other_deal", _("This opportunity belongs to another customer."))
NO_ITEM = Problem("no_item", _("Choose a product, or write what was ordered."))
OTHER_ORDER = Problem("other_order", _("It cannot move to another order."))
NO_LINES = Problem("no_lines", _("An order without lines cannot be confirmed: add what was ordered."))
DELIVERED = Problem("delivered", _("Goods of this order are with the customer: take them back by a return first."))
SHUT = Problem("order_shut", _("The order is done or cancelled: open it again first."))
NO_PRICE = Problem("no_price", _("Give a unit price, or the amount in the source."))
TOO_LARGE = Problem("too_large", _("The amount of this line is too large."))
NOT_POSITIVE = Problem("not_positive", _("A quantity is more than zero."))
NOT_A_SHARE = Problem("not_a_share", _("Give a percentage from 0 to 100."))
NEGATIVE = Problem("negative_amount", _("What comes back is a return, not a negative line."))
BELOW_DELIVERED = Problem("below_delivered", _("More than that is delivered already."))
RETURNED = Problem("returned", _("Part of this line came back already, so quantity and price stay as they are."))

#: Asked before orders are confirmed, and again once orders were written with what they come to (``is_counted``): orders → the
#: problem of those that may not be, by id.
Check = Callable[[Sequence[Order], Actor, bool], Mapping[int, Mapping[str, Problem]]]
_checks: list[Check] = []


def confirm_check(check: Check) -> Check:
    """Register a check of orders that are about to be confirmed, such as credit."""
    if check not in _checks:
        _checks.append(check)
    return check


# Orders -----------------------------------------------------------------------------------------------------------


def orders_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Number, day and department of new orders; states move along their ways, and what is confirmed may be."""
    followers_prepare(rows, existing, actor)
    today = timezone.localdate()
    found: Found = defaultdict(dict)
    for index, row in enumerate(rows):
        if not merged(row, existing.get(index), "day"):
            row["day"] = today
        if index in existing and not actor.is_system:
            _check_moves(row, existing[index], found[index])
    _check_opportunities(rows, existing, found)
    give_numbers(rows, existing, "SO")
    _check_live(rows, existing, found, actor)
    return {index: problems for index, problems in found.items() if problems}


def _check_moves(row: Values, stored: Values, problems: dict[str, Problem]) -> None:
    before, after = stored["state"], merged(row, stored, "state")
    if after != before and after not in MOVES[OrderState(before)]:
        problems["state"] = NO_SUCH_MOVE
    if before != OrderState.DRAFT and row.get("customer", stored["customer"]) != stored["customer"]:
        problems["customer"] = OTHER_CUSTOMER


def _check_opportunities(rows: list[Values], existing: Mapping[int, Values], found: Found) -> None:
    wanted = {row["opportunity"] for row in rows if row.get("opportunity")}
    if not wanted:
        return
    rows_of: Any = policy.every_record(registry.get("opportunity")).filter(pk__in=wanted)
    deals = dict(rows_of.values_list("pk", "customer_id"))
    for index, row in enumerate(rows):
        customer = deals.get(row.get("opportunity"))
        if customer is not None and customer != merged(row, existing.get(index), "customer"):
            found[index]["opportunity"] = OTHER_DEAL


def _check_live(rows: list[Values], existing: Mapping[int, Values], found: Found, actor: Actor) -> None:
    """Checks of orders that begin or cease to count; stored ones alone, for new ones have no lines yet."""
    began: dict[int, int] = {}
    ceased: dict[int, int] = {}
    for index, stored in existing.items():
        before, after = stored["state"] in LIVE, merged(rows[index], stored, "state") in LIVE
        if before != after:
            (began if after else ceased)[stored["id"]] = index
    if began:
        counted = dict(_live_lines(began).values_list("order_id").annotate(n=Count("pk")))
        orders = list(Order.objects.filter(pk__in=began).select_related("customer").order_by("pk"))
        for order in orders:
            if not counted.get(order.pk):
                found[began[order.pk]]["state"] = NO_LINES
        for check in _checks:
            for pk, problems in check(orders, actor, False).items():
                found[began[pk]].update(problems)
    for pk in _with_goods(ceased):
        found[ceased[pk]]["state"] = DELIVERED


def orders_verify(written: Mapping[int, Values | None], actor: Actor) -> Found:
    """Orders that were written as confirmed, or became more, meet the same checks, with their lines counted."""
    if actor.is_system:
        return {}
    rows = Order.objects.filter(pk__in=list(written), state=OrderState.CONFIRMED, amount__gt=0).select_related(
        "customer"
    )
    orders = [
        order
        for order in rows.order_by("pk")
        if (before := written[order.pk]) is None or before["state"] not in LIVE or order.amount > before["amount"]
    ]
    found: Found = {}
    for check in _checks if orders else ():
        for pk, problems in check(orders, actor, True).items():
            found.setdefault(pk, {}).update(problems)
    return found


def order_frozen(stored: Values) -> Problem | None:
    """Why lines of this order cannot change, if so."""
    return SHUT if stored.get("state") in (OrderState.DONE, OrderState.CANCELLED) else None


def _live_lines(orders: Iterable[int]) -> Any:
    return OrderLine.objects.filter(order_id__in=list(orders), deletion__isnull=True)


def _with_goods(orders: Iterable[int]) -> set[int]:
    """Orders of which something is with the customer."""
    found = set()
    for line in quantities(_live_lines(orders)).values():
        if line.delivered > line.returned:
            found.add(line.order)
    return found


# Lines ------------------------------------------------------------------------------------------------------------


class Quantities:
    """How much of a line was ordered, delivered and returned."""

    __slots__ = (
        "amount",
        "cost",
        "delivered",
        "may_exceed",
        "order",
        "ordered",
        "returned",
        "returned_amount",
        "returned_cost",
    )

    def __init__(self, row: Mapping[str, Any]) -> None:
        zero = Decimal(0)
        self.order: int = row["order_id"]
        self.may_exceed: bool = row["order__may_exceed"]
        self.ordered: Decimal = row["quantity"]
        self.amount: int = row["amount"]
        self.cost: int | None = row["cost"]
        self.delivered: Decimal = zero
        self.returned: Decimal = zero
        self.returned_amount = 0
        self.returned_cost = 0


def quantities(lines: Any, *, without: Mapping[str, Iterable[int]] | None = None) -> dict[int, Quantities]:
    """Quantities by line for a queryset of lines; ``without`` leaves out rows by object key that are about to change."""
    left_out = {key: list(ids) for key, ids in (without or {}).items()}
    found = {
        row["pk"]: Quantities(row)
        for row in lines.values("pk", "order_id", "order__may_exceed", "quantity", "amount", "cost")
    }
    sums: Any = DeliveryLine.objects.filter(line_id__in=list(found), deletion__isnull=True)
    sums = sums.exclude(pk__in=left_out.get("delivery_line", ())).order_by()
    for pk, total in sums.values_list("line_id").annotate(total=Sum("quantity")):
        found[pk].delivered = total
    sums = ReturnLine.objects.filter(line_id__in=list(found), deletion__isnull=True)
    sums = sums.exclude(pk__in=left_out.get("return_line", ())).order_by()
    totals = sums.values_list("line_id").annotate(total=Sum("quantity"), money=Sum("amount"), cost=Sum("cost"))
    for pk, total, money, cost in totals:
        found[pk].returned, found[pk].returned_amount, found[pk].returned_cost = total, money, cost or 0
    return found


def locked_orders(ids: Iterable[int | None]) -> dict[int, Order]:
    """The orders, held until the transaction ends: what hangs on one order is written by one person at a time."""
    wanted = {pk for pk in ids if pk is not None}
    rows = Order.objects.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True)
    return {order.pk: order for order in rows}


def lines_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Amount, tax and position of each line, in the department of its order; nothing below what is delivered."""
    orders = locked_orders(merged(row, existing.get(index), "order") for index, row in enumerate(rows))
    given = quantities(OrderLine.objects.filter(pk__in=[stored["id"] for stored in existing.values()]))
    found: Found = defaultdict(dict)
    _fill_products(rows, existing)
    for index, row in enumerate(rows):
        stored = existing.get(index)
        if not merged(row, stored, "item"):
            found[index]["item"] = NO_ITEM
        order = orders.get(merged(row, stored, "order") or 0)
        if order is not None:
            check_order(row, stored, order, found[index], actor)
            if stored is None:
                row["department"] = order.department_id
        _check_numbers(row, stored, found[index])
        if stored is not None:
            _check_given(row, stored, given[stored["id"]], found[index])
            _follow_quantity(row, stored)
        if not found[index]:
            _fill_amount(row, stored, found[index])
    _fill_positions(rows, existing)
    return {index: problems for index, problems in found.items() if problems}


def _fill_products(rows: list[Values], existing: Mapping[int, Values]) -> None:
    """Name, list price, tax rate and cost of a product that was chosen, where nothing else is said."""
    chosen = {
        index: row["product"]
        for index, row in enumerate(rows)
        if row.get("product") and row["product"] != existing.get(index, {}).get("product")
    }
    products = Product.objects.in_bulk(set(chosen.values())) if chosen else {}
    for index, pk in chosen.items():
        row, stored, product = rows[index], existing.get(index), products.get(pk)
        if product is None:
            continue
        if not row.get("item"):
            row["item"] = product.name
        if merged(row, stored, "source_amount") is None and row.get("unit_price") is None:
            row["unit_price"] = product.list_price
        if row.get("tax_rate") is None:
            row["tax_rate"] = product.tax_rate
        quantity = merged(row, stored, "quantity")
        if row.get("cost") is None and product.cost is not None and quantity:
            row["cost"] = line_amount(quantity, product.cost)


def _follow_quantity(row: Values, stored: Values) -> None:
    """The cost of more or less of the same, where nobody says another."""
    before, after, cost = stored["quantity"], merged(row, stored, "quantity"), stored["cost"]
    if after and after != before and cost is not None and row.get("cost", cost) == cost and "product" not in row:
        row["cost"] = rounded(cost * after / before)


def check_order(row: Values, stored: Values | None, order: Order, problems: dict[str, Problem], actor: Actor) -> None:
    """What hangs on an order stays with it, and changes while the order is open."""
    if stored is not None and row.get("order", stored["order"]) != stored["order"]:
        problems["order"] = OTHER_ORDER
    if actor.is_system or order.state not in (OrderState.DONE, OrderState.CANCELLED):
        return
    if stored is None or any(key in row and row[key] != stored[key] for key in PRICED):
        problems[""] = SHUT


def _check_numbers(row: Values, stored: Values | None, problems: dict[str, Problem]) -> None:
    if (merged(row, stored, "quantity") or 0) <= 0:
        problems["quantity"] = NOT_POSITIVE
    for key in ("discount", "tax_rate"):
        if not 0 <= (merged(row, stored, key) or 0) <= 100:
            problems[key] = NOT_A_SHARE
    for key in ("unit_price", "source_amount"):
        if (merged(row, stored, key) or 0) < 0:
            problems[key] = NEGATIVE


def _check_given(row: Values, stored: Values, now: Quantities, problems: dict[str, Problem]) -> None:
    if merged(row, stored, "quantity") < now.delivered and not now.may_exceed:
        problems["quantity"] = BELOW_DELIVERED
    if now.returned and any(row.get(key, stored[key]) != stored[key] for key in PRICED):
        problems["quantity"] = RETURNED


def _fill_amount(row: Values, stored: Values | None, problems: dict[str, Problem]) -> None:
    amount = amount_of(*(merged(row, stored, key) for key in PRICED))
    if amount is None:
        problems["unit_price"] = NO_PRICE
    elif amount > LARGEST:
        problems["unit_price" if merged(row, stored, "unit_price") is not None else "source_amount"] = TOO_LARGE
    else:
        row["amount"] = amount
        row["tax"] = tax_within(amount, merged(row, stored, "tax_rate"))


def _fill_positions(rows: list[Values], existing: Mapping[int, Values]) -> None:
    new = [row for index, row in enumerate(rows) if index not in existing and row.get("position") is None]
    ids = {row["order"] for row in new if row.get("order")}
    last = dict(
        OrderLine.objects.filter(Q(order_id__in=ids)).order_by().values_list("order_id").annotate(n=Max("position"))
    )
    for row in new:
        order = row.get("order")
        last[order] = row["position"] = (last.get(order) or 0) + 1
