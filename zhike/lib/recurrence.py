"""Rules by which something returns: every so many days, weeks, months or years; a subset of RFC 5545 in one line of text.

``FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=31;UNTIL=20271231;NEXT=DUE``. ``NEXT`` is ours: whether the next one is made when the present
one is done (left out) or falls due. A month without the day has it on its last day, and the day is not forgotten by that.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

UNITS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST_INTERVAL, MOST_COUNT = 366, 999
#: Steps until the first day that is not past; a daily rule that stood still for a century.
MOST_STEPS = 40_000
CODE = re.compile(
    r"FREQ=(?P<unit>DAILY|WEEKLY|MONTHLY|YEARLY)(;INTERVAL=(?P<interval>[1-9]\d{0,2}))?"
    r"(;BYDAY=(?P<weekdays>(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU)){0,6}))?"
    r"(;BYMONTHDAY=(?P<monthday>[1-9]|[12]\d|3[01]))?"
    r"(;UNTIL=(?P<until>\d{8})|;COUNT=(?P<count>[1-9]\d{0,2}))?(;NEXT=(?P<next>DUE))?\Z",
    re.ASCII,
)


class BadRecurrence(ValueError):
    """No rule, or one that contradicts itself."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """``weekdays`` are 0 (Monday) to 6, for weeks only; ``monthday`` the day meant in months that are too short for it."""

    unit: str
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    monthday: int | None = None
    until: date | None = None
    count: int | None = None
    when_due: bool = False

    @property
    def code(self) -> str:
        parts = [f"FREQ={self.unit}"]
        parts += [f"INTERVAL={self.interval}"] if self.interval > 1 else []
        parts += ["BYDAY=" + ",".join(WEEKDAYS[day] for day in self.weekdays)] if self.weekdays else []
        parts += [f"BYMONTHDAY={self.monthday}"] if self.monthday else []
        parts += [f"UNTIL={self.until:%Y%m%d}"] if self.until else [f"COUNT={self.count}"] if self.count else []
        return ";".join([*parts, *(["NEXT=DUE"] if self.when_due else [])])

    def following(self, day: date) -> date | None:
        """The day after ``day`` on which it returns; None when the rule, or the calendar, has ended."""
        try:
            found = self._step(day)
        except (OverflowError, ValueError):
            return None
        return None if self.until is not None and found > self.until else found

    def not_before(self, day: date, earliest: date) -> date | None:
        """The first return after ``day`` that is not before ``earliest``: what was missed is not made up for."""
        found = self.following(day)
        for _step in range(MOST_STEPS):
            if found is None or found >= earliest:
                return found
            found = self.following(found)
        return None

    def _step(self, day: date) -> date:
        if self.unit == "DAILY":
            return day + timedelta(days=self.interval)
        if self.unit == "WEEKLY":
            return self._week(day)
        months = self.interval * (12 if self.unit == "YEARLY" else 1)
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(self.monthday or day.day, last))

    def _week(self, day: date) -> date:
        weekdays = self.weekdays or (day.weekday(),)
        later = [weekday for weekday in weekdays if weekday > day.weekday()]
        if later:
            return day + timedelta(days=later[0] - day.weekday())
        return day + timedelta(days=7 * self.interval + weekdays[0] - day.weekday())


def read_recurrence(code: str) -> Recurrence:
    """The rule of a code; raises BadRecurrence."""
    found = CODE.match(code)
    if found is None:
        raise BadRecurrence(code)
    told = found.groupdict()
    weekdays = tuple(sorted({WEEKDAYS.index(day) for day in (told["weekdays"] or "").split(",") if day}))
    interval = int(told["interval"] or 1)
    by_month = told["unit"] in {"MONTHLY", "YEARLY"}
    if (weekdays and told["unit"] != "WEEKLY") or (told["monthday"] and not by_month) or interval > MOST_INTERVAL:
        raise BadRecurrence(code)
    try:
        until = date.fromisoformat(told["until"]) if told["until"] else None
    except ValueError:
        raise BadRecurrence(code) from None
    monthday = int(told["monthday"]) if told["monthday"] else None
    count = int(told["count"]) if told["count"] else None
    return Recurrence(told["unit"], interval, weekdays, monthday, until, count, told["next"] == "DUE")
