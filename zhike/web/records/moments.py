"""Moments and days as pages show them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from zhike.metadata.fields.base import Context
from zhike.metadata.fields.date_text import near_moment


def moment(at: datetime, context: Context) -> dict[str, str]:
    """The parts of a <time>: machine-readable, exact in the reader's zone, and as short as it is clear."""
    local = at.astimezone(context.timezone)
    return {"iso": at.isoformat(), "exact": local.strftime("%Y-%m-%d %H:%M"), "when": near_moment(at, context)}


def clock(at: datetime, context: Context) -> str:
    return at.astimezone(context.timezone).strftime("%H:%M")


def local_day(at: datetime, context: Context) -> date:
    return at.astimezone(context.timezone).date()


def day_heading(day: date, context: Context) -> dict[str, Any]:
    """A day as the head of a group: its name, and the weekday beside it."""
    today = local_day(context.now, context)
    weekday = date_format(day, "l")
    near = {today: _("Today"), today - timedelta(days=1): _("Yesterday"), today + timedelta(days=1): _("Tomorrow")}
    exact = date_format(day, "MONTH_DAY_FORMAT") if day.year == today.year else date_format(day, "DATE_FORMAT")
    if day in near:
        return {"label": near[day], "note": f"{exact} {weekday}", "key": day.isoformat()}
    return {"label": exact, "note": weekday, "key": day.isoformat()}
