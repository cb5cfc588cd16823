"""Lunar and solar birthdays: known festivals, the stated rules, and every day of a lifetime."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from zhike.lib.birthday_text import birthday_text, parse_birthday
from zhike.lib.lunar import (
    Birthday,
    age,
    keys_observed_between,
    keys_observed_on,
    leap_month,
    lunar_to_solar,
    next_occurrence,
    observed_in,
    parse_code,
)
from zhike.lib.refusal import Refused

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("lunar", "solar"),
    [
        ((2025, 1, 1), date(2025, 1, 29)),
        ((2026, 1, 1), date(2026, 2, 17)),
        ((2025, 8, 15), date(2025, 10, 6)),
        ((2026, 8, 15), date(2026, 9, 25)),
        ((2025, -6, 1), date(2025, 7, 25)),
    ],
)
def test_festivals_fall_on_their_published_days(lunar: tuple[int, int, int], solar: date) -> None:
    assert lunar_to_solar(*lunar) == solar


def test_2025_has_a_leap_sixth_month() -> None:
    assert leap_month(2025) == 6
    assert leap_month(2026) == 0


@pytest.mark.parametrize(
    "code", ["1985-03-12", "--03-12", "L1985-03-12", "L2025-06-12+", "L--08-15", "--02-29", "2024-02-29"]
)
def test_a_code_reads_back(code: str) -> None:
    assert parse_code(code).code == code


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("1985-02-30", "no_such_day"), ("2023-02-29", "no_such_day"), ("L2026-06-12+", "no_such_day"), ("1985-06-12+", "no_such_day"),
        ("L2024-12-30", "no_such_day"), ("--13-01", "no_such_day"), ("L--01-31", "no_such_day"), ("1700-01-01", "implausible_year"),
        ("tomorrow", "not_a_birthday"), ("", "not_a_birthday"),
    ],
)  # fmt: skip
def test_a_day_that_never_was_is_refused(code: str, reason: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_code(code)
    assert refusal.value.code == reason


@pytest.mark.parametrize(
    ("code", "after", "day"),
    [
        ("L--08-15", date(2025, 10, 7), date(2026, 9, 25)),
        ("L--08-15", date(2025, 10, 6), date(2025, 10, 6)),
        ("--02-29", date(2027, 1, 1), date(2027, 2, 28)),
        ("--02-29", date(2028, 1, 1), date(2028, 2, 29)),
        ("L2025-06-12+", date(2025, 1, 1), date(2025, 8, 5)),
        ("L2025-06-12+", date(2025, 8, 6), lunar_to_solar(2026, 6, 12)),
        ("L--06-12", date(2025, 7, 7), lunar_to_solar(2026, 6, 12)),
        ("L--12-30", date(2025, 1, 1), date(2025, 1, 28)),
        ("L--12-30", date(2026, 1, 1), date(2026, 2, 16)),
    ],
)
def test_the_next_birthday_follows_the_stated_rules(code: str, after: date, day: date) -> None:
    assert next_occurrence(parse_code(code), after) == day


def test_new_years_eve_is_always_the_day_before_spring_festival() -> None:
    eve = parse_birthday("除夕", TODAY)
    for year in range(1990, 2060):
        assert observed_in(eve, year) + timedelta(days=1) == lunar_to_solar(year + 1, 1, 1)


def test_age_counts_up_on_the_observed_day() -> None:
    leapling = parse_code("2004-02-29")
    assert (age(leapling, date(2027, 2, 27)), age(leapling, date(2027, 2, 28))) == (22, 23)
    lunar = parse_code("L1985-12-20")
    birth = lunar_to_solar(1985, 12, 20)
    assert birth.year == 1986
    assert (age(lunar, birth), age(lunar, birth - timedelta(days=1))) == (0, None)
    assert age(lunar, next_occurrence(lunar, date(2025, 12, 31))) == 40
    assert age(parse_code("--03-12"), TODAY) is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1985年3月12日", "1985-03-12"), ("1985/3/12", "1985-03-12"), ("3月12日", "--03-12"), ("03-12", "--03-12"), ("19850312", "1985-03-12"),
        ("阳历3月12日", "--03-12"), ("农历八月十五", "L--08-15"), ("阴历 8月15日", "L--08-15"), ("八月初五", "L--08-05"), ("正月初一", "L--01-01"),
        ("腊月廿三", "L--12-23"), ("农历1985年三月十二", "L1985-03-12"), ("1985年农历3月12日", "L1985-03-12"), ("农历2025年闰六月十二", "L2025-06-12+"),
        ("闰六月初一", "L--06-01+"), ("冬月三十", "L--11-30"), ("除夕", "L--12-30"), ("农历一九八五年腊月三十", "L1985-12-30"), ("1985-03-12（农历）", "L1985-03-12"),
        ("L1985-03-12", "L1985-03-12"), ("lunar 08-15", "L--08-15"), (date(1985, 3, 12), "1985-03-12"),
    ],
)  # fmt: skip
def test_birthdays_are_read_as_people_write_them(typed: str | date, code: str) -> None:
    assert parse_birthday(typed, TODAY).code == code


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("2031-01-01", "in_the_future"), ("不知道", "not_a_birthday"), ("", "not_a_birthday"), ("农历十三月初一", "not_a_birthday"), ("13月1日", "no_such_day")],
)  # fmt: skip
def test_what_is_no_birthday_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_birthday(typed, TODAY)
    assert refusal.value.code in {reason, "no_such_day"}


@given(
    st.dates(date(1900, 1, 1), date(2026, 11, 22)),
    st.booleans(),
    st.booleans(),
    st.integers(0, 29),
    st.sampled_from(["zh-hans", "en"]),
)
def test_every_shown_birthday_reads_back(
    day: date, lunar: bool, with_year: bool, lunar_day: int, language: str
) -> None:
    birthday = Birthday(day.month, day.day, day.year if with_year else None)
    if lunar:
        birthday = Birthday(day.month, min(lunar_day + 1, 29), day.year if with_year else None, lunar=True)
    text = birthday_text(birthday, language)
    assert parse_birthday(text, TODAY) == birthday


@settings(max_examples=60, deadline=None)
@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)))
def test_the_keys_of_a_day_are_exactly_those_observed_on_it(day: date) -> None:
    keys = keys_observed_on(day)
    for month in range(1, 13):
        for number in range(1, 31):
            for leap in (False, True):
                birthday = Birthday(month, number, lunar=True, leap=leap)
                assert (birthday.key in keys) == (next_occurrence(birthday, day) == day), birthday.code
    assert day.strftime("%m-%d") in keys


def test_a_week_has_the_birthdays_of_its_days() -> None:
    keys = keys_observed_between(date(2027, 2, 27), date(2027, 3, 1))
    assert {"02-27", "02-28", "02-29", "03-01"} <= keys
