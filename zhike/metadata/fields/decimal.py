"""A number with decimals."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any, ClassVar

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html
from zhike.metadata.fields import markup, operators
from zhike.metadata.fields.base import Context, Field, Label, Operator, ValueRefused
from zhike.metadata.fields.input import is_blank, short_text
from zhike.metadata.fields.scalar import ScalarType
from zhike.metadata.fields.schema import with_null

#: JSON numbers and SQLite's floats are exact up to so many significant digits.
SIGNIFICANT = 15
NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?\Z", re.ASCII)
DEFAULT_DECIMALS = 2


class DecimalType(ScalarType):
    """A weight, a rate, a length."""

    key = "decimal"
    label: ClassVar[Label] = _("Number with decimals")
    icon = "decimal"
    settings: ClassVar[tuple[str, ...]] = ("decimals", "minimum", "maximum")
    sql_kind = "number"
    numeric = True
    operators: ClassVar[tuple[Operator, ...]] = operators.NUMBER

    def decimals(self, field: Field) -> int:
        return int(field.options.get("decimals", DEFAULT_DECIMALS))

    def largest(self, field: Field) -> Decimal:
        """The bound of the absolute value, itself excluded."""
        digits = min(int(field.options.get("digits") or SIGNIFICANT), SIGNIFICANT)
        return Decimal(10) ** (digits - self.decimals(field))

    def parse(self, raw: Any, field: Field, context: Context) -> Decimal | None:
        if is_blank(raw):
            return None
        value = self.exact(self.read(self.unadorned(short_text(raw))), raw, field)
        self.check_bounds(value, field)
        return value

    def unadorned(self, text: str) -> str:
        """The digits alone, without thousands separators."""
        return text.replace(",", "").replace(" ", "")

    def read(self, text: str) -> Decimal:
        if not NUMBER.match(text):
            raise ValueRefused("not_a_number", _("Write a number in digits, such as 12.5."))
        return Decimal(text)

    def exact(self, value: Decimal, raw: Any, field: Field) -> Decimal:
        """The value with the field's decimals; what was typed is never rounded, noise of a spreadsheet's float is."""
        if abs(value) >= self.largest(field):
            raise self.out_of_range(field)
        decimals = self.decimals(field)
        rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        if rounded != value and not (
            isinstance(raw, float) and abs(rounded - value) < Decimal("1e-9") * (1 + abs(value))
        ):
            raise ValueRefused(
                "too_many_decimals",
                format_lazy(_("At most {decimals} decimals fit here: round the number."), decimals=decimals),
            )
        if abs(rounded) >= self.largest(field):
            raise self.out_of_range(field)
        return rounded + 0

    def check_bounds(self, value: Decimal, field: Field) -> None:
        minimum, maximum = field.options.get("minimum"), field.options.get("maximum")
        if (minimum is not None and value < Decimal(str(minimum))) or (
            maximum is not None and value > Decimal(str(maximum))
        ):
            raise self.out_of_range(field)

    def out_of_range(self, field: Field) -> ValueRefused:
        low, high = field.options.get("minimum"), field.options.get("maximum")
        largest = self.largest(field)
        return ValueRefused(
            "out_of_range",
            format_lazy(
                _("Write a number from {low} to {high}."),
                low=f"{-largest:,f}" if low is None else low,
                high=f"{largest:,f}" if high is None else high,
            ),
        )

    def filter_field(self, field: Field) -> Field:
        """Any number may be compared with, however many decimals the field itself has."""
        return field.with_changes(options={"decimals": 6})

    def to_json(self, value: Any, field: Field) -> float | int | None:
        if value is None:
            return None
        return int(value) if value == value.to_integral_value() else float(value)

    def from_json(self, value: Any, field: Field) -> Decimal | None:
        if value is None:
            return None
        return Decimal(repr(value)).quantize(Decimal(1).scaleb(-self.decimals(field)), ROUND_HALF_UP)

    def text(self, value: Any, field: Field, context: Context) -> str:
        return "" if value is None else f"{self.shortened(value):,f}"

    def shortened(self, value: Decimal) -> Decimal:
        """Without trailing zeros and without an exponent."""
        plain = value.normalize()
        return plain.quantize(Decimal(1)) if plain.as_tuple().exponent > 0 else plain  # type: ignore[operator]

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        return mark_safe(self.text(value, field, context))  # noqa: S308 - digits and signs

    def edit_text(self, value: Any, field: Field, context: Context) -> str:
        return "" if value is None else f"{self.shortened(value):f}"

    def search_text(self, value: Any, field: Field) -> str:
        return ""

    def mask(self, value: Any, field: Field) -> str:
        return "***"

    def sample(self, field: Field, rng: Random) -> Decimal:
        low = max(Decimal(str(field.options.get("minimum") or 0)), -self.largest(field))
        high = min(Decimal(str(field.options.get("maximum") or low + 100)), self.largest(field) - 1)
        steps = int((high - low).scaleb(self.decimals(field)))
        return low + Decimal(rng.randint(0, max(steps, 0))).scaleb(-self.decimals(field))

    def schema(self, field: Field) -> dict[str, Any]:
        largest = self.largest(field)
        schema: dict[str, Any] = {"type": "number", "exclusiveMinimum": int(-largest), "exclusiveMaximum": int(largest)}
        if field.options.get("minimum") is not None:
            schema["minimum"] = field.options["minimum"]
        if field.options.get("maximum") is not None:
            schema["maximum"] = field.options["maximum"]
        return with_null(schema, field)

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        text = self.edit_text(value, field, context)
        return markup.text_input(name, text, attrs, more=format_html('inputmode="{}"', "decimal"))
