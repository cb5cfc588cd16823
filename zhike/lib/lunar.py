"""Birthdays by the solar or the lunar calendar: a short code, its text, and the days on which it is observed.

Codes: "1985-03-12", "--03-12" (year not known), "L1985-03-12" (lunar), "L--08-15", "L2025-06-12+" (in a leap month).

Rules, stated because calendars leave them open:

* 29 February is observed on 28 February in common years, and the age counts up on that day.
* Day 30 of a lunar month is observed on the month's last day where it has 29; so 除夕, the last day of month 12, stays 除夕.
* A birthday in a leap month is observed in that leap month in lunar years that have it, otherwise in the ordinary month of
  the same number. An ordinary birthday is never observed in a leap month. Each year therefore has exactly one.
* The age is in full years (周岁): calendar years, for lunar birthdays lunar years, up to the last observed birthday.
"""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from lunar_python import LunarYear, Solar

from zhike.lib.refusal import Refused

CODE = re.compile(r"(L?)(\d{4}|-)-(\d{2})-(\d{2})(\+?)")
#: Lunar conversions are sure within these years.
YEARS = range(1850, 2101)


@dataclass(frozen=True, slots=True, order=True)
class Birthday:
    """A day of birth: ``year`` is a lunar year where ``lunar`` is set, None where it is not known."""

    month: int
    day: int
    year: int | None = None
    lunar: bool = False
    leap: bool = False

    @property
    def code(self) -> str:
        year = "-" if self.year is None else f"{self.year:04}"
        return f"{'L' if self.lunar else ''}{year}-{self.month:02}-{self.day:02}{'+' if self.leap else ''}"

    @property
    def key(self) -> str:
        """The code without its year, the same for everybody born on that day: "03-12", "L03-12", "L06-12+"."""
        return f"{'L' if self.lunar else ''}{self.month:02}-{self.day:02}{'+' if self.leap else ''}"


def parse_code(code: str) -> Birthday:
    """The birthday of a code; refuses with "not_a_birthday", "no_such_day" and "implausible_year"."""
    match = CODE.fullmatch(code)
    if match is None:
        raise Refused("not_a_birthday")
    lunar, year, month, day, leap = match.groups()
    return checked(Birthday(int(month), int(day), None if year == "-" else int(year), bool(lunar), bool(leap)))


def checked(birthday: Birthday) -> Birthday:
    """The birthday itself if that day exists; a lunar day with its year is looked up in that year's calendar."""
    if birthday.year is not None and birthday.year not in YEARS:
        raise Refused("implausible_year", year=birthday.year)
    longest = 30 if birthday.lunar else (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[(birthday.month - 1) % 12]
    if not 1 <= birthday.month <= 12 or not 1 <= birthday.day <= longest or (birthday.leap and not birthday.lunar):
        raise Refused("no_such_day", day=birthday.code)
    if birthday.year is not None and not _exists(birthday, birthday.year):
        raise Refused("no_such_day", day=birthday.code)
    return birthday


def _exists(birthday: Birthday, year: int) -> bool:
    if not birthday.lunar:
        return (birthday.month, birthday.day) != (2, 29) or isleap(year)
    if birthday.leap and leap_month(year) != birthday.month:
        return False
    return birthday.day <= lunar_month_days(year, -birthday.month if birthday.leap else birthday.month)


@lru_cache(maxsize=512)
def lunar_months(year: int) -> Mapping[int, tuple[date, int]]:
    """First solar day and length of each month of a lunar year; the leap month has a negative number.

    One table a year, because a conversion by the library takes milliseconds.
    """
    months = {}
    for month in LunarYear.fromYear(year).getMonths():
        if month.getYear() == year:
            first = Solar.fromJulianDay(month.getFirstJulianDay())
            months[month.getMonth()] = (date(first.getYear(), first.getMonth(), first.getDay()), month.getDayCount())
    return months


def leap_month(year: int) -> int:
    """The month that lunar year ``year`` has twice, 0 for none."""
    return next((-month for month in lunar_months(year) if month < 0), 0)


def lunar_month_days(year: int, month: int) -> int:
    """29 or 30; a negative ``month`` is the leap month."""
    return lunar_months(year)[month][1]


def lunar_to_solar(year: int, month: int, day: int) -> date:
    """The solar date of a lunar one; a negative ``month`` is the leap month."""
    return lunar_months(year)[month][0] + timedelta(days=day - 1)


def solar_to_lunar(day: date) -> tuple[int, int, int]:
    """Lunar year, month (negative in a leap month) and day."""
    for year in (day.year, day.year - 1):
        for month, (first, length) in lunar_months(year).items():
            if first <= day < first + timedelta(days=length):
                return year, month, (day - first).days + 1
    raise Refused("implausible_year", year=day.year)


def observed_in(birthday: Birthday, year: int) -> date:
    """The solar date on which the birthday is observed in (for lunar ones: lunar) year ``year``."""
    if not birthday.lunar:
        common_29_february = (birthday.month, birthday.day) == (2, 29) and not isleap(year)
        return date(year, birthday.month, 28 if common_29_february else birthday.day)
    month = -birthday.month if birthday.leap and leap_month(year) == birthday.month else birthday.month
    return lunar_to_solar(year, month, min(birthday.day, lunar_month_days(year, month)))


def next_occurrence(birthday: Birthday, on_or_after: date) -> date:
    """The first observed day from ``on_or_after`` on."""
    # A lunar year begins up to seven weeks into the solar one, so the day sought may belong to the lunar year before.
    for year in range(on_or_after.year - 1, on_or_after.year + 2):
        if (day := observed_in(birthday, year)) >= on_or_after:
            return day
    return observed_in(birthday, on_or_after.year + 2)


def age(birthday: Birthday, on: date) -> int | None:
    """Full years on that day, None where the year of birth is not known or lies ahead."""
    if birthday.year is None:
        return None
    years = range(on.year, on.year - 3, -1)
    last = next(year for year in years if observed_in(birthday, year) <= on)
    return last - birthday.year if last >= birthday.year else None


def keys_observed_on(day: date) -> frozenset[str]:
    """Keys (``Birthday.key``) of all birthdays that are observed on ``day``: at most a handful."""
    year, month, number = solar_to_lunar(day)
    candidates = [Birthday(day.month, day.day)]
    if (day.month, day.day) == (2, 28):
        candidates.append(Birthday(2, 29))
    for lunar_day in {number, 30} if number == lunar_month_days(year, month) else {number}:
        candidates += [Birthday(abs(month), lunar_day, lunar=True, leap=leap) for leap in (False, True)]
    return frozenset(b.key for b in candidates if observed_in(b, year if b.lunar else day.year) == day)


def keys_observed_between(first: date, last: date) -> frozenset[str]:
    """Keys observed from ``first`` to ``last``, both included; a year or more gives every key."""
    return frozenset().union(*(keys_observed_on(day) for day in _days(first, last)))


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
