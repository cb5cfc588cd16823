"""Birthdays as people write and read them: 1985年3月12日, 农历八月十五, 农历1985年闰六月初一, lunar 1985-08-15."""

from __future__ import annotations

import re
from datetime import date

from zhike.lib.dates import MONTHS as ENGLISH_MONTHS, parse_date
from zhike.lib.lunar import Birthday, checked, lunar_month_days, parse_code
from zhike.lib.normalise import narrow
from zhike.lib.refusal import Refused
from zhike.lib.relative_dates import han_number

HAN_DIGITS = "〇一二三四五六七八九"
MONTH_NAMES = ("正月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "冬月", "腊月")
MONTHS = {
    **{name.removesuffix("月"): number for number, name in enumerate(MONTH_NAMES, 1)},
    "一": 1, "十一": 11, "十二": 12, "元": 1, "臘": 12,
}  # fmt: skip
#: Only lunar months and days are written like this.
LUNAR_WORDS = re.compile(r"[正冬腊臘闰閏]月?|初[一二三四五六七八九十]|廿|除夕")
LUNAR_MARK = re.compile(r"[(（]?(?:农历|農曆|阴历|陰曆|旧历|lunar|农)[)）]?:?\s*", re.IGNORECASE)
SOLAR_MARK = re.compile(r"[(（]?(?:公历|公曆|阳历|陽曆|新历|solar)[)）]?:?\s*", re.IGNORECASE)
LUNAR_TEXT = re.compile(
    r"(?:(?P<year>\d{4}|[〇零一二三四五六七八九]{4})\s*(?:年|[-/.]))?\s*(?P<leap>闰|閏)?(?P<month>\d{1,2}|[正一二三四五六七八九十冬腊臘元]{1,2})\s*(?:月|[-/.])\s*"
    r"(?P<day>\d{1,2}|[初十廿卅一二三四五六七八九]{1,3})\s*[日号]?\s*(?P<after>\+|闰|leap)?"
)
ENGLISH_YEARLESS = re.compile(r"([a-z]{3})[a-z]*\.? (\d{1,2})")
YEARLESS = re.compile(r"(?:--)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")


def parse_birthday(raw: str | date, today: date) -> Birthday:
    """The birthday of a code, a date, or a text; a day without year stays without one.

    Refuses with "not_a_birthday", "no_such_day", "implausible_year" and "in_the_future".
    """
    if isinstance(raw, date):
        return _past(checked(Birthday(raw.month, raw.day, raw.year)), today)
    text = narrow(raw).strip()
    if re.fullmatch(r"L?(?:\d{4}|-)-\d\d-\d\d\+?", text):
        return _past(parse_code(text), today)
    plain = SOLAR_MARK.sub("", text)
    unmarked = LUNAR_MARK.sub("", text).strip()
    if plain == text and (unmarked != text or LUNAR_WORDS.search(text)):
        return _past(_lunar(unmarked), today)
    if match := YEARLESS.fullmatch(plain):
        return checked(Birthday(int(match[1]), int(match[2])))
    if (match := ENGLISH_YEARLESS.fullmatch(plain.lower())) and match[1] in ENGLISH_MONTHS:
        return checked(Birthday(ENGLISH_MONTHS.index(match[1]) + 1, int(match[2])))
    return _past(_solar(plain, today), today)


def birthday_text(birthday: Birthday, language: str = "zh-hans") -> str:
    """1985年3月12日, 3月12日, 农历1985年八月十五, 农历闰六月初一; in English 1985-03-12, Mar 12, lunar 08-15."""
    if not language.startswith("zh"):
        return _english(birthday)
    year = f"{birthday.year}年" if birthday.year is not None else ""
    if not birthday.lunar:
        return f"{year}{birthday.month}月{birthday.day}日"
    month = ("闰" if birthday.leap else "") + MONTH_NAMES[birthday.month - 1]
    return f"农历{year}{month}{lunar_day_name(birthday.day)}"


def lunar_day_name(day: int) -> str:
    """初一, 初十, 十五, 二十, 廿三, 三十."""
    if day in (10, 20, 30):
        return {10: "初十", 20: "二十", 30: "三十"}[day]
    return ("初", "十", "廿")[day // 10] + HAN_DIGITS[day % 10]


def _english(birthday: Birthday) -> str:
    day = f"{birthday.month:02}-{birthday.day:02}"
    if birthday.lunar:
        year = f"{birthday.year}-" if birthday.year is not None else ""
        return f"lunar {year}{day}{' leap' if birthday.leap else ''}"
    return (
        f"{birthday.year}-{day}"
        if birthday.year is not None
        else date(2000, birthday.month, birthday.day).strftime("%b %-d")
    )


def _solar(text: str, today: date) -> Birthday:
    try:
        day = parse_date(text, today)
    except Refused as refusal:
        if refusal.code in {"no_such_day", "implausible_year"}:
            raise
        raise Refused("not_a_birthday") from refusal
    return checked(Birthday(day.month, day.day, day.year))


def _lunar(text: str) -> Birthday:
    if text in {"除夕", "大年三十"}:
        return Birthday(12, 30, lunar=True)
    match = LUNAR_TEXT.fullmatch(text)
    if match is None:
        raise Refused("not_a_birthday")
    year = _year(match["year"]) if match["year"] else None
    month = int(match["month"]) if match["month"].isdigit() else MONTHS.get(match["month"], 0)
    leap = bool(match["leap"] or match["after"])
    day = _lunar_day(match["day"])
    if year is not None and month == 12 and day == 30 and not leap:
        day = lunar_month_days(year, 12)
    return checked(Birthday(month, day, year, lunar=True, leap=leap))


def _year(text: str) -> int:
    return (
        int(text)
        if text.isdigit()
        else int("".join(str("〇一二三四五六七八九".index(c.replace("零", "〇"))) for c in text))
    )


def _lunar_day(text: str) -> int:
    if text.isdigit():
        return int(text)
    plain = text.removeprefix("初").replace("廿", "二十").replace("卅", "三十")
    try:
        return han_number(plain)
    except ValueError as error:
        raise Refused("not_a_birthday") from error


def _past(birthday: Birthday, today: date) -> Birthday:
    if birthday.year is not None and birthday.year > today.year:
        raise Refused("in_the_future")
    return birthday
