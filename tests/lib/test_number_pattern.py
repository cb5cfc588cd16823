"""Patterns of running numbers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, strategies as st

from zhike.lib.number_pattern import BadPattern, read_pattern

DAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("pattern", "count", "number"),
    [
        ("KH{YYYY}-{0000}", 7, "KH2026-0007"),
        ("{YY}{MM}{DD}{000}号", 12, "260309012号"),
        ("{0}", 123, "123"),
        ("客户.{00}+(a)", 5, "客户.05+(a)"),
    ],
)
def test_a_number_is_written_as_its_pattern_says(pattern: str, count: int, number: str) -> None:
    assert read_pattern(pattern).number(DAY, count) == number


@pytest.mark.parametrize(
    "pattern",
    ["", "KH", "{YYYY}", "{000}{000}", "{x}{00}", "{00", "00}", "{{00}}", "a\n{00}", " {00}", "x" * 40 + "{0}"],
)
def test_what_gives_no_running_number_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern):
        read_pattern(pattern)


def test_another_year_is_another_series_and_more_digits_are_the_same_one() -> None:
    three, four = read_pattern("KH{YYYY}-{000}"), read_pattern("KH{YYYY}-{0000}")
    assert three.series(DAY) == four.series(DAY) != three.series(date(2027, 1, 1))


@given(
    pattern=st.sampled_from(["KH{YYYY}-{0000}", "{YY}{MM}{DD}{000}", "{0}号", "a{YYYY}b{MM}c{00}d"]),
    day=st.dates(min_value=date(1990, 1, 1)),
    count=st.integers(1, 10**12),
)
def test_a_number_is_read_back_as_series_and_count(pattern: str, day: date, count: int) -> None:
    found = read_pattern(pattern)
    if "{MM}" in pattern and "{YYYY}" not in pattern and count > 999:
        return
    assert found.read(found.number(day, count)) == (found.series(day), count)
    assert found.read("nonsense") is None
