"""A rule by which something returns, such as every month on the 31st."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any, ClassVar

from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _, ngettext, pgettext, pgettext_lazy

from zhike.lib.html import format_html, joined
from zhike.lib.recurrence import MOST_COUNT, MOST_INTERVAL, UNITS, BadRecurrence, Recurrence, read_recurrence
from zhike.metadata.fields import markup, operators
from zhike.metadata.fields.base import Context, Field, Label, Operator, ValueRefused
from zhike.metadata.fields.input import is_blank, short_text
from zhike.metadata.fields.said import is_chinese, said, speaking
from zhike.metadata.fields.scalar import ScalarType
from zhike.metadata.fields.schema import with_null

UNIT_LABELS: dict[str, Label] = {
    "DAILY": pgettext_lazy("repetition", "days"),
    "WEEKLY": _("weeks"),
    "MONTHLY": _("months"),
    "YEARLY": _("years"),
}
DAYS: tuple[Label, ...] = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
REFUSED = _("Say how often it returns: every so many days, weeks, months or years.")


class RecurrenceType(ScalarType):
    """How often a task returns, until when, and when the next one is made."""

    key = "recurrence"
    label: ClassVar[Label] = _("Repetition")
    icon = "refresh"
    sortable = False
    customisable = False
    operators: ClassVar[tuple[Operator, ...]] = operators.EMPTINESS

    def parse(self, raw: Any, field: Field, context: Context) -> str | None:
        if isinstance(raw, Mapping):
            raw = from_parts(raw)
        if is_blank(raw):
            return None
        try:
            return read_recurrence(short_text(raw).upper()).code
        except BadRecurrence:
            raise ValueRefused("not_a_recurrence", REFUSED) from None

    def text(self, value: Any, field: Field, context: Context) -> str:
        if value is None:
            return ""
        with speaking(context.language):
            return words(read_recurrence(value), context)

    def edit_text(self, value: Any, field: Field, context: Context) -> str:
        return value or ""

    def search_text(self, value: Any, field: Field) -> str:
        return ""

    def mask(self, value: Any, field: Field) -> str:
        return "***"

    def sample(self, field: Field, rng: Random) -> str:
        unit = rng.choice(UNITS)
        weekdays = tuple(sorted(rng.sample(range(7), 2))) if unit == "WEEKLY" else ()
        return Recurrence(
            unit, rng.randint(1, 4), weekdays, count=rng.choice([None, 5]), when_due=rng.random() < 0.5
        ).code

    def schema(self, field: Field) -> dict[str, Any]:
        told = "A rule in the manner of RFC 5545, such as FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;UNTIL=20271231"
        return with_null(
            {"type": "string", "pattern": "^FREQ=[A-Z]+(;[A-Z]+=[A-Z0-9,]+)*$", "description": told}, field
        )

    # Form ---------------------------------------------------------------------------------------------------------

    def from_form(self, data: Mapping[str, Any], name: str) -> Any:
        """The parts of the control, or the code where a single input was sent."""
        if f"{name}.unit" not in data:
            return data.get(name)
        parts = {
            part: data.get(f"{name}.{part}") for part in ("unit", "interval", "until", "count", "next", "monthday")
        }
        days: Any = data.getlist(f"{name}.day") if hasattr(data, "getlist") else data.get(f"{name}.day", ())
        return {**parts, "days": list(days)}

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        rule = read_recurrence(value) if value else None
        with speaking(context.language):
            return format_html(
                '<div class="row recurrence" role="group"{}>{}{}{}{}{}</div>',
                markup.markup(attrs),
                interval_inputs(rule, name),
                weekday_boxes(rule, name, context),
                end_inputs(rule, name),
                next_select(rule, name),
                format_html(
                    '<input type="hidden" name="{}.monthday" value="{}">', name, (rule and rule.monthday) or ""
                ),
            )


def from_parts(parts: Mapping[str, Any]) -> str | None:
    """The code of what the form sends; nothing without a unit. Raises ValueRefused."""
    unit = str(parts.get("unit") or "")
    if not unit:
        return None
    until = str(parts.get("until") or "").replace("-", "")
    interval, count = (str(parts.get(name) or "").strip() for name in ("interval", "count"))
    told = [f"FREQ={unit}"]
    told += [f"INTERVAL={interval}"] if interval not in {"", "1"} else []
    told += ["BYDAY=" + ",".join(map(str, parts.get("days") or ()))] if parts.get("days") and unit == "WEEKLY" else []
    told += [f"BYMONTHDAY={parts['monthday']}"] if parts.get("monthday") and unit in {"MONTHLY", "YEARLY"} else []
    told += [f"UNTIL={until}"] if until else [f"COUNT={count}"] if count else []
    return ";".join([*told, *(["NEXT=DUE"] if parts.get("next") == "due" else [])])


def words(rule: Recurrence, context: Context) -> str:
    """The rule as a colleague would say it."""
    parts = [often(rule, context)]
    if rule.until is not None:
        parts.append(gettext("until {day}").format(day=rule.until.isoformat()))
    if rule.count is not None:
        parts.append(ngettext("{count} time", "{count} times", rule.count).format(count=rule.count))
    parts.append(gettext("the next when due") if rule.when_due else gettext("the next when done"))
    return ("，" if is_chinese(context) else ", ").join(parts)


EVERY: dict[str, Label] = {
    "DAILY": _("every day"),
    "WEEKLY": _("every week"),
    "MONTHLY": _("every month"),
    "YEARLY": _("every year"),
}
EVERY_SO_MANY: dict[str, Any] = {
    "DAILY": _("every {count} days"),
    "WEEKLY": _("every {count} weeks"),
    "MONTHLY": _("every {count} months"),
    "YEARLY": _("every {count} years"),
}


def often(rule: Recurrence, context: Context) -> str:
    """The rule without its end."""
    if rule.weekdays == (0, 1, 2, 3, 4) and rule.interval == 1:
        return gettext("on weekdays")
    every = str(EVERY[rule.unit] if rule.interval == 1 else EVERY_SO_MANY[rule.unit]).format(count=rule.interval)
    if rule.weekdays:
        days = ("、" if is_chinese(context) else ", ").join(said(DAYS[day], context) for day in rule.weekdays)
        return gettext("{often} on {days}").format(often=every, days=days)
    if rule.unit != "MONTHLY" or rule.monthday is None:
        return every
    on = gettext("{often} on day {day}").format(often=every, day=rule.monthday)
    note = gettext("the last day at most")
    return gettext("{rule} ({note})").format(rule=on, note=note) if rule.monthday > 28 else on


def interval_inputs(rule: Recurrence | None, name: str) -> SafeString:
    chosen = rule.unit if rule else ""
    options = joined(
        format_html('<option value="{}"{}>{}</option>', key, markup.markup("selected" if key == chosen else ""), text)
        for key, text in (("", gettext("does not return")), *UNIT_LABELS.items())
    )
    return format_html(
        '<div class="col-auto"><label class="form-check"><span>{}</span><input class="form-control" type="number" min="1" max="{}" '
        'name="{}.interval" value="{}" aria-label="{}"></label></div>'
        '<div class="col-auto recurrence-unit"><select class="form-select" name="{}.unit" aria-label="{}">{}</select></div>',
        pgettext("repetition", "every"),
        MOST_INTERVAL,
        name,
        rule.interval if rule else 1,
        gettext("How many"),
        name,
        gettext("Days, weeks, months or years"),
        options,
    )


def weekday_boxes(rule: Recurrence | None, name: str, context: Context) -> SafeString:
    chosen = rule.weekdays if rule else ()
    codes = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    boxes = joined(
        format_html(
            '<label class="form-check"><input type="checkbox" name="{}.day" value="{}"{}><span>{}</span></label>',
            name,
            code,
            markup.markup("checked" if place in chosen else ""),
            said(DAYS[place], context),
        )
        for place, code in enumerate(codes)
    )
    return format_html(
        '<div class="col recurrence-days" role="group" aria-label="{}">{}</div>', gettext("Days of the week"), boxes
    )


def end_inputs(rule: Recurrence | None, name: str) -> SafeString:
    until: date | None = rule.until if rule else None
    return format_html(
        '<div class="col-auto"><label class="form-check"><span>{}</span><input class="form-control" type="date" name="{}.until" value="{}"></label></div>'
        '<div class="col-auto"><label class="form-check"><span>{}</span><input class="form-control" type="number" min="1" max="{}" name="{}.count" '
        'value="{}"></label></div>',
        gettext("Until"),
        name,
        until.isoformat() if until else "",
        gettext("Times"),
        MOST_COUNT,
        name,
        (rule.count if rule else None) or "",
    )


def next_select(rule: Recurrence | None, name: str) -> SafeString:
    due = rule is not None and rule.when_due
    return format_html(
        '<div class="col-auto"><select class="form-select" name="{}.next" aria-label="{}"><option value="done">{}</option>'
        '<option value="due"{}>{}</option></select></div>',
        name,
        gettext("When the next one is made"),
        gettext("the next when done"),
        markup.markup("selected" if due else ""),
        gettext("the next when due"),
    )
