"""Dates and moments as people write them, in forms, spreadsheets and quick entry."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Literal

from zhike.lib.normalise import narrow
from zhike.lib.refusal import Refused
from zhike.lib.relative_dates import han_number, relative_date

#: Which number stands first where the year stands last (5/1/2024).
Order = Literal["mdy", "dmy"]

YEARS = range(1800, 3000)
#: Day 0 of spreadsheets (the 1900 system; serials below 61 suffer from its false 29 February 1900 and are not dates to us).
SERIAL_ZERO = date(1899, 12, 30)
#: 1927-05-18 to 2173-10-13: five digits that no one writes for anything but a serial in a date column.
SERIALS = range(10_000, 100_000)
HAN_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
HAN_DATE = re.compile(
    r"([〇零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]?"
)
YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
SHORT_YEAR = re.compile(r"(\d{2})年(\d{1,2})月(\d{1,2})[日号]?")
NO_YEAR = re.compile(r"(\d{1,2})\s*[-/月]\s*(\d{1,2})\s*[日号]?")
YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s-]+([a-z]{3})[a-z]*\.?,?[\s-]+(\d{4})")
MONTH_DAY = re.compile(r"([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
CLOCK = re.compile(
    r"(?P<half>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚|am|pm)?\s*"
    r"(?P<hour>\d{1,2}|[一二三四五六七八九十两]{1,3})(?:[:点时](?P<minute>\d{1,2}|半|一刻|三刻)?分?(?::?(?P<second>\d{1,2})(?:\.(?P<micro>\d{1,6})\d*)?秒?)?)?"
    r"\s*(?P<after>am|pm)?"
)
AFTERNOON = {"下午", "傍晚", "晚上", "晚", "pm"}
ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})", re.IGNORECASE)


def parse_date(raw: str | date | float, today: date, order: Order | None = None) -> date:
    """A date from a text, a spreadsheet's date or its serial number.

    A date without a year is one of ``today``'s year. Refuses with "not_a_date", "no_such_day", "implausible_year" and
    "ambiguous_date" (5/1/2024 while ``order`` is not known; ``date_order`` finds it from a column).
    """
    if isinstance(raw, datetime):
        return _plausible(raw.date())
    if isinstance(raw, date):
        return _plausible(raw)
    if isinstance(raw, int | float):
        return _from_serial(raw)
    text = narrow(raw).strip().lower()
    if not text:
        raise Refused("not_a_date")
    return _written(text, today, order) or _date_of_moment(text, today, order)


def parse_datetime(raw: str | date | float, now: datetime, order: Order | None = None) -> datetime:
    """A moment: naive (local time) unless the text names its offset; a bare date is midnight, a bare clock time is today's.

    Refuses as ``parse_date`` does, and with "not_a_time".
    """
    if isinstance(raw, datetime):
        return raw
    if isinstance(raw, date):
        return datetime.combine(_plausible(raw), time())
    if isinstance(raw, int | float):
        seconds = round(float(raw) % 1 * 86_400)
        return datetime.combine(_from_serial(raw), time()) + timedelta(seconds=seconds)
    text = narrow(raw).strip().lower()
    if ISO.fullmatch(text):
        return _iso(text)
    day = _written(text, now.date(), order) if text else None
    if day is not None:
        return datetime.combine(day, time())
    day_text, clock = _split_clock(text)
    today = now.date()
    return datetime.combine(parse_date(day_text, today, order) if day_text else today, clock)


def date_order(texts: Iterable[str]) -> Order | None:
    """Whether a column of dates with the year last puts the month or the day first; None when nothing shows it."""
    for text in texts:
        if match := YEAR_LAST.match(narrow(text).strip()):
            first, second = int(match[1]), int(match[2])
            if first > 12 >= second:
                return "dmy"
            if second > 12 >= first:
                return "mdy"
    return None


def _written(text: str, today: date, order: Order | None) -> date | None:
    """The date of a text without a clock time; None when it is none."""
    if match := YEAR_FIRST.fullmatch(text) or COMPACT.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := SHORT_YEAR.fullmatch(text):
        return _day(_century(int(match[1]), today), int(match[2]), int(match[3]))
    if match := NO_YEAR.fullmatch(text):
        return _day(today.year, int(match[1]), int(match[2]))
    if match := YEAR_LAST.fullmatch(text):
        return _year_last(int(match[1]), int(match[2]), int(match[3]), order)
    if match := HAN_DATE.fullmatch(text):
        return _day(int(match[1].translate(HAN_DIGITS)), han_number(match[2]), han_number(match[3]))
    if (match := DAY_MONTH.fullmatch(text)) and match[2] in MONTHS:
        return _day(int(match[3]), MONTHS.index(match[2]) + 1, int(match[1]))
    if (match := MONTH_DAY.fullmatch(text)) and match[1] in MONTHS:
        return _day(int(match[3]), MONTHS.index(match[1]) + 1, int(match[2]))
    if text.isascii() and text.isdigit() and int(text) in SERIALS:
        return _from_serial(int(text))
    return relative_date(text, today)


def _date_of_moment(text: str, today: date, order: Order | None) -> date:
    """The date of a text with a clock time behind it, as exports of other systems write dates."""
    if ISO.fullmatch(text):
        return _iso(text).date()
    try:
        day_text, _ = _split_clock(text)
    except Refused as error:
        raise Refused("not_a_date") from error
    day = _written(day_text, today, order) if day_text else None
    if day is None:
        raise Refused("not_a_date")
    return day


def _split_clock(text: str) -> tuple[str, time]:
    """("2024-05-01", 15:30) of "2024-05-01 15:30"; the day may be missing, the hour needs : or 点 or 上午."""
    for match in re.finditer(r"(?<=[\s日号t天一二三四五六末])(?=\S)|^", text):
        clock = CLOCK.fullmatch(text, match.end())
        if clock and (clock["half"] or clock["after"] or re.search("[:点时]", clock[0])):
            return text[: match.start()].removesuffix("t").strip(), _clock(clock)
    raise Refused("not_a_date" if not re.search(r"[:点时]", text) else "not_a_time")


def _clock(match: re.Match[str]) -> time:
    hour = int(match["hour"]) if match["hour"].isdigit() else han_number(match["hour"])
    half = match["half"] or match["after"]
    if half in AFTERNOON and hour < 12:
        hour += 12
    elif half == "中午" and hour < 3:
        hour += 12 if hour else 0
    elif half in {"am", "凌晨"} and hour == 12:
        hour = 0
    minute = {None: 0, "半": 30, "一刻": 15, "三刻": 45}.get(match["minute"], -1)
    if minute < 0:
        minute = int(match["minute"])
    try:
        return time(hour, minute, int(match["second"] or 0), int((match["micro"] or "0").ljust(6, "0")))
    except ValueError as error:
        raise Refused("not_a_time") from error


def _day(year: int, month: int, day: int) -> date:
    if year not in YEARS:
        raise Refused("implausible_year", year=year)
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        raise Refused("no_such_day", day=f"{year:04}-{month:02}-{day:02}")
    return date(year, month, day)


def _year_last(first: int, second: int, year: int, order: Order | None) -> date:
    if first > 12 or (order == "dmy" and second <= 12):
        return _day(year, second, first)
    if second > 12 or order == "mdy" or first == second:
        return _day(year, first, second)
    raise Refused("ambiguous_date")


def _century(short: int, today: date) -> int:
    """Two digits before 年 mean the hundred years that end ten years from now."""
    year = today.year // 100 * 100 + short
    return year - 100 if year > today.year + 10 else year


def _plausible(day: date) -> date:
    return _day(day.year, day.month, day.day)


def _from_serial(serial: float) -> date:
    if not isfinite(serial) or int(serial) not in SERIALS:
        raise Refused("not_a_date")
    return SERIAL_ZERO + timedelta(days=int(serial))


def _iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise Refused("not_a_time") from error
