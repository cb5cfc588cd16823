"""Relative dates of the filter language, such as this_month, as days of the reader's calendar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.metadata.fields.base import Label, ValueRefused

#: First and last day, both included.
Span = tuple[date, date]

MOST_DAYS = 36_600


def month_start(day: date, months: int = 0) -> date:
    """First day of the month that lies ``months`` after the day's own."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def months_from(start: date, count: int) -> Span:
    return start, month_start(start, count) - timedelta(days=1)


def days_from(day: date, first: int, last: int) -> Span:
    return day + timedelta(days=first), day + timedelta(days=last)


def week(day: date, weeks: int = 0) -> Span:
    """Weeks run from Monday to Sunday."""
    return days_from(day, 7 * weeks - day.weekday(), 7 * weeks + 6 - day.weekday())


def quarter(day: date, quarters: int = 0) -> Span:
    return months_from(month_start(day, -((day.month - 1) % 3) + 3 * quarters), 3)


def year(day: date, years: int = 0) -> Span:
    return date(day.year + years, 1, 1), date(day.year + years, 12, 31)


#: Name → (label, span for a given today).
PERIODS: dict[str, tuple[Label, Callable[[date], Span]]] = {
    "today": (_("Today"), lambda day: (day, day)),
    "yesterday": (_("Yesterday"), lambda day: days_from(day, -1, -1)),
    "tomorrow": (_("Tomorrow"), lambda day: days_from(day, 1, 1)),
    "this_week": (_("This week"), week),
    "last_week": (_("Last week"), lambda day: week(day, -1)),
    "next_week": (_("Next week"), lambda day: week(day, 1)),
    "this_month": (_("This month"), lambda day: months_from(month_start(day), 1)),
    "last_month": (_("Last month"), lambda day: months_from(month_start(day, -1), 1)),
    "next_month": (_("Next month"), lambda day: months_from(month_start(day, 1), 1)),
    "this_quarter": (_("This quarter"), quarter),
    "last_quarter": (_("Last quarter"), lambda day: quarter(day, -1)),
    "this_year": (_("This year"), year),
    "last_year": (_("Last year"), lambda day: year(day, -1)),
}

#: Relative dates that need a number of days: first and last day for (today, days); None leaves that side open.
DAY_COUNTS: dict[str, Callable[[date, int], tuple[date | None, date | None]]] = {
    "last_n_days": lambda today, days: (today - timedelta(days=days - 1), today),
    "next_n_days": lambda today, days: (today, today + timedelta(days=days)),
    "older_than_n_days": lambda today, days: (None, today - timedelta(days=days + 1)),
}


def day_count(raw: Any) -> int:
    """The number of days of a relative date; digits as text count, as forms send them."""
    if isinstance(raw, str) and raw.strip().isascii() and raw.strip().isdigit() and len(raw.strip()) < 10:
        raw = int(raw.strip())
    if not isinstance(raw, int) or isinstance(raw, bool) or not 1 <= raw <= MOST_DAYS:
        raise ValueRefused("day_count", format_lazy(_("Give a number of days from 1 to {most}."), most=MOST_DAYS))
    return raw


def span_of(name: Any, today: date, days: Any = None) -> tuple[date | None, date | None]:
    """First and last day of the named period, seen from ``today``."""
    if isinstance(name, str) and name in PERIODS:
        return PERIODS[name][1](today)
    if isinstance(name, str) and name in DAY_COUNTS:
        return DAY_COUNTS[name](today, day_count(days))
    raise ValueRefused(
        "period_unknown",
        format_lazy(_("Unknown period; choose one of: {known}."), known=", ".join([*PERIODS, *DAY_COUNTS])),
    )


def relative(operand: Any) -> Mapping[str, Any] | None:
    """The operand when it is a relative date such as {"relative": "last_n_days", "days": 7}."""
    return operand if isinstance(operand, Mapping) and "relative" in operand else None
