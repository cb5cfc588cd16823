"""What is completed and checked on plans and papers of money before they are saved, a whole batch at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import uuid4

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _now, gettext_lazy as _

from zhike.domain.customers.preparation import Found, followers_prepare, merged
from zhike.domain.money.choices import EntryKind, Milestone, WriteOffState
from zhike.domain.money.ledger import customers_hold, free_amounts, sums_by
from zhike.domain.money.matching import PAID_BACK
from zhike.domain.money.models import Invoice, Receipt
from zhike.domain.money.policies import days_of, rules_on
from zhike.domain.orders.choices import LIVE
from zhike.domain.orders.models import Order
from zhike.domain.orders.numbers import give_numbers
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Values

WRITTEN_BY_ITSELF = Problem("read_only", _("The ledger writes itself: enter a receipt, a refund or a write-off."))
NOT_POSITIVE = Problem("not_positive", _("An amount is more than zero."))
PLAN_STANDS = Problem(
    "plan_stands", _("The order is confirmed, so the plan's amounts stand: use “Pay in instalments” on the order.")
)
OTHER_ORDER = Problem("other_order", _("It cannot move to another order."))
MATCHED = Problem("matched", _("What is matched or paid back belongs to this customer: release it first."))
ONE_OF_BOTH = Problem("one_of_both", _("Name either the order or the receipt that the money is paid back from."))
OTHER_CUSTOMER = Problem("other_customer", _("It belongs to another customer."))
MORE_THAN_PAID = Problem("more_than_paid", _("That is more than was paid and can go back."))
MORE_THAN_OPEN = Problem("more_than_open", _("That is more than is open of this order."))
RED_NEEDS_ORIGINAL = Problem(
    "red_needs_original", _("Only a red-letter invoice is negative: name the invoice that it takes back.")
)
RED_OF_RED = Problem("red_of_red", _("A red-letter invoice cannot be taken back by another one."))
MORE_THAN_INVOICED = Problem("more_than_invoiced", _("That is more than is left of that invoice."))
MORE_THAN_ORDERED = Problem("more_than_ordered", _("That is more than is left to invoice of this order."))
TAX_WITHIN = Problem("tax_within", _("The tax is part of the amount, with the same sign."))
NOT_DAYS = Problem("not_days", _("Write rising days with commas, such as 1,15,30."))


def ledger_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Nobody but the system writes into the ledger; what is already there keeps its day and its key."""
    if not actor.is_system:
        return {index: {"": WRITTEN_BY_ITSELF} for index in range(len(rows))}
    for index, row in enumerate(rows):
        if index not in existing:
            row.setdefault("day", timezone.localdate())
            row.setdefault("source_key", f"entered:{uuid4().hex}")
    return {}


def instalments_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Customer, name and day; amounts of a confirmed order's plan change by the order alone."""
    found: Found = {}
    orders = _orders(merged(row, existing.get(index), "order") for index, row in enumerate(rows))
    terms: int | None = None
    for index, row in enumerate(rows):
        stored, order = existing.get(index), orders.get(merged(row, existing.get(index), "order") or 0)
        if order is None:
            continue
        if stored is None:
            row["customer"], row["department"] = order.customer_id, order.department_id
        elif row.get("order", stored["order"]) != stored["order"]:
            found[index] = {"order": OTHER_ORDER}
        shifts = stored is None or row.get("amount", stored["amount"]) != stored["amount"]
        if shifts and not actor.is_system and order.state in LIVE:
            found[index] = {"amount": PLAN_STANDS}
        if (merged(row, stored, "amount") or 0) < 0:
            found[index] = {"amount": NOT_POSITIVE}
        if not merged(row, stored, "name"):
            row["name"] = _now("Instalment")
        if merged(row, stored, "milestone") == Milestone.DAY and merged(row, stored, "due_on") is None:
            terms = rules_on(timezone.localdate()).payment_days if terms is None else terms
            row["due_on"] = order.day + timedelta(days=terms)
    return found


def receipts_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Number and day; never less than was paid back of it, and matches keep it with its customer."""
    found = _papers(rows, existing, "RC")
    followers_prepare(rows, existing, actor)
    customers_hold(stored["customer"] for stored in existing.values())
    sums = sums_by("receipt", [stored["id"] for stored in existing.values()])
    for index, row in enumerate(rows):
        stored = existing.get(index)
        if stored is None:
            continue
        known = sums.get(stored["id"], {})
        used = known.get(EntryKind.ALLOCATED, 0) + known.get(EntryKind.REFUNDED, 0)
        if (merged(row, stored, "amount") or 0) < known.get(EntryKind.REFUNDED, 0):
            found[index]["amount"] = PAID_BACK
        if not actor.is_system and used and row.get("customer", stored["customer"]) != stored["customer"]:
            found[index]["customer"] = MATCHED
    return found


def refunds_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Out of an order or out of a receipt, and never more than there is."""
    found = _papers(rows, existing, "RF")
    orders = _orders(merged(row, existing.get(index), "order") for index, row in enumerate(rows))
    for index, row in enumerate(rows):
        order = orders.get(merged(row, existing.get(index), "order") or 0)
        if index not in existing and order is not None:
            row.setdefault("customer", order.customer_id)
    followers_prepare(rows, existing, actor)
    customers_hold(merged(row, existing.get(index), "customer") for index, row in enumerate(rows))
    room = _room(rows, existing)
    for index, row in enumerate(rows):
        stored = existing.get(index)
        place = _place(row, stored)
        if place is None:
            found[index]["receipt"] = ONE_OF_BOTH
            continue
        if place not in room or room[place][0] != merged(row, stored, "customer"):
            found[index][place[0]] = OTHER_CUSTOMER
            continue
        owner, most = room[place]
        amount = merged(row, stored, "amount") or 0
        if amount > most:
            found[index]["amount"] = MORE_THAN_PAID
        room[place] = (owner, most - amount)
    return found


Place = tuple[str, int]


def _place(row: Values, stored: Values | None) -> Place | None:
    order, receipt = merged(row, stored, "order"), merged(row, stored, "receipt")
    if (order is None) == (receipt is None):
        return None
    return ("order", order) if order is not None else ("receipt", receipt)


def _room(rows: list[Values], existing: Mapping[int, Values]) -> dict[Place, tuple[int, int]]:
    """Customer and what may be paid back by order and receipt, without the refunds that are about to change."""
    places = {place for index, row in enumerate(rows) if (place := _place(row, existing.get(index)))}
    room: dict[Place, tuple[int, int]] = {}
    orders = [pk for key, pk in places if key == "order"]
    sums = sums_by("order", orders)
    for pk, customer in Order.objects.filter(pk__in=orders).values_list("pk", "customer_id"):
        known = sums.get(pk, {})
        room["order", pk] = (customer, known.get(EntryKind.ALLOCATED, 0) - known.get(EntryKind.REFUNDED, 0))
    receipts = [pk for key, pk in places if key == "receipt"]
    free = free_amounts(receipts)
    for pk, customer in Receipt.objects.filter(pk__in=receipts).values_list("pk", "customer_id"):
        room["receipt", pk] = (customer, free.get(pk, 0))
    for stored in existing.values():
        place = _place({}, stored)
        if place in room and place is not None:
            room[place] = (room[place][0], room[place][1] + stored["amount"])
    return room


def write_offs_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """Never more than is open of the order."""
    found: Found = defaultdict(dict)
    today = timezone.localdate()
    orders = _orders(merged(row, existing.get(index), "order") for index, row in enumerate(rows))
    customers_hold(order.customer_id for order in orders.values())
    sums = sums_by("order", list(orders))
    still = {pk: open_amount(sums.get(pk, {})) for pk in orders}
    for held in existing.values():
        if held["order"] in still and held["state"] == WriteOffState.COUNTED:
            still[held["order"]] += held["amount"]
    for index, row in enumerate(rows):
        stored, order = existing.get(index), orders.get(merged(row, existing.get(index), "order") or 0)
        if not merged(row, stored, "day"):
            row["day"] = today
        if order is None:
            continue
        if stored is None:
            row["department"] = order.department_id
        elif row.get("order", stored["order"]) != stored["order"]:
            found[index]["order"] = OTHER_ORDER
        if merged(row, stored, "state") == WriteOffState.REFUSED:
            continue
        amount = merged(row, stored, "amount") or 0
        if amount <= 0:
            found[index]["amount"] = NOT_POSITIVE
        elif amount > still[order.pk]:
            found[index]["amount"] = MORE_THAN_OPEN
        else:
            still[order.pk] -= amount
    return {index: problems for index, problems in found.items() if problems}


def open_amount(sums: Mapping[str, int]) -> int:
    """planned − allocated + refunded − written off, of sums by kind."""
    return (
        sums.get(EntryKind.PLANNED, 0)
        - sums.get(EntryKind.ALLOCATED, 0)
        + sums.get(EntryKind.REFUNDED, 0)
        - sums.get(EntryKind.WRITTEN_OFF, 0)
    )


def invoices_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Signs, and no more than was ordered; a red-letter one takes back no more than is left of its invoice."""
    found: Found = defaultdict(dict)
    today = timezone.localdate()
    orders = _orders(merged(row, existing.get(index), "order") for index, row in enumerate(rows))
    for index, row in enumerate(rows):
        order = orders.get(merged(row, existing.get(index), "order") or 0)
        if order is not None and index not in existing:
            row.setdefault("customer", order.customer_id)
        if not merged(row, existing.get(index), "day"):
            row["day"] = today
    followers_prepare(rows, existing, actor)
    customers_hold(merged(row, existing.get(index), "customer") for index, row in enumerate(rows))
    left = _InvoiceRoom(rows, existing)
    for index, row in enumerate(rows):
        stored, order = existing.get(index), orders.get(merged(row, existing.get(index), "order") or 0)
        amount, tax = merged(row, stored, "amount") or 0, merged(row, stored, "tax") or 0
        if order is not None and order.customer_id != merged(row, stored, "customer"):
            found[index]["order"] = OTHER_CUSTOMER
        if abs(tax) > abs(amount) or tax * amount < 0:
            found[index]["tax"] = TAX_WITHIN
        original = merged(row, stored, "reverses")
        if original is None:
            if amount < 0:
                found[index]["amount"] = RED_NEEDS_ORIGINAL
            elif order is not None and not left.take_order(order, amount):
                found[index]["amount"] = MORE_THAN_ORDERED
        elif problem := left.take_back(original, amount, merged(row, stored, "customer")):
            found[index]["reverses" if problem is not MORE_THAN_INVOICED else "amount"] = problem
    return {index: problems for index, problems in found.items() if problems}


class _InvoiceRoom:
    """What is left to invoice of orders, and of invoices to take back, without the rows that are about to change."""

    def __init__(self, rows: list[Values], existing: Mapping[int, Values]) -> None:
        changing = [stored["id"] for stored in existing.values()]
        others = Invoice.objects.filter(deletion__isnull=True).exclude(pk__in=changing).order_by()
        orders = {merged(row, existing.get(index), "order") for index, row in enumerate(rows)} - {None}
        originals = {merged(row, existing.get(index), "reverses") for index, row in enumerate(rows)} - {None}
        self.invoiced = dict(others.filter(order_id__in=orders).values_list("order_id").annotate(total=Sum("amount")))
        self.originals = {row.pk: row for row in Invoice.objects.filter(pk__in=originals)}
        self.taken = dict(
            others.filter(reverses_id__in=originals).values_list("reverses_id").annotate(total=Sum("amount"))
        )

    def take_order(self, order: Order, amount: int) -> bool:
        total = self.invoiced.get(order.pk, 0) + amount
        self.invoiced[order.pk] = total
        return bool(total <= order.amount)

    def take_back(self, original: int, amount: int, customer: int | None) -> Problem | None:
        row = self.originals.get(original)
        if row is None or row.customer_id != customer:
            return OTHER_CUSTOMER
        if row.reverses_id is not None:
            return RED_OF_RED
        self.taken[original] = self.taken.get(original, 0) + amount
        return MORE_THAN_INVOICED if amount > 0 or row.amount + self.taken[original] < 0 else None


def policies_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """Days of reminders make sense."""
    found: Found = {}
    for index, row in enumerate(rows):
        try:
            days_of(str(merged(row, existing.get(index), "dunning_days") or ""))
        except ValueError:
            found[index] = {"dunning_days": NOT_DAYS}
    return found


def _papers(rows: list[Values], existing: Mapping[int, Values], letters: str) -> Found:
    """Day and number of papers, and amounts that are more than nothing."""
    found: Found = defaultdict(dict)
    today = timezone.localdate()
    for index, row in enumerate(rows):
        if not merged(row, existing.get(index), "day"):
            row["day"] = today
        if (amount := merged(row, existing.get(index), "amount")) is not None and amount <= 0:
            found[index]["amount"] = NOT_POSITIVE
    give_numbers(rows, existing, letters)
    return found


def _orders(ids: Iterable[int | None]) -> dict[int, Order]:
    wanted = {pk for pk in ids if pk}
    return {order.pk: order for order in Order.objects.filter(pk__in=wanted)} if wanted else {}
