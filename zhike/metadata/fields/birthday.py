"""A birthday by the solar or the lunar calendar, with or without its year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any, ClassVar

from django.db.models import Expression, F, Func, Q, TextField
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.lib.birthday_text import MONTH_NAMES, birthday_text, lunar_day_name, parse_birthday
from zhike.lib.html import format_html, joined
from zhike.lib.lunar import Birthday, keys_observed_between, next_occurrence, parse_code
from zhike.lib.refusal import Refused
from zhike.metadata.fields import comparison, markup, operators
from zhike.metadata.fields.base import Condition, Context, Field, Label, Operator, ValueRefused
from zhike.metadata.fields.date_text import read_date, readable, today_of
from zhike.metadata.fields.input import is_blank
from zhike.metadata.fields.periods import relative, span_of
from zhike.metadata.fields.refusals import DATE, refusal
from zhike.metadata.fields.said import is_chinese, said
from zhike.metadata.fields.scalar import ScalarType, check_operator
from zhike.metadata.fields.schema import with_null

CODE_PATTERN = r"^L?([0-9]{4}|-)-[0-9]{2}-[0-9]{2}\+?$"
#: Longer spans than a year name every birthday.
MOST_DAYS = 366


class BirthdayKey(Func):
    """The code without its year ("03-12", "L08-15", "L06-12+"), as literal SQL so that an index may be built on it."""

    template = (
        "(CASE WHEN substr(%(expressions)s, 1, 3) = 'L--' THEN 'L' || substr(%(expressions)s, 4) "
        "WHEN substr(%(expressions)s, 1, 1) = 'L' THEN 'L' || substr(%(expressions)s, 7) "
        "WHEN substr(%(expressions)s, 1, 2) = '--' THEN substr(%(expressions)s, 3) "
        "ELSE substr(%(expressions)s, 6) END)"
    )
    output_field = TextField()


class BirthdayType(ScalarType):
    """Born on a day of either calendar; lunar birthdays are observed on another solar day each year."""

    key = "birthday"
    is_dated = True
    label: ClassVar[Label] = _("Birthday")
    icon = "cake"
    operators: ClassVar[tuple[Operator, ...]] = (
        operators.NEXT_DAYS,
        operators.DURING,
        operators.EQ,
        operators.NE,
        *operators.EMPTINESS,
    )

    def parse(self, raw: Any, field: Field, context: Context) -> str | None:
        if is_blank(raw):
            return None
        try:
            if isinstance(raw, Mapping):
                return self.from_parts(raw, context)
            told = readable(raw)
            return parse_birthday(
                told if isinstance(told, str | date) else read_date(told, context), today_of(context)
            ).code
        except Refused as error:
            raise refusal(error, DATE) from error

    def from_parts(self, parts: Mapping[str, Any], context: Context) -> str | None:
        """The code of {calendar, year, month, day, leap}, as the form sends them."""
        year, month, day = (str(parts.get(name) or "").strip() for name in ("year", "month", "day"))
        if not (year or month or day):
            return None
        if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in (month, day, year or "0")):
            raise ValueRefused("not_a_birthday", _("Choose at least month and day of the birthday."))
        lunar = parts.get("calendar") == "lunar"
        leap = lunar and bool(parts.get("leap"))
        told = Birthday(int(month), int(day), int(year) if year else None, lunar, leap)
        return parse_birthday(told.code, today_of(context)).code

    def text(self, value: Any, field: Field, context: Context) -> str:
        return "" if value is None else birthday_text(parse_code(value), context.language)

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        """The birthday, with the next day on which it is observed on hover."""
        if value is None:
            return markup.NOTHING
        birthday = parse_code(value)
        following = next_occurrence(birthday, today_of(context)).isoformat()
        shown = birthday_text(birthday, context.language)
        return format_html('<time datetime="{}" title="{}">{}</time>', following, following, shown)

    def edit_text(self, value: Any, field: Field, context: Context) -> str:
        return value or ""

    def search_text(self, value: Any, field: Field) -> str:
        return ""

    def mask(self, value: Any, field: Field) -> str:
        return "****-**-**"

    def sample(self, field: Field, rng: Random) -> str:
        year = rng.randint(1955, 2000) if rng.random() < 0.85 else None
        return Birthday(rng.randint(1, 12), rng.randint(1, 28), year, rng.random() < 0.2).code

    def schema(self, field: Field) -> dict[str, Any]:
        return with_null({"type": "string", "pattern": CODE_PATTERN}, field)

    # Filters ------------------------------------------------------------------------------------------------------

    def condition(self, operator: str, operand: Any, field: Field, context: Context) -> Condition:
        check_operator(self, operator)
        if operator == "next_n_days":
            return self.observed({"relative": operator, "days": operand}, field, context)
        if operator == "during":
            return self.observed(relative(operand) or {"relative": operand}, field, context)
        return self.compared(operator, operand, field, context)

    def observed(self, asked: Mapping[str, Any], field: Field, context: Context) -> Condition:
        """Whose birthday is observed within a relative period, by either calendar."""
        first, last = span_of(asked["relative"], today_of(context), asked.get("days"))
        if first is None or last is None:
            raise ValueRefused("period_unknown", _("Choose a period with a beginning and an end."))
        if (last - first).days >= MOST_DAYS - 1:
            return comparison.known(self.expression(field))
        return self.observed_between(first, last, field)

    def within_days(self, first: date, last: date, field: Field, context: Context) -> Condition:
        return self.observed_between(first, last, field)

    def day_of(self, value: Any, first: date, context: Context) -> date:
        return next_occurrence(parse_code(value), first)

    def observed_between(self, first: date, last: date, field: Field) -> Q:
        keys = sorted(keys_observed_between(first, last))
        return comparison.one_of(birthday_key(self.expression(field)), keys)

    # Form ---------------------------------------------------------------------------------------------------------

    def from_form(self, data: Mapping[str, Any], name: str) -> Any:
        """The parts of the control, or the code where a single input was sent."""
        if data.get(name):
            return data.get(name)
        if f"{name}.month" not in data:
            return data.get(name)
        return {part: data.get(f"{name}.{part}") for part in ("calendar", "year", "month", "day", "leap")}

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        birthday = parse_code(value) if value else None
        calendar = "lunar" if birthday and birthday.lunar else "solar"
        return format_html(
            '<div class="row" role="group" data-controller="birthday"{}>{}{}{}{}{}</div>',
            markup.markup(attrs),
            calendar_select(calendar, context, name=name),
            year_input(birthday.year if birthday else None, context, name=name),
            number_select(
                "month", 12, birthday.month if birthday else None, context, name=name, lunar=calendar == "lunar"
            ),
            number_select("day", 31, birthday.day if birthday else None, context, name=name, lunar=calendar == "lunar"),
            leap_box(bool(birthday and birthday.leap), context, name=name),
        )


def birthday_key(expression: Expression | F) -> BirthdayKey:
    """Expression for indexes and comparisons over what birthdays of different years have in common."""
    return BirthdayKey(expression)


def days_until(code: str, today: date) -> int:
    """Days from ``today`` to the next observed birthday; 0 on the day itself."""
    return (next_occurrence(parse_code(code), today) - today) // timedelta(days=1)


PART_LABELS: dict[str, Label] = {"month": _("Month"), "day": _("Day")}


def calendar_select(chosen: str, context: Context, *, name: str) -> SafeString:
    options = joined(
        format_html(
            '<option value="{}"{}>{}</option>',
            key,
            markup.markup("selected" if key == chosen else ""),
            said(text, context),
        )
        for key, text in (("solar", _("Solar calendar")), ("lunar", _("Lunar calendar")))
    )
    return format_html(
        '<div class="col-auto"><select class="form-select" name="{}.calendar" aria-label="{}" '
        'data-birthday-target="calendar" data-action="birthday#change">{}</select></div>',
        name,
        said(_("Calendar"), context),
        options,
    )


def year_input(year: int | None, context: Context, *, name: str) -> SafeString:
    label = said(_("Year (may be empty)"), context)
    return format_html(
        '<div class="col"><input class="form-control" type="text" inputmode="numeric" maxlength="4" name="{}.year" '
        'value="{}" placeholder="{}" aria-label="{}"></div>',
        name,
        "" if year is None else year,
        label,
        label,
    )


def number_select(part: str, count: int, chosen: int | None, context: Context, *, name: str, lunar: bool) -> SafeString:
    """Month or day; in Chinese the lunar names stand ready for the controller to switch to."""
    options = joined(
        format_html(
            '<option value="{}"{} data-solar="{}" data-lunar="{}">{}</option>',
            number,
            markup.markup("selected" if number == chosen else ""),
            number,
            lunar_name(part, number, context),
            lunar_name(part, number, context) if lunar else number,
        )
        for number in range(1, count + 1)
    )
    label = said(PART_LABELS[part], context)
    return format_html(
        '<div class="col"><select class="form-select" name="{}.{}" aria-label="{}" data-birthday-target="{}">'
        '<option value="">{}</option>{}</select></div>',
        name,
        part,
        label,
        part,
        label,
        options,
    )


def lunar_name(part: str, number: int, context: Context) -> str:
    if not is_chinese(context) or number > 30:
        return str(number)
    return MONTH_NAMES[number - 1] if part == "month" else lunar_day_name(number)


def leap_box(ticked: bool, context: Context, *, name: str) -> SafeString:
    return format_html(
        '<div class="col-auto"><label class="form-check"><input class="form-check-input" type="checkbox" '
        'name="{}.leap" value="1"{} data-birthday-target="leap"><span class="form-check-label">{}</span></label></div>',
        name,
        markup.markup("checked" if ticked else ""),
        said(_("Leap month"), context),
    )
