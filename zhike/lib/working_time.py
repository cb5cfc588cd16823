"""Working days and working hours: counting by a calendar that says of a year that it does not know that it does not know it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: A stretch of work within a day: (opens, closes).
Span = tuple[time, time]
DAY = timedelta(days=1)
#: Nobody counts further than this; it ends loops over calendars without any working day.
MOST_DAYS = 40 * 366


class YearNotKnown(LookupError):
    """The holidays of a year are not known, so nothing can be counted in it; ``year`` says which."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the working days of {year} are not known")
        self.year = year


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are worked, and from when to when.

    ``hours`` holds the stretches of each weekday (0 is Monday); a weekday without any is off. ``exceptions`` says of single
    days whether they are worked, whatever their weekday: holidays and make-up workdays.
    """

    exceptions: Mapping[date, bool]
    known_years: frozenset[int]
    hours: Mapping[int, tuple[Span, ...]]
    zone: ZoneInfo

    def is_working_day(self, day: date) -> bool:
        """Whether the day is worked. Raises YearNotKnown rather than guessing by the weekday."""
        said = self.exceptions.get(day)
        if said is not None:
            return said
        if day.year not in self.known_years:
            raise YearNotKnown(day.year)
        return bool(self.hours.get(day.weekday()))

    def add_working_days(self, day: date, count: int) -> date:
        """The ``count``-th working day after the day, or before it where ``count`` is negative; the day itself for 0."""
        step = DAY if count > 0 else -DAY
        left = abs(count)
        for _turn in range(MOST_DAYS):
            if left == 0:
                return day
            day += step
            left -= self.is_working_day(day)
        raise ValueError("this calendar has no working days")

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative where ``end`` is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(start + DAY * number) for number in range(1, (end - start).days + 1))

    def spans_of(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The stretches of work of a day as moments; a make-up workday has the hours of the week's first working day."""
        if not self.is_working_day(day):
            return ()
        spans = self.hours.get(day.weekday()) or next(
            (self.hours[key] for key in sorted(self.hours) if self.hours[key]), ()
        )
        return tuple((self._moment(day, opens), self._moment(day, closes)) for opens, closes in spans)

    def add_working_time(self, start: datetime, duration: timedelta) -> datetime:
        """The moment at which ``duration`` of working time has passed since ``start``, in the calendar's zone."""
        left = duration
        for opens, closes in self._spans_from(start):
            begin = max(opens, start)
            if begin + left <= closes:
                return begin + left
            left -= closes - begin
        raise ValueError("this calendar has no working hours")

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from ``start`` to ``end``; zero where ``end`` is earlier."""
        passed = timedelta()
        if end <= start:
            return passed
        for opens, closes in self._spans_from(start):
            if opens >= end:
                break
            passed += min(closes, end) - max(opens, start)
        return passed

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, tzinfo=self.zone)

    def _spans_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Stretches of work that end after ``start``, in order."""
        day = start.astimezone(self.zone).date()
        for _turn in range(MOST_DAYS):
            yield from (span for span in self.spans_of(day) if span[1] > start)
            day += DAY
