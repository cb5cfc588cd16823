"""A day of the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any, ClassVar

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html
from zhike.metadata.fields import markup
from zhike.metadata.fields.base import Context, Field, Label
from zhike.metadata.fields.date_text import near_date, read_date, today_of
from zhike.metadata.fields.input import is_blank
from zhike.metadata.fields.moment import MomentType
from zhike.metadata.fields.schema import with_null

SAMPLE_START = date(2023, 1, 1)


class DateType(MomentType):
    """A date without a time, the same day in every zone."""

    key = "date"
    label: ClassVar[Label] = _("Date")
    icon = "calendar"

    def parse(self, raw: Any, field: Field, context: Context) -> date | None:
        return None if is_blank(raw) else read_date(raw, context)

    def to_json(self, value: Any, field: Field) -> str | None:
        return None if value is None else value.isoformat()

    def from_json(self, value: Any, field: Field) -> date | None:
        return None if value is None else date.fromisoformat(value)

    def day_start(self, day: date, field: Field, context: Context) -> Any:
        return self.sql_value(day, field)

    def day_end(self, day: date, field: Field, context: Context) -> Any:
        return self.sql_value(day, field)

    def day_of(self, value: Any, first: date, context: Context) -> date:
        day: date = value
        return day

    def moved_to(self, value: Any, day: date, context: Context) -> str:
        return day.isoformat()

    def text(self, value: Any, field: Field, context: Context) -> str:
        return "" if value is None else value.isoformat()

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        if value is None:
            return markup.NOTHING
        exact = value.isoformat()
        return format_html(
            '<time datetime="{}" title="{}">{}</time>', exact, exact, near_date(value, today_of(context), context)
        )

    def search_text(self, value: Any, field: Field) -> str:
        return ""

    def mask(self, value: Any, field: Field) -> str:
        return f"{value.year:04d}-**-**"

    def sample(self, field: Field, rng: Random) -> date:
        return SAMPLE_START + timedelta(days=rng.randrange(1200))

    def schema(self, field: Field) -> dict[str, Any]:
        return with_null({"type": "string", "format": "date"}, field)

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        return markup.text_input(name, self.edit_text(value, field, context), attrs, kind="date")
