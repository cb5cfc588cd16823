"""Dates and moments as they are typed, exported and spoken."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, strategies as st

from zhike.lib.dates import date_order, parse_date, parse_datetime
from zhike.lib.refusal import Refused
from zhike.lib.relative_dates import add_months

#: A Wednesday.
TODAY = date(2024, 5, 15)
NOW = datetime(2024, 5, 15, 10, 20)  # noqa: DTZ001


@pytest.mark.parametrize(
    "typed",
    [
        "2024年5月1日", "2024年5月1号", "2024 年 5 月 1 日", "2024.5.1", "2024/5/1", "2024-05-01", "2024-5-1", "20240501",
        "２０２４年５月１日", "２０２４／５／１", "二〇二四年五月一日", "24年5月1日", "5月1日", "5/1", "45413", 45413, 45413.75,
        "1 May 2024", "May 1, 2024", "1-May-2024", "2024-05-01 00:00:00", "2024/5/1 13:05", "2024-05-01T08:00:00Z",
        "2024-05-01T08:00:00.000", date(2024, 5, 1), datetime(2024, 5, 1, 8),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_the_first_of_may_is_read_from_every_spelling(typed: str | date | float) -> None:
    assert parse_date(typed, TODAY) == date(2024, 5, 1)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "not_a_date"), ("张三", "not_a_date"), ("2024", "not_a_date"), ("12", "not_a_date"), (3.5, "not_a_date"),
        (float("nan"), "not_a_date"), (float("inf"), "not_a_date"), ("2024-02-30", "no_such_day"), ("2024-13-01", "no_such_day"),
        ("2023年2月29日", "no_such_day"), ("0204-05-01", "implausible_year"), ("5/6/2024", "ambiguous_date"),
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused(typed: str | float, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_date(typed, TODAY)
    assert refusal.value.code == code


def test_the_order_of_day_and_month_comes_from_the_column() -> None:
    assert date_order(["11/8/2016", "6/12/2016", "10/22/2015"]) == "mdy"
    assert date_order(["01.02.2024", "23.02.2024"]) == "dmy"
    assert date_order(["1/2/2024", "2024-05-01"]) is None
    assert parse_date("11/8/2016", TODAY, "mdy") == date(2016, 11, 8)
    assert parse_date("11/8/2016", TODAY, "dmy") == date(2016, 8, 11)
    assert parse_date("22/10/2015", TODAY) == date(2015, 10, 22)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("今天", date(2024, 5, 15)), ("明天", date(2024, 5, 16)), ("大后天", date(2024, 5, 18)), ("前天", date(2024, 5, 13)),
        ("周五", date(2024, 5, 17)), ("周一", date(2024, 5, 13)), ("下周一", date(2024, 5, 20)), ("下下周三", date(2024, 5, 29)),
        ("上星期日", date(2024, 5, 12)), ("周末", date(2024, 5, 18)), ("两周后", date(2024, 5, 29)), ("3天后", date(2024, 5, 18)),
        ("十天后", date(2024, 5, 25)), ("一个月后", date(2024, 6, 15)), ("半年后", date(2024, 11, 15)), ("2年前", date(2022, 5, 15)),
        ("月底", date(2024, 5, 31)), ("下个月5号", date(2024, 6, 5)), ("下月底", date(2024, 6, 30)),
        ("tomorrow", date(2024, 5, 16)), ("next monday", date(2024, 5, 20)), ("in 2 weeks", date(2024, 5, 29)),
        ("3 days ago", date(2024, 5, 12)),
    ],
)  # fmt: skip
def test_days_are_named_from_today(typed: str, day: date) -> None:
    assert parse_date(typed, TODAY) == day


@pytest.mark.parametrize(
    ("typed", "hour", "minute", "day"),
    [
        ("2024-05-01 15:30", 15, 30, 1), ("2024年5月1日下午3点半", 15, 30, 1), ("5月1日 上午10点20分", 10, 20, 1),
        ("2024/5/1 3:30 PM", 15, 30, 1), ("明天下午三点", 15, 0, 16), ("下午3点", 15, 0, 15), ("9:05", 9, 5, 15),
        ("下周一9点", 9, 0, 20), ("2024.5.1", 0, 0, 1), (45413.5, 12, 0, 1), ("12:00 am", 0, 0, 15), ("晚上8点一刻", 20, 15, 15),
    ],
)  # fmt: skip
def test_moments_are_read_with_their_clock_time(typed: str | float, hour: int, minute: int, day: int) -> None:
    assert parse_datetime(typed, NOW) == datetime(2024, 5, day, hour, minute)  # noqa: DTZ001


def test_a_moment_with_its_offset_keeps_it() -> None:
    assert parse_datetime("2024-05-01T08:00:00Z", NOW) == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert parse_datetime("2024-05-01T16:00:00+08:00", NOW) == datetime(2024, 5, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "code"), [("25:00", "not_a_time"), ("2024-05-01 9:75", "not_a_time"), ("x", "not_a_date")]
)
def test_what_is_no_moment_is_refused(typed: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_datetime(typed, NOW)
    assert refusal.value.code == code


def test_a_month_further_on_ends_with_the_month() -> None:
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2024, 1, 31), -2) == date(2023, 11, 30)


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse, now in ((parse_date, TODAY), (parse_datetime, NOW)):
        with suppress(Refused):
            parse(text, now)  # type: ignore[operator]
