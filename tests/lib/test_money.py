"""Amounts from text to minor units and back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from zhike.lib.money import format_amount, major_units, minor_units, parse_amount, plain_amount, short_amount
from zhike.lib.refusal import Refused


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("¥12,345.60", 1_234_560),
        ("￥１２，３４５．６", 1_234_560),
        ("12345.6", 1_234_560),
        ("1.2万", 1_200_000),
        ("3 億元", 30_000_000_000),
        ("5千万", 5_000_000_000),
        ("350元整", 35_000),
        ("RMB 100", 10_000),
        ("100 CNY", 10_000),
        ("-¥3", -300),
        ("¥-3", -300),
        ("(350.00)", -35_000),
        (".5", 50),
        ("0", 0),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, minor: int) -> None:
    assert parse_amount(typed) == minor


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "not_an_amount"),
        ("abc", "not_an_amount"),
        ("1,23", "not_an_amount"),
        ("1.234,56", "not_an_amount"),
        ("1 2", "not_an_amount"),
        ("1.005", "too_many_decimals"),
        ("99999999999999999", "too_large"),
    ],
)
def test_what_is_no_exact_amount_is_refused(typed: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_amount(typed)
    assert refusal.value.code == code


def test_currencies_have_their_own_decimals() -> None:
    assert parse_amount("1500", "JPY") == 1500
    assert parse_amount("1.234", "KWD") == 1234
    assert format_amount(1234, "KWD") == "KWD 1.234"
    with pytest.raises(Refused):
        parse_amount("1.5", "JPY")


def test_a_float_from_a_cell_is_what_it_shows() -> None:
    assert minor_units(12.1) == 1210
    assert minor_units(0.1 + 0.2) == 30
    with pytest.raises(Refused):
        minor_units(float("nan"))


def test_amounts_are_shown_exactly_or_short() -> None:
    assert format_amount(1_234_560) == "¥12,345.60"
    assert format_amount(-300) == "-¥3.00"
    assert format_amount(1_234_560, symbol=False) == "12,345.60"
    assert short_amount(123_456_000) == "¥123.46万"
    assert short_amount(12_000_000_000) == "¥1.2亿"
    assert short_amount(999_900) == "¥9,999.00"
    assert major_units(1) == Decimal("0.01")


@given(st.integers(-(2**53) + 1, 2**53 - 1), st.sampled_from(["CNY", "USD", "JPY", "KWD", "EUR"]))
def test_every_shown_amount_reads_back(minor: int, currency: str) -> None:
    assert parse_amount(format_amount(minor, currency), currency) == minor
    assert parse_amount(plain_amount(minor, currency), currency) == minor
