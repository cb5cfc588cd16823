"""When people in the demo work: weekdays, office hours, quiet weeks around the Spring Festival, busy year's ends."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, datetime, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from lunar_python import Lunar

SHANGHAI = ZoneInfo("Asia/Shanghai")
#: Eighteen months.
HISTORY_DAYS = 548
WEEKDAY_WEIGHTS = (1.0, 1.1, 1.15, 1.1, 0.95, 0.12, 0.04)
#: January to December.
MONTH_WEIGHTS = (0.9, 0.6, 1.15, 1.1, 1.0, 1.0, 0.9, 0.85, 1.15, 0.9, 1.2, 1.3)
#: Starts of contacts by hour; lunch is from 12 to 13.
HOUR_WEIGHTS = {8: 4, 9: 16, 10: 20, 11: 14, 12: 1, 13: 9, 14: 16, 15: 17, 16: 14, 17: 8, 18: 2, 19: 1}
MINUTES = tuple(
    hour * 60 + step * 60 // (weight * 4) for hour, weight in HOUR_WEIGHTS.items() for step in range(weight * 4)
)


@cache
def spring_festival(year: int) -> date:
    """New Year's day of the lunar calendar in the given year."""
    solar = Lunar.fromYmd(year, 1, 1).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def day_weight(day: date) -> float:
    """How much happens on a day, a plain weekday being about 1."""
    since_festival = (day - spring_festival(day.year)).days
    if -3 <= since_festival <= 6 or (day.month == 10 and day.day <= 7):
        return 0.02
    return WEEKDAY_WEIGHTS[day.weekday()] * MONTH_WEIGHTS[day.month - 1]


class WorkCalendar:
    """Random moments of the eighteen months before ``today``, where work is likely."""

    def __init__(self, today: date) -> None:
        self.today = today
        midnight = datetime(today.year, today.month, today.day, tzinfo=SHANGHAI)
        self.midnights = [midnight - timedelta(days=ago) for ago in range(HISTORY_DAYS, 0, -1)]
        weights = [day_weight(moment.date()) for moment in self.midnights]
        self._sums = list(accumulate(weights, initial=0.0))

    def moment(self, rng: Random, *, oldest: int = HISTORY_DAYS, newest: int = 1) -> datetime:
        """A working moment between ``oldest`` and ``newest`` days ago."""
        first, last = HISTORY_DAYS - min(oldest, HISTORY_DAYS), HISTORY_DAYS - max(newest, 1) + 1
        low, high = self._sums[first], self._sums[last]
        index = bisect_left(self._sums, low + (high - low) * (1 - rng.random()), first + 1, last) - 1
        return self.midnights[index] + timedelta(minutes=MINUTES[int(rng.random() * len(MINUTES))])

    def days_ago(self, days: int, hour: int = 10, minute: int = 0) -> datetime:
        """A fixed moment; a negative number of days lies ahead."""
        day = self.today - timedelta(days=days)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)

    def ahead(self, rng: Random, days: int) -> datetime:
        """A working moment within the next ``days`` days; weekends move to Monday."""
        day = self.today + timedelta(days=1 + int(rng.random() * days))
        day += timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))
        quarter = 32 + int(rng.random() * 36)
        return datetime(day.year, day.month, day.day, quarter // 4, quarter % 4 * 15, tzinfo=SHANGHAI)
