"""Amounts of lines (quantity × unit price less discount), rounded once to minor units, their tax, and shares of a total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from zhike.lib.money import currency_decimals

#: Decimals of what a line is made from; its amount has those of its currency.
QUANTITY_DECIMALS = 4
PRICE_DECIMALS = 6
HUNDRED = Decimal(100)
#: Enough digits for every product of stored numbers to be exact, whatever context the thread has.
EXACT = Context(prec=80, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class TaxSplit:
    """An amount in minor units without tax, its tax, and with tax; the first two sum to the third."""

    net: int
    tax: int
    gross: int


def rounded(value: Decimal) -> int:
    """The nearest whole number; halves go away from zero, so that what is returned mirrors what was sold."""
    return int(EXACT.to_integral_value(value))


def line_amount(
    quantity: Decimal | int,
    unit_price: Decimal | int,
    discount_percent: Decimal | int | None = None,
    *,
    currency: str = "CNY",
) -> int:
    """Minor units of ``quantity`` at ``unit_price`` whole units each, less the discount: rounded once, half up."""
    share = HUNDRED - (discount_percent or 0)
    exact = EXACT.multiply(EXACT.multiply(Decimal(quantity), Decimal(unit_price)), share)
    return rounded(EXACT.scaleb(exact, currency_decimals(currency) - 2))


def tax_split(amount: int, rate_percent: Decimal | int | None, *, included: bool) -> TaxSplit:
    """Split a rounded amount; ``included`` says that the tax is within it, otherwise it comes on top."""
    rate = Decimal(rate_percent or 0)
    if included:
        tax = rounded(EXACT.divide(EXACT.multiply(Decimal(amount), rate), HUNDRED + rate))
        return TaxSplit(amount - tax, tax, amount)
    tax = rounded(EXACT.divide(EXACT.multiply(Decimal(amount), rate), HUNDRED))
    return TaxSplit(amount, tax, amount + tax)


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Shares of ``total`` by weight that sum to it exactly; what is left over goes to the largest remainders, then the first.

    Weights are not negative. Where all are zero, the first takes everything.
    """
    if not weights:
        if total:
            raise ValueError("nothing to share it among")
        return []
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight is negative")
    whole = sum(weights)
    if not whole:
        return [total] + [0] * (len(weights) - 1)
    sign = -1 if total < 0 else 1
    parts = [divmod(abs(total) * weight, whole) for weight in weights]
    shares = [share for share, _remainder in parts]
    order = sorted(range(len(parts)), key=lambda index: (-parts[index][1], index))
    for index in order[: abs(total) - sum(shares)]:
        shares[index] += 1
    return [sign * share for share in shares]
