"""Product lines of deals: what follows from a product, what they come to, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.catalog.services.pricing import prices_for
from zhike.domain.customers.preparation import Found, merged
from zhike.lib.line_amounts import HUNDRED, line_amount
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Values

NOT_A_DISCOUNT = Problem("out_of_range", _("A discount lies between 0 and 100."))
NOT_POSITIVE = Problem("out_of_range", _("The quantity must be more than nothing."))
NEGATIVE = Problem("negative_amount", _("A price is not negative."))


def deal_sums(_deal: Values, lines: Sequence[Values]) -> Values:
    """Set the amounts of lines and return their sum as the deal's amount; without lines the amount is what somebody typed."""
    for line in lines:
        quantity, price = line.get("quantity"), line.get("unit_price")
        is_known = quantity is not None and price is not None
        line["amount"] = line_amount(quantity or 0, price or 0, line.get("discount_percent")) if is_known else 0
    return {"amount": sum(line["amount"] for line in lines)} if lines else {}


def deal_fill(deal: Values, lines: Sequence[Values], _actor: Actor) -> list[Values]:
    """Name, unit and price of the products of some lines, for the deal's customer today."""
    products = [line["product"] for line in lines]
    prices = prices_for(products, deal.get("customer"), [line.get("quantity") for line in lines], timezone.localdate())
    return [
        {}
        if price is None
        else {"name": price.product.name, "unit": price.product.unit, "unit_price": price.unit_price}
        for price in prices
    ]


def lines_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """Quantities, prices and discounts within reason."""
    found: Found = {}
    zero = Decimal(0)
    for index, row in enumerate(rows):
        stored = existing.get(index)
        problems: dict[str, Problem] = {}
        if not zero <= (merged(row, stored, "discount_percent") or zero) <= HUNDRED:
            problems["discount_percent"] = NOT_A_DISCOUNT
        if (quantity := merged(row, stored, "quantity")) is not None and quantity <= 0:
            problems["quantity"] = NOT_POSITIVE
        if (merged(row, stored, "unit_price") or zero) < 0:
            problems["unit_price"] = NEGATIVE
        if problems:
            found[index] = problems
    return found
