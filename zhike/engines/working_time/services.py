"""Reading the calendar, and changing it: single days, a whole year, the office hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.accounts.rights import on_behalf
from zhike.engines.working_time.models import CalendarDay, DayKind, OfficeHours
from zhike.engines.working_time.shipped import shipped_days, shipped_years
from zhike.engines.working_time.year_text import read_year
from zhike.lib.working_time import Span, WorkingCalendar
from zhike.metadata import records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, Problem
from zhike.metadata.records import Row
from zhike.metadata.setting_log import log_setting
from zhike.metadata.storage import storage

PRIVILEGE = "settings"
#: Key of the office hours in the change log.
LOG_KEY = "office_hours"
#: Monday to Friday, nine to six: what holds until somebody says otherwise.
DEFAULT_HOURS: Mapping[str, list[list[str]]] = {str(weekday): [["09:00", "18:00"]] for weekday in range(5)}
FIRST_YEAR, LAST_YEAR = 2004, 2100
#: Warn of an unknown year this many days before it begins.
WARNING_DAYS = 92

BAD_HOURS = Problem("bad_hours", _("Write hours like 09:00-12:00 13:30-18:00, in order and without overlaps."))
NO_HOURS = Problem("no_hours", _("At least one weekday must be worked."))
BAD_YEAR = Problem("bad_year", _("Choose a year from 2004 to 2100."))
EMPTY_YEAR = Problem("empty_year", _("A year has holidays: paste them, one day or stretch a line."))


# Reading ----------------------------------------------------------------------------------------------------------


def working_calendar() -> WorkingCalendar:
    """The calendar as it stands: shipped days, over them the firm's own, and the office hours; two queries."""
    stored = OfficeHours.objects.first()
    exceptions = {day: found.is_worked for day, found in shipped_days().items()}
    own = CalendarDay.objects.filter(deletion__isnull=True).values_list("day", "kind")
    exceptions.update({day: kind == DayKind.WORK for day, kind in own})
    return WorkingCalendar(
        exceptions=exceptions,
        known_years=known_years(stored),
        hours=_spans(stored.hours if stored else DEFAULT_HOURS),
        zone=ZoneInfo(settings.TIME_ZONE),
    )


def known_years(stored: OfficeHours | None) -> frozenset[int]:
    """Years that are shipped or were entered by hand."""
    return shipped_years() | frozenset(stored.years if stored else ())


def office_hours() -> Mapping[str, list[list[str]]]:
    """The hours of each weekday as stored: {"0": [["09:00", "18:00"]]}."""
    stored = OfficeHours.objects.first()
    return stored.hours if stored else DEFAULT_HOURS


def unknown_year_ahead(today: date | None = None) -> int | None:
    """The year that is not known and is here or comes within three months; None when all is well."""
    day = today or timezone.localdate()
    years = known_years(OfficeHours.objects.first())
    if day.year not in years:
        return day.year
    is_near = (date(day.year + 1, 1, 1) - day).days <= WARNING_DAYS
    return day.year + 1 if is_near and day.year + 1 not in years else None


def add_working_days(day: date, count: int) -> date:
    """The ``count``-th working day after the day (before it where negative). Raises YearNotKnown."""
    return working_calendar().add_working_days(day, count)


def working_days_between(start: date, end: date) -> int:
    """Working days after ``start`` up to and including ``end``. Raises YearNotKnown."""
    return working_calendar().working_days_between(start, end)


# Changing ---------------------------------------------------------------------------------------------------------


def require_right(actor: Actor) -> None:
    """Raise Denied for who may not change the calendar."""
    if not actor.has(PRIVILEGE):
        raise Denied("calendar_day", PRIVILEGE)


def day_set(day: date, *, kind: str, name: str, actor: Actor) -> None:
    """Say what one day is, over whatever stands there. Raises Denied or Invalid."""
    require_right(actor)
    days_set({day: (DayKind(kind), name)}, actor=actor)


def days_set(days: Mapping[date, tuple[DayKind, str]], *, actor: Actor) -> None:
    """Write days, new ones and those that stand already, in one transaction."""
    day_type = registry.get("calendar_day")
    with storage().write_transaction():
        storage().lock_key("working_time")
        gone = CalendarDay.objects.filter(day__in=days, deletion__isnull=False)
        records.purge(day_type, list(gone.values_list("pk", flat=True)), actor=on_behalf(actor))
        present = dict(CalendarDay.objects.filter(day__in=days).values_list("day", "pk"))
        rows = [
            Row({"day": day, "kind": kind.value, "name": name}, id=present.get(day))
            for day, (kind, name) in sorted(days.items())
        ]
        for row in records.save(day_type, rows, actor=on_behalf(actor)).rows:
            if row.problems:
                raise Invalid(row.problems)


def day_clear(day: date, *, actor: Actor) -> None:
    """Let the shipped calendar speak again for a day. Raises Denied."""
    require_right(actor)
    found = list(CalendarDay.objects.filter(day=day, deletion__isnull=True).values_list("pk", flat=True))
    records.delete(registry.get("calendar_day"), found, actor=on_behalf(actor))


def year_import(year: int, text: str, *, actor: Actor) -> int:
    """Take in a year's holidays and make-up workdays as text, whereupon the year is known; returns how many days.

    Raises Denied, or Invalid naming the line. See ``year_text`` for how lines read.
    """
    require_right(actor)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid({"year": [BAD_YEAR]})
    days = read_year(text, year)
    if not days:
        raise Invalid({"text": [EMPTY_YEAR]})
    with storage().write_transaction():
        days_set(days, actor=actor)
        stored = _stored()
        if year not in known_years(stored):
            _change(stored, {"years": sorted({*stored.years, year})}, actor=actor)
    return len(days)


def hours_set(hours: Mapping[int, str], *, actor: Actor) -> None:
    """Set the office hours of each weekday (0 is Monday) from text like "09:00-12:00 13:30-18:00"; "" is a day off.

    Raises Denied or Invalid, by field "hours_<weekday>".
    """
    require_right(actor)
    read: dict[str, list[list[str]]] = {}
    problems: dict[str, list[Problem]] = {}
    for weekday, text in hours.items():
        try:
            spans = _read_spans(text)
        except ValueError:
            problems[f"hours_{weekday}"] = [BAD_HOURS]
            continue
        if spans:
            read[str(weekday)] = spans
    if not problems and not read:
        problems["hours_0"] = [NO_HOURS]
    if problems:
        raise Invalid(problems)
    with storage().write_transaction():
        _change(_stored(), {"hours": read}, actor=actor)


def _stored() -> OfficeHours:
    storage().lock_key("working_time")
    found = OfficeHours.objects.first()
    return found or OfficeHours.objects.create(hours=dict(DEFAULT_HOURS), years=[], updated_at=timezone.now())


def _change(stored: OfficeHours, values: Mapping[str, Any], *, actor: Actor) -> None:
    before = {name: getattr(stored, name) for name in values}
    for name, value in values.items():
        setattr(stored, name, value)
    stored.updated_at = timezone.now()
    stored.save()
    changed = {name: (before[name], value) for name, value in values.items() if before[name] != value}
    log_setting(LOG_KEY, stored.pk, changed, label=str(_("Office hours")), actor=actor)


# Hours as text ----------------------------------------------------------------------------------------------------


def hours_text(spans: Sequence[Sequence[str]]) -> str:
    """Stretches as people write them: "09:00-12:00 13:30-18:00"."""
    return " ".join(f"{opens}-{closes}" for opens, closes in spans)


def _read_spans(text: str) -> list[list[str]]:
    """Stretches in order; raises ValueError."""
    found: list[list[str]] = []
    for part in text.replace("，", " ").replace(",", " ").replace("：", ":").replace("–", "-").split():
        opens, closes = (datetime.strptime(half, "%H:%M").time() for half in part.split("-"))  # noqa: DTZ007 - a clock
        if opens >= closes or (found and found[-1][1] > opens.isoformat("minutes")):
            raise ValueError(part)
        found.append([opens.isoformat("minutes"), closes.isoformat("minutes")])
    return found


def _spans(hours: Mapping[str, Sequence[Sequence[str]]]) -> dict[int, tuple[Span, ...]]:
    return {
        int(weekday): tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in spans)
        for weekday, spans in hours.items()
    }
