"""The business calendar: a year at a glance, the firm's own days, a year taken in as text, and the office hours."""

from __future__ import annotations

from calendar import Calendar
from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from zhike.accounts.middleware import AccountRequest
from zhike.engines.working_time import services
from zhike.engines.working_time.models import CalendarDay, DayKind
from zhike.engines.working_time.shipped import shipped_days
from zhike.lib.working_time import WorkingCalendar, YearNotKnown
from zhike.metadata.errors import Invalid, Problem, Problems
from zhike.web.settings_pages import SettingsPage, add, belongs_to, settings_render

PAGE = add(
    SettingsPage(
        address="settings_calendar",
        label=gettext_lazy("Working days and hours"),
        text=gettext_lazy(
            "Decides which days and hours count as work for everybody: recall to the public pool, deadlines, reminders."
        ),
        group="system",
        privilege=services.PRIVILEGE,
        icon="calendar-event",
        words=gettext_lazy("calendar holidays make-up workdays office hours"),
    )
)
BAD_DATE = Problem("invalid", gettext_lazy("Write the date like 2027-01-31."))
BAD_KIND = Problem("unknown_choice", gettext_lazy("Choose whether the day is worked."))


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: AccountRequest) -> HttpResponse:
    """A year of the calendar; POST does what the button named ``do`` says."""
    year = year_of(request)
    if request.method != "POST":
        return calendar_page(request, year)
    try:
        carry_out(request, year)
    except Invalid as refusal:
        return calendar_page(request, year, problems=refusal.problems, status=422)
    return HttpResponseRedirect(f"{reverse('settings_calendar')}?year={year}")


def year_of(request: AccountRequest) -> int:
    """The year asked for, within what a calendar holds; this year otherwise."""
    text = request.POST.get("year") or request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else timezone.localdate().year
    return min(max(year, services.FIRST_YEAR), services.LAST_YEAR)


def carry_out(request: AccountRequest, year: int) -> None:
    """Set or clear a day, take in a year, or set the hours."""
    posted = request.POST
    match posted.get("do"):
        case "day":
            kind = posted.get("kind", "")
            if kind not in DayKind.values:
                raise Invalid({"kind": [BAD_KIND]})
            services.day_set(day_of(posted.get("day", "")), kind=kind, name=posted.get("name", ""), actor=request.actor)
        case "clear":
            services.day_clear(day_of(posted.get("day", "")), actor=request.actor)
        case "year":
            services.year_import(year, posted.get("text", ""), actor=request.actor)
        case "hours":
            hours = {weekday: posted.get(f"hours_{weekday}", "") for weekday in range(7)}
            services.hours_set(hours, actor=request.actor)


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid({"day": [BAD_DATE]}) from error


def calendar_page(
    request: AccountRequest, year: int, *, problems: Problems | None = None, status: int = 200
) -> HttpResponse:
    found = services.working_calendar()
    own = CalendarDay.objects.filter(deletion__isnull=True, day__year=year).order_by("day")
    hours = services.office_hours()
    context = {
        "year": year,
        "years": [year - 1, year + 1],
        "is_known": year in found.known_years,
        "unknown_year": services.unknown_year_ahead(),
        "months": months(year, found),
        "worked": worked_days(year, found),
        "weekdays": [short_weekday(number) for number in range(7)],
        "own": [{"day": row.day, "name": row.name, "works": row.kind == DayKind.WORK} for row in own],
        "hours": [
            (
                number,
                WEEKDAYS[number],
                request.POST.get(f"hours_{number}", services.hours_text(hours.get(str(number), ()))),
                (problems or {}).get(f"hours_{number}"),
            )
            for number in range(7)
        ],
        "typed": request.POST,
        "problems": problems or {},
    }
    return settings_render(request, PAGE, "settings/calendar.html", context, status=status)


def short_weekday(number: int) -> str:
    """一 for 星期一, Mo for Monday."""
    name = str(WEEKDAYS[number])
    return name[-1:] if name.startswith("星期") else name[:2]


def worked_days(year: int, found: WorkingCalendar) -> int | None:
    """How many days of the year are worked; None where that is not known."""
    try:
        return found.working_days_between(date(year - 1, 12, 31), date(year, 12, 31))
    except YearNotKnown:
        return None


def months(year: int, found: WorkingCalendar) -> list[dict[str, Any]]:
    """Twelve months of weeks of days; days of the neighbouring months are None."""
    weeks_of = Calendar().monthdatescalendar
    return [
        {
            "label": MONTHS[month],
            "weeks": [
                [drawn(day, found) if day.month == month else None for day in week] for week in weeks_of(year, month)
            ],
        }
        for month in range(1, 13)
    ]


def drawn(day: date, found: WorkingCalendar) -> dict[str, Any]:
    """A day of the grid: how it looks, and what it says when pointed at."""
    try:
        works = found.is_working_day(day)
    except YearNotKnown:
        return {"number": day.day, "look": "unknown", "title": ""}
    usual = bool(found.hours.get(day.weekday()))
    shipped = shipped_days().get(day)
    look = ("" if works else "weekend") if works == usual else ("make-up" if works else "holiday")
    name = str(shipped.name) if shipped and look else ""
    words = {"make-up": _("make-up workday"), "holiday": _("holiday"), "weekend": _("weekend"), "": ""}[look]
    title = " · ".join(part for part in (date_format(day, "DATE_FORMAT"), name, words) if part) if look else ""
    return {"number": day.day, "look": look, "title": title, "is_today": day == timezone.localdate()}
