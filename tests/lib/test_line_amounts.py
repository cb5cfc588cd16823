"""Amounts of lines: rounded once, half up, and splits that sum."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from zhike.lib.line_amounts import apportion, line_amount, tax_split

quantities = st.decimals(Decimal(-99999), Decimal(99999), places=4, allow_nan=False)
prices = st.decimals(Decimal(0), Decimal(999999999), places=6, allow_nan=False)
discounts = st.decimals(Decimal(0), Decimal(100), places=4, allow_nan=False)
rates = st.sampled_from([Decimal(rate) for rate in ("0", "1", "3", "6", "9", "13", "17.5")])
amounts = st.integers(-(10**13), 10**13)


def half_up(exact: Fraction) -> int:
    """The nearest whole number, halves away from zero, by fractions alone."""
    whole = (abs(exact) + Fraction(1, 2)).__floor__()
    return -whole if exact < 0 else whole


def test_a_line_is_rounded_once_and_half_up() -> None:
    assert line_amount(Decimal(3), Decimal("0.335")) == 101  # 1.005, which a float would make 1.00
    assert line_amount(Decimal("0.5"), Decimal("0.01")) == 1
    assert line_amount(Decimal("-0.5"), Decimal("0.01")) == -1
    assert line_amount(Decimal(7), Decimal("12.345678"), Decimal("12.5")) == 7562  # 75.617…, not 86.42 less 10.80
    assert line_amount(1, 100, 100) == 0
    assert line_amount(3, Decimal("33.5"), currency="JPY") == 101
    assert line_amount(3, Decimal("33.3335"), currency="KWD") == 100001


@given(quantities, prices, discounts)
def test_no_line_is_more_than_half_a_cent_from_its_exact_value(
    quantity: Decimal, price: Decimal, discount: Decimal
) -> None:
    exact = Fraction(quantity) * Fraction(price) * (100 - Fraction(discount))

    assert line_amount(quantity, price, discount) == half_up(exact)


@given(quantities, prices)
def test_a_return_mirrors_its_sale(quantity: Decimal, price: Decimal) -> None:
    assert line_amount(-quantity, price) == -line_amount(quantity, price)


@given(amounts, rates, st.booleans())
def test_tax_and_the_rest_sum_to_the_whole(amount: int, rate: Decimal, included: bool) -> None:
    split = tax_split(amount, rate, included=included)

    assert split.net + split.tax == split.gross
    assert amount == (split.gross if included else split.net)
    assert split.tax == half_up(Fraction(split.net) * Fraction(rate) / 100) or included
    if included:
        assert split.tax == half_up(Fraction(amount) * Fraction(rate) / (100 + Fraction(rate)))


def test_known_taxes() -> None:
    assert tax_split(11300, 13, included=True).net == 10000
    assert tax_split(10000, 13, included=False).gross == 11300
    assert tax_split(10000, None, included=True).tax == 0


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
def test_shares_sum_to_the_whole_and_none_is_off_by_a_cent(total: int, weights: list[int]) -> None:
    shares = apportion(total, weights)

    assert sum(shares) == total
    whole = sum(weights)
    if whole:
        for share, weight in zip(shares, weights, strict=True):
            assert abs(share - Fraction(total * weight, whole)) < 1


def test_what_is_left_goes_to_the_largest_remainder_and_then_the_first() -> None:
    assert apportion(100, [1, 1, 1]) == [34, 33, 33]
    assert apportion(-10, [0, 0]) == [-10, 0]
    assert apportion(0, []) == []
    with pytest.raises(ValueError, match="among"):
        apportion(1, [])
    with pytest.raises(ValueError, match="negative"):
        apportion(1, [-1, 2])
