"""Days named from today: 明天, 下周一, 3天后, 月底, tomorrow, next monday, in 2 weeks."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

DAYS = {
    "今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3, "昨天": -1, "昨日": -1, "前天": -2, "大前天": -3,
    "today": 0, "tomorrow": 1, "yesterday": -1,
}  # fmt: skip
WEEKS = {"上上": -2, "上": -1, "last ": -1, "这": 0, "本": 0, "this ": 0, "": 0, "下": 1, "next ": 1, "下下": 2}
WEEKDAYS = {
    **{name: number for number, name in enumerate("一二三四五六日")}, "天": 6, "末": 5,
    **{name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
}  # fmt: skip
HAN_WEEKDAY = re.compile(r"(上上|上|这|本|下|下下)?个?(?:周|星期|礼拜)([一二三四五六日天末])")
LATIN_WEEKDAY = re.compile(r"(last |this |next )?(mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?")
COUNT = r"(\d{1,4}|[一二两三四五六七八九十]{1,3}|半)"
HAN_AWAY = re.compile(rf"{COUNT}个?(天|日|周|星期|礼拜|月|年)(?:以?后|之后)")
HAN_AGO = re.compile(rf"{COUNT}个?(天|日|周|星期|礼拜|月|年)(?:以?前|之前)")
LATIN_AWAY = re.compile(r"in (\d{1,4}|a|an|one) (day|week|month|year)s?")
LATIN_AGO = re.compile(r"(\d{1,4}|a|an|one) (day|week|month|year)s? ago")
MONTH_DAY = re.compile(r"(上|本|这|下)个?月(?:(\d{1,2}|[一二三四五六七八九十]{1,3})[日号]|(初|底|末))")
MONTH_END = {"月底": 0, "月末": 0, "本月底": 0, "end of month": 0}
UNITS = {"天": "day", "日": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month", "年": "year"}


def relative_date(text: str, today: date) -> date | None:
    """The day that ``text`` (lower case, half width) names as seen from ``today``; None when it names none.

    Weeks begin on Monday: 周五 is this week's Friday even when it is past, 下周五 next week's. A month further on keeps the
    day of the month or takes the last one.
    """
    if text in DAYS:
        return today + timedelta(days=DAYS[text])
    if text in MONTH_END:
        return last_of_month(today)
    if match := HAN_WEEKDAY.fullmatch(text) or LATIN_WEEKDAY.fullmatch(text):
        monday = today - timedelta(days=today.weekday())
        return monday + timedelta(weeks=WEEKS[match[1] or ""], days=WEEKDAYS[match[2]])
    for pattern, sign in ((HAN_AWAY, 1), (LATIN_AWAY, 1), (HAN_AGO, -1), (LATIN_AGO, -1)):
        if match := pattern.fullmatch(text):
            return _away(today, sign, match[1], UNITS.get(match[2], match[2]))
    if match := MONTH_DAY.fullmatch(text):
        return _in_month(today, match)
    return None


def add_months(day: date, months: int) -> date:
    """The same day of a later or earlier month, or that month's last: 31 January + 1 month = 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _away(today: date, sign: int, count: str, unit: str) -> date | None:
    if count == "半":
        return (
            add_months(today, sign * 6)
            if unit == "year"
            else today + timedelta(days=sign * 15)
            if unit == "month"
            else None
        )
    number = 1 if count in {"a", "an", "one"} else int(count) if count.isdigit() else han_number(count)
    try:
        if unit in {"day", "week"}:
            return today + timedelta(days=sign * number * (7 if unit == "week" else 1))
        return add_months(today, sign * number * (12 if unit == "year" else 1))
    except (OverflowError, ValueError):
        return None


def _in_month(today: date, match: re.Match[str]) -> date | None:
    month = add_months(today.replace(day=1), {"上": -1, "下": 1}.get(match[1], 0))
    if match[3]:
        return month if match[3] == "初" else last_of_month(month)
    day = int(match[2]) if match[2].isdigit() else han_number(match[2])
    return month.replace(day=day) if 1 <= day <= last_of_month(month).day else None


def han_number(text: str) -> int:
    """1 to 99 in Chinese: 三, 两, 十二, 三十."""
    tens, ten, ones = text.replace("两", "二").rpartition("十")
    digit = "〇一二三四五六七八九".index
    return (digit(tens or "一") * 10 if ten else 0) + (digit(ones[-1]) if ones else 0)
