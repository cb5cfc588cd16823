"""Dates and times as people read them best: relative near today, exact further away; and how they are read in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext, gettext_lazy as _, ngettext

from zhike.lib.dates import parse_date, parse_datetime
from zhike.lib.refusal import Refused
from zhike.metadata.fields.base import Context, Label
from zhike.metadata.fields.input import LONGEST_SHORT_TEXT, refuse_kind, refuse_nul, too_long
from zhike.metadata.fields.refusals import DATE, refusal
from zhike.metadata.fields.said import is_chinese, speaking

HOUR = timedelta(hours=1)
#: Days around today that are told as a distance.
NEAR_DAYS = 7
LARGEST_SERIAL = 1_000_000
DAY_WORDS: dict[int, Label] = {-1: _("Yesterday"), 0: _("Today"), 1: _("Tomorrow")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def local_now(context: Context) -> datetime:
    """The reader's wall clock."""
    return context.now.astimezone(context.timezone)


def today_of(context: Context) -> date:
    return local_now(context).date()


def readable(raw: Any) -> Any:
    """The raw value if a date can be read from its kind at all."""
    if isinstance(raw, str):
        refuse_nul(raw)
        if len(raw) > LONGEST_SHORT_TEXT:
            raise too_long(LONGEST_SHORT_TEXT)
        return raw
    if isinstance(raw, bool) or not isinstance(raw, date | float | int) or not is_number(raw):
        raise refuse_kind()
    return raw


def is_number(raw: date | float) -> bool:
    """False for the floats that are none, and for numbers that no spreadsheet counts days with."""
    return isinstance(raw, date) or abs(raw) < LARGEST_SERIAL


def read_date(raw: Any, context: Context) -> date:
    """The date that a text or a spreadsheet cell means; anything else is refused."""
    try:
        return parse_date(readable(raw), today_of(context))
    except Refused as error:
        raise refusal(error, DATE) from error


def read_datetime(raw: Any, context: Context) -> datetime:
    """The moment that a text or a spreadsheet cell means, naive where it names no zone."""
    try:
        return parse_datetime(readable(raw), local_now(context).replace(tzinfo=None))
    except Refused as error:
        raise refusal(error, DATE) from error


def day_distance(days: int, context: Context) -> str:
    """Words for a day near today: 0 today, -1 yesterday, 3 in three days."""
    return _day_distance(days, context.language)


@lru_cache(maxsize=200)
def _day_distance(days: int, language: str) -> str:
    """Lists say the same few distances over and over."""
    with speaking(language):
        if days in DAY_WORDS:
            return str(DAY_WORDS[days])
        if days > 0:
            return ngettext("in {days} day", "in {days} days", days).format(days=days)
        return ngettext("{days} day ago", "{days} days ago", -days).format(days=-days)


@lru_cache(maxsize=200)
def _minutes_ago(minutes: int, language: str) -> str:
    with speaking(language):
        if not minutes:
            return gettext("Just now")
        return ngettext("{minutes} minute ago", "{minutes} minutes ago", minutes).format(minutes=minutes)


def near_date(day: date, today: date, context: Context) -> str:
    """The date as short as it is still clear."""
    days = (day - today).days
    if abs(days) <= NEAR_DAYS:
        return day_distance(days, context)
    if day.year != today.year:
        return day.isoformat()
    if is_chinese(context):
        return f"{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]}"


def near_moment(moment: datetime, context: Context) -> str:
    """A moment as short as it is still clear, in the reader's zone."""
    local, now = moment.astimezone(context.timezone), local_now(context)
    elapsed = now - local
    if timedelta() <= elapsed < HOUR:
        return _minutes_ago(elapsed.seconds // 60, context.language)
    day, today = local.date(), now.date()
    days = (day - today).days
    if days in DAY_WORDS:
        return f"{day_distance(days, context)} {local.hour:02d}:{local.minute:02d}"
    return near_date(day, today, context)
