"""What a quote's lines come to: the one computation behind the form, the record, the paper and the API."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from zhike.domain.catalog.services.pricing import prices_for
from zhike.lib.line_amounts import HUNDRED, apportion, line_amount, rounded, tax_split
from zhike.metadata.actor import Actor
from zhike.metadata.object_type import Values

ZERO = Decimal(0)
PERCENT = Decimal("0.0001")


def quote_sums(quote: Values, lines: Sequence[Values]) -> Values:
    """Set the amounts of each line and return those of the quote; what cannot be computed yet counts as nothing."""
    for line in lines:
        line["amount"] = _amount(line, line.get("unit_price"), line.get("discount_percent"))
    subtotal = sum(line["amount"] for line in lines)
    off = rounded(subtotal * (quote.get("discount_percent") or ZERO) / HUNDRED)
    shares = apportion(off, [max(line["amount"], 0) for line in lines]) if lines else []
    for line, share in zip(lines, shares, strict=True):
        split = tax_split(line["amount"] - share, _rate(line), included=bool(quote.get("tax_included", True)))
        line.update(net=split.net, tax=split.tax, gross=split.gross)
    return {
        "subtotal": subtotal,
        "discount_amount": off,
        **{key: sum(line[key] for line in lines) for key in ("net", "tax")},
        "total": sum(line["gross"] for line in lines),
        "below_list": below_list(lines, subtotal - off),
    }


def _rate(line: Values) -> Any:
    """The tax rate; one out of all reason, which saving refuses, counts as none."""
    rate = line.get("tax_rate")
    return rate if rate is not None and 0 <= rate <= HUNDRED else None


def _amount(line: Values, price: Any, discount: Any) -> int:
    quantity = line.get("quantity")
    return 0 if quantity is None or price is None else line_amount(quantity, price, discount)


def below_list(lines: Sequence[Values], offered: int) -> Decimal:
    """Percent by which the offer lies below the list prices; a line without one counts at its own price."""
    listed = sum(_amount(line, line.get("list_price") or line.get("unit_price"), None) for line in lines)
    if listed <= 0 or offered >= listed:
        return ZERO.quantize(PERCENT)
    return (HUNDRED * (listed - offered) / listed).quantize(PERCENT)


def quote_fill(quote: Values, lines: Sequence[Values], _actor: Actor) -> list[Values]:
    """Name, unit, tax rate and price of the products of some lines, for the quote's customer today."""
    products = [line["product"] for line in lines]
    prices = prices_for(products, quote.get("customer"), [line.get("quantity") for line in lines], timezone.localdate())
    return [
        {}
        if price is None
        else {
            "name": price.product.name,
            "specification": price.product.specification,
            "unit": price.product.unit,
            "tax_rate": price.product.tax_rate,
            "unit_price": price.unit_price,
            "list_price": price.product.list_price,
        }
        for price in prices
    ]
