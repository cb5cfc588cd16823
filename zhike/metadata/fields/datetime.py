"""A moment, stored in UTC and shown in the reader's zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, ClassVar

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html
from zhike.metadata.fields import markup
from zhike.metadata.fields.base import Context, Field, Label
from zhike.metadata.fields.date_text import near_moment, read_date, read_datetime
from zhike.metadata.fields.input import is_blank
from zhike.metadata.fields.moment import MomentType
from zhike.metadata.fields.schema import with_null

DAY_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
SAMPLE_START = datetime(2023, 1, 1, tzinfo=UTC)


def utc(moment: datetime, context: Context) -> datetime:
    """The moment in UTC; one without a zone is told in the reader's own."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=context.timezone)).astimezone(UTC)


class DateTimeType(MomentType):
    """When something happened or is due."""

    key = "datetime"
    label: ClassVar[Label] = _("Date and time")
    icon = "clock"

    def parse(self, raw: Any, field: Field, context: Context) -> datetime | None:
        # A program's own moments need no reading, and come by the million.
        if type(raw) is datetime:
            return utc(raw, context)
        return None if is_blank(raw) else utc(read_datetime(raw, context), context)

    def to_json(self, value: Any, field: Field) -> str | None:
        # Of fixed width, so that text order is time order.
        if value is None:
            return None
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"

    def from_json(self, value: Any, field: Field) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value).astimezone(UTC)

    def day_start(self, day: date, field: Field, context: Context) -> Any:
        return self.sql_value(utc(datetime.combine(day, time()), context), field)

    def day_end(self, day: date, field: Field, context: Context) -> Any:
        following = utc(datetime.combine(day + timedelta(days=1), time()), context)
        return self.sql_value(following - timedelta(microseconds=1), field)

    def span(self, operand: Any, field: Field, context: Context) -> tuple[Any, Any] | None:
        if isinstance(operand, str) and DAY_ONLY.match(operand):
            day = read_date(operand, context)
            return self.day_start(day, field, context), self.day_end(day, field, context)
        return super().span(operand, field, context)

    def day_of(self, value: Any, first: date, context: Context) -> date:
        day: date = value.astimezone(context.timezone).date()
        return day

    def time_of(self, value: Any, context: Context) -> str:
        return str(value.astimezone(context.timezone).strftime("%H:%M"))

    def moved_to(self, value: Any, day: date, context: Context) -> str:
        """The same time of day in the reader's zone."""
        return datetime.combine(day, value.astimezone(context.timezone).time()).isoformat()

    def text(self, value: Any, field: Field, context: Context) -> str:
        if value is None:
            return ""
        local: datetime = value.astimezone(context.timezone).replace(tzinfo=None)
        return local.isoformat(" ", "minutes")

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        if value is None:
            return markup.NOTHING
        return format_html(
            '<time datetime="{}" title="{}">{}</time>',
            self.to_json(value, field),
            self.text(value, field, context),
            near_moment(value, context),
        )

    def edit_text(self, value: Any, field: Field, context: Context) -> str:
        if value is None:
            return ""
        local: datetime = value.astimezone(context.timezone).replace(tzinfo=None)
        return local.isoformat(timespec="auto" if local.second or local.microsecond else "minutes")

    def search_text(self, value: Any, field: Field) -> str:
        return ""

    def mask(self, value: Any, field: Field) -> str:
        return f"{value.year:04d}-**-** **:**"

    def sample(self, field: Field, rng: Random) -> datetime:
        return SAMPLE_START + timedelta(minutes=15 * rng.randrange(4 * 24 * 1200))

    def schema(self, field: Field) -> dict[str, Any]:
        return with_null({"type": "string", "format": "date-time"}, field)

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        text = self.edit_text(value, field, context)
        return markup.text_input(
            name, text, attrs, kind="datetime-local", more='step="60"' if len(text) < 17 else 'step="any"'
        )
