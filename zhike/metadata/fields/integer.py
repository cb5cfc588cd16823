"""A whole number within 64 bits."""

from __future__ import annotations

import re
from random import Random
from typing import Any, ClassVar

from django.db.models import BigIntegerField
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html
from zhike.metadata.fields import markup, operators
from zhike.metadata.fields.base import Context, Field, Label, Operator, ValueRefused
from zhike.metadata.fields.input import is_blank, short_text
from zhike.metadata.fields.scalar import ScalarType
from zhike.metadata.fields.schema import with_null

SMALLEST = -(2**63)
LARGEST = 2**63 - 1
WHOLE = re.compile(r"[+-]?\d{1,30}(\.0*)?\Z", re.ASCII)


class IntegerType(ScalarType):
    """A count, a year, minutes."""

    key = "integer"
    label: ClassVar[Label] = _("Whole number")
    icon = "number-123"
    settings: ClassVar[tuple[str, ...]] = ("minimum", "maximum")
    can_be_unique = True
    sql_kind = "number"
    custom_output = BigIntegerField
    numeric = True
    operators: ClassVar[tuple[Operator, ...]] = operators.NUMBER

    def bounds(self, field: Field) -> tuple[int, int]:
        """Smallest and largest value that the field takes."""
        minimum, maximum = field.options.get("minimum"), field.options.get("maximum")
        return (SMALLEST if minimum is None else int(minimum), LARGEST if maximum is None else int(maximum))

    def parse(self, raw: Any, field: Field, context: Context) -> int | None:
        if is_blank(raw):
            return None
        value = raw if isinstance(raw, int) and not isinstance(raw, bool) else self.read(short_text(raw))
        low, high = self.bounds(field)
        if not low <= value <= high:
            raise ValueRefused(
                "out_of_range", format_lazy(_("Write a number from {low} to {high}."), low=f"{low:,}", high=f"{high:,}")
            )
        return value

    def read(self, text: str) -> int:
        digits = text.replace(",", "").replace("_", "").replace(" ", "")
        if not WHOLE.match(digits):
            raise ValueRefused("not_a_whole_number", _("Write a whole number in digits, such as 12."))
        return int(digits.partition(".")[0])

    def filter_field(self, field: Field) -> Field:
        return field.with_changes(options={})

    def text(self, value: Any, field: Field, context: Context) -> str:
        if value is None:
            return ""
        return str(value) if self.ungrouped(field) else f"{value:,}"

    def ungrouped(self, field: Field) -> bool:
        """Years and numbers that merely look like amounts are written without thousands separators."""
        return not field.options.get("grouped", not field.key.endswith("year"))

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        return mark_safe(self.text(value, field, context))  # noqa: S308 - digits and commas

    def edit_text(self, value: Any, field: Field, context: Context) -> str:
        return "" if value is None else str(value)

    def search_text(self, value: Any, field: Field) -> str:
        return ""

    def mask(self, value: Any, field: Field) -> str:
        return "***"

    def sample(self, field: Field, rng: Random) -> int:
        low, high = self.bounds(field)
        low = max(low, 0) if high > 0 else low
        return rng.randint(low, min(high, low + 500))

    def schema(self, field: Field) -> dict[str, Any]:
        low, high = self.bounds(field)
        return with_null({"type": "integer", "minimum": low, "maximum": high}, field)

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        text = self.edit_text(value, field, context)
        return markup.text_input(name, text, attrs, more=format_html('inputmode="{}"', "numeric"))
