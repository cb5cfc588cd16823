"""Counting in working days and hours, with the check numbers of DOMAINS.md."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from zhike.lib.working_time import WorkingCalendar, YearNotKnown

CHINA = ZoneInfo("Asia/Shanghai")
WEEK = {weekday: ((time(9), time(18)),) for weekday in range(5)}
#: Spring Festival 2026: 15 to 23 February off, Saturday the 14th and the 28th made up.
SPRING = {date(2026, 2, day): False for day in range(15, 24)} | {date(2026, 2, 14): True, date(2026, 2, 28): True}


def calendar(**values: object) -> WorkingCalendar:
    given = {"exceptions": SPRING, "known_years": frozenset({2026}), "hours": WEEK, "zone": CHINA, **values}
    return WorkingCalendar(**given)  # type: ignore[arg-type]


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=CHINA)  # type: ignore[misc,arg-type]


def test_an_hour_raised_before_closing_goes_on_the_next_morning() -> None:
    """DOMAINS 1: raised 16:30, 1 h, day ends 17:00, reopens 09:00 → 09:30 next workday (freeitsm, SLA management)."""
    until_five = {weekday: ((time(9), time(17)),) for weekday in range(5)}

    assert calendar(hours=until_five).add_working_time(at(2026, 3, 5, 16, 30), timedelta(hours=1)) == at(
        2026, 3, 6, 9, 30
    )
    assert calendar(hours=until_five).add_working_time(at(2026, 3, 6, 16, 30), timedelta(hours=1)) == at(
        2026, 3, 9, 9, 30
    )


def test_a_make_up_saturday_counts_as_a_workday() -> None:
    """DOMAINS 1: China, 09–18, created Fri 2026-02-13 17:00: 4 h → Sat 14 Feb 12:00."""
    assert calendar().add_working_time(at(2026, 2, 13, 17), timedelta(hours=4)) == at(2026, 2, 14, 12)


def test_sixteen_hours_on_eight_hour_days_are_two_days() -> None:
    """DOMAINS 1: a 16-hour target on 8-hour days = two business days (Zammad)."""
    eight = {weekday: ((time(9), time(12)), (time(13), time(18))) for weekday in range(5)}

    assert calendar(hours=eight).add_working_time(at(2026, 3, 2, 9), timedelta(hours=16)) == at(2026, 3, 3, 18)


def test_working_days_step_over_the_spring_festival_both_ways() -> None:
    assert calendar().add_working_days(date(2026, 2, 13), 2) == date(2026, 2, 24)
    assert calendar().add_working_days(date(2026, 2, 24), -2) == date(2026, 2, 13)
    assert calendar().working_days_between(date(2026, 2, 13), date(2026, 2, 24)) == 2
    assert calendar().working_days_between(date(2026, 2, 24), date(2026, 2, 13)) == -2


def test_working_time_between_is_the_inverse_of_adding() -> None:
    start = at(2026, 2, 13, 17, 20)
    for hours in (0.5, 4, 9, 30, 77.25):
        end = calendar().add_working_time(start, timedelta(hours=hours))
        assert calendar().working_time_between(start, end) == timedelta(hours=hours)
    assert calendar().working_time_between(start, start - timedelta(days=3)) == timedelta()


def test_a_year_that_is_not_known_is_an_error_and_never_a_guess() -> None:
    """DOMAINS 14, trap: chinesecalendar knows 2004 to 2026; counting 2027 by weekdays would be silently wrong."""
    with pytest.raises(YearNotKnown, match="2027"):
        calendar().add_working_days(date(2026, 12, 31), 1)
    with pytest.raises(YearNotKnown):
        calendar().working_days_between(date(2026, 12, 1), date(2027, 1, 4))


def test_a_single_day_of_an_unknown_year_is_known_once_said() -> None:
    said = calendar(exceptions={date(2027, 1, 4): True})

    assert said.is_working_day(date(2027, 1, 4))


def test_a_calendar_without_working_days_ends_with_an_error() -> None:
    never = calendar(exceptions={}, known_years=frozenset(range(2026, 2100)), hours={})

    with pytest.raises(ValueError, match="no working days"):
        never.add_working_days(date(2026, 1, 1), 1)
