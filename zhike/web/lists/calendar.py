"""A list as a calendar: the records on the days that one of their dates says, by month, week or day."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils import formats
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from zhike.engines.working_time.models import CalendarDay, DayKind
from zhike.engines.working_time.shipped import shipped_days
from zhike.metadata import policy
from zhike.metadata.errors import BadQuery
from zhike.metadata.fields.base import Field, Label
from zhike.metadata.fields.date_text import today_of
from zhike.metadata.query import PageRow
from zhike.metadata.time_budget import OutOfTime
from zhike.web.lists.listing import Listing
from zhike.web.lists.page import Failure, bad_query, chip_list, empty, tabs, tools
from zhike.web.lists.rows import title_of

#: Most records that one calendar page shows.
MOST = 500
#: Most of a day within a month; the rest is a click away.
MOST_OF_A_DAY = 4
DAY = timedelta(days=1)
SPANS: dict[str, Label] = {"month": gettext_lazy("Month"), "week": gettext_lazy("Week"), "day": gettext_lazy("Day")}
#: Years outside of which there is nothing to leaf through.
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
WEEKDAYS = (
    gettext_lazy("Mon"), gettext_lazy("Tue"), gettext_lazy("Wed"), gettext_lazy("Thu"), gettext_lazy("Fri"),
    gettext_lazy("Sat"), gettext_lazy("Sun"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days of a page: ``first`` to ``last`` are shown, ``day`` is the one that it is about."""

    span: str
    day: date
    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + DAY * number for number in range((self.last - self.first).days + 1)]

    def moved(self, step: int) -> date:
        """The day that the page before (-1) or after (1) is about."""
        if self.span != "month":
            return within(self.day + DAY * step * (7 if self.span == "week" else 1))
        number = self.day.year * 12 + self.day.month - 1 + step
        year, month = divmod(number, 12)
        return within(date(year, month + 1, min(self.day.day, calendar.monthrange(year, month + 1)[1])))

    def title(self) -> str:
        if self.span == "month":
            return str(formats.date_format(self.day, "YEAR_MONTH_FORMAT"))
        if self.span == "day":
            return f"{formats.date_format(self.day, 'DATE_FORMAT')} {WEEKDAYS[self.day.weekday()]}"
        return f"{formats.date_format(self.first, 'DATE_FORMAT')} – {formats.date_format(self.last, 'DATE_FORMAT')}"


def within(day: date) -> date:
    return min(max(day, FIRST), LAST)


def stretch(span: str, asked: str, today: date) -> Stretch:
    """The stretch of an address; whatever cannot be read is today's month."""
    try:
        day = within(date.fromisoformat(asked)) if asked else today
    except ValueError:
        day = today
    span = span if span in SPANS else "month"
    if span == "day":
        return Stretch(span, day, day, day)
    if span == "week":
        first = day - DAY * day.weekday()
        return Stretch(span, day, first, first + DAY * 6)
    begin, end = day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return Stretch(span, day, begin - DAY * begin.weekday(), end + DAY * (6 - end.weekday()))


def calendar_fields(listing: Listing) -> dict[str, Field]:
    """Dates that the actor may compare by; when something is due comes first, when it was written last."""
    due = listing.object_type.todo.due if listing.object_type.todo else ""
    late = {"created_at": 1, "updated_at": 2}
    found = [
        field
        for field in listing.object_type.active_fields
        if field.type.is_dated and policy.comparable(listing.actor, listing.object_type, field)
    ]
    found.sort(key=lambda field: (field.key != due, late.get(field.key, 0)))
    return {field.key: field for field in found}


def calendar_context(listing: Listing, field: Field | None, failure: Failure | None = None) -> dict[str, Any]:
    """The context of calendar/page.html."""
    page = stretch(listing.state.span or listing.view.definition.span, listing.state.day, today_of(listing.context))
    rows: list[PageRow] = []
    chips: list[dict[str, Any]] = []
    if failure is None and field is not None:
        try:
            rows, chips = read_rows(listing, field, page), chip_list(listing)
        except BadQuery as refusal:
            failure = bad_query(listing, refusal)
        except OutOfTime:
            failure = Failure(
                _("This takes too long"), _("Narrow the calendar by a filter."), listing.url(filter={}, q="")
            )
    return {
        "object": listing.object_type,
        "list_url": listing.url(),
        **tabs(listing),
        **tools(listing, chips),
        "sort": None,
        "by": [
            {"label": found.label, "url": listing.url(dates=key), "active": field is not None and key == field.key}
            for key, found in calendar_fields(listing).items()
        ],
        **navigation(listing, page),
        "days": [] if field is None else draw_days(listing, field, page, rows[:MOST]),
        "crowded": len(rows) > MOST,
        "most": MOST,
        "empty": empty(listing, failure) if failure else None,
        "failed": failure is not None,
    }


def read_rows(listing: Listing, field: Field, page: Stretch) -> list[PageRow]:
    """Records with the date within the page, in the order of the list, one more than fits."""
    query = listing.query(limit=MOST + 1, columns=[field])
    dated = field.type.within_days(page.first, page.last, field, listing.context)
    query.where = Q(dated) if query.where is None else query.where & Q(dated)
    query.cursor = None
    return query.page().rows


def navigation(listing: Listing, page: Stretch) -> dict[str, Any]:
    """Leafing back and forth, today, and the other spans."""

    def url(**changes: Any) -> str:
        return listing.url(**{"span": page.span, "day": page.day.isoformat(), **changes})

    return {
        "title": page.title(),
        "span": page.span,
        "previous_url": url(day=page.moved(-1).isoformat()),
        "next_url": url(day=page.moved(1).isoformat()),
        "today_url": url(day=""),
        "spans": [{"label": label, "url": url(span=key), "active": key == page.span} for key, label in SPANS.items()],
        "weekdays": WEEKDAYS if page.span != "day" else (),
    }


# Days -------------------------------------------------------------------------------------------------------------


def draw_days(listing: Listing, field: Field, page: Stretch, rows: Sequence[PageRow]) -> list[dict[str, Any]]:
    """Every day of the page with its records, in the order of their times."""
    by_day: dict[date, list[dict[str, Any]]] = {}
    for entry in sorted(entries(listing, field, page, rows), key=lambda found: (found["day"], found["time"])):
        by_day.setdefault(entry["day"], []).append(entry)
    noted, today = notes(page), today_of(listing.context)
    return [day_context(listing, page, day, by_day.get(day, []), noted.get(day), today) for day in page.days]


def day_context(
    listing: Listing,
    page: Stretch,
    day: date,
    found: list[dict[str, Any]],
    note: tuple[Label, bool] | None,
    today: date,
) -> dict[str, Any]:
    shown = found[: MOST_OF_A_DAY if page.span == "month" else MOST]
    rest = len(found) - len(shown)
    return {
        "date": day.isoformat(),
        "number": day.day,
        "name": f"{formats.date_format(day, 'MONTH_DAY_FORMAT')} {WEEKDAYS[day.weekday()]}",
        "url": listing.url(span="day", day=day.isoformat()),
        "outside": page.span == "month" and day.month != page.day.month,
        "today": day == today,
        "note": note[0] if note else "",
        "off": not note[1] if note else day.weekday() > 4,
        "entries": shown,
        "more": ngettext("%(count)s more", "%(count)s more", rest) % {"count": rest} if rest else "",
    }


def entries(listing: Listing, field: Field, page: Stretch, rows: Sequence[PageRow]) -> Iterator[dict[str, Any]]:
    """Records as the template draws them, each on its day."""
    title = listing.object_type.fields[listing.object_type.title]
    movable = field in policy.writable_fields(listing.actor, listing.object_type) and field.type.is_movable
    for row in rows:
        value = row.values[field.key]
        url = f"{listing.path}{row.id}/"
        asked = urlencode([("dates", field.key)])
        yield {
            "day": field.type.day_of(value, page.first, listing.context),
            "time": field.type.time_of(value, listing.context),
            "id": row.id,
            "version": row.version,
            "url": url,
            "title": title_of(row, title, listing.context),
            "move_url": f"{url}day/?{asked}" if movable else "",
        }


def notes(page: Stretch) -> dict[date, tuple[Label, bool]]:
    """Holidays and make-up workdays: (name, whether it is worked); the firm's own word goes before the shipped one."""
    found: dict[date, tuple[Label, bool]] = {
        day: (shipped.name if not shipped.is_worked else _("make-up workday"), shipped.is_worked)
        for day, shipped in shipped_days().items()
        if page.first <= day <= page.last
    }
    own = CalendarDay.objects.filter(deletion__isnull=True, day__range=(page.first, page.last))
    found.update({row.day: (row.name, row.kind == DayKind.WORK) for row in own})
    return found
