"""What an order's lines come to: the one computation behind the grid, lines written by themselves, imports and the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from zhike.domain.catalog.services.pricing import prices_for
from zhike.lib.line_amounts import line_amount, rounded, tax_split
from zhike.metadata.actor import Actor
from zhike.metadata.object_type import Values

#: Minor units in a whole one.
CENTS = 100


def amount_of(quantity: Any, price: Any, discount: Any, source: Any) -> int | None:
    """Minor units of a line: its price where there is one, else what another system said; None without either."""
    if price is not None:
        return None if quantity is None else line_amount(quantity, price, discount)
    return None if source is None else rounded(source * CENTS)


def tax_within(amount: int, rate: Any) -> int:
    """The tax in an amount; a rate out of all reason, which saving refuses, counts as none."""
    return tax_split(amount, rate if rate is not None and 0 <= rate <= 100 else None, included=True).tax


def order_sums(_order: Values, lines: Sequence[Values]) -> Values:
    """Set amount and tax of each line and return those of the order; what cannot be computed yet counts as nothing."""
    for line in lines:
        given = (line.get(key) for key in ("quantity", "unit_price", "discount", "source_amount"))
        line["amount"] = amount_of(*given) or 0
        line["tax"] = tax_within(line["amount"], line.get("tax_rate"))
    return {key: sum(line[key] for line in lines) for key in ("amount", "tax")}


def order_fill(order: Values, lines: Sequence[Values], _actor: Actor) -> list[Values]:
    """Name, tax rate and price of the products of some lines, for the order's customer on its day.

    What another system said of the amount stands: no price is put in its place.
    """
    products = [line["product"] for line in lines]
    day = order.get("day") or timezone.localdate()
    prices = prices_for(products, order.get("customer"), [line.get("quantity") for line in lines], day)
    return [
        {}
        if price is None
        else {
            "item": price.product.name,
            "unit_price": None if line.get("source_amount") is not None else price.unit_price,
            "tax_rate": price.product.tax_rate,
        }
        for line, price in zip(lines, prices, strict=True)
    ]
