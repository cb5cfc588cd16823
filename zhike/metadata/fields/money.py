"""An amount of money in whole minor units."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any, ClassVar

from django.db.models import BigIntegerField
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html
from zhike.lib.money import LARGEST, SYMBOLS, format_amount, minor_units, parse_amount, plain_amount, short_amount
from zhike.lib.refusal import Refused
from zhike.metadata.fields import markup, operators
from zhike.metadata.fields.base import Context, Field, Label, Operator, ValueRefused
from zhike.metadata.fields.input import is_blank, short_text
from zhike.metadata.fields.refusals import MONEY, refusal
from zhike.metadata.fields.scalar import ScalarType
from zhike.metadata.fields.schema import with_null

#: From this amount in minor units a list shows it in 万, the exact figure on hover.
SHORTENED_FROM = 100_000_000


class MoneyType(ScalarType):
    """A price, a limit, a turnover. Text is read in whole units (元), a JSON integer is minor units (分).

    Filters and the API give JSON, so their numbers are minor units; spreadsheets and forms give whole units.
    """

    key = "money"
    label: ClassVar[Label] = _("Money")
    icon = "currency-yuan"
    settings: ClassVar[tuple[str, ...]] = ("currency", "minimum", "maximum")
    sql_kind = "number"
    custom_output = BigIntegerField
    numeric = True
    operators: ClassVar[tuple[Operator, ...]] = operators.NUMBER

    def currency(self, field: Field) -> str:
        return str(field.options.get("currency") or "CNY")

    def from_cell(self, cell: Any, field: Field) -> Any:
        """A whole number in a spreadsheet is whole units, where in JSON it is minor units."""
        return str(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell

    def parse(self, raw: Any, field: Field, context: Context) -> int | None:
        if is_blank(raw):
            return None
        value = raw if isinstance(raw, int) and not isinstance(raw, bool) else self.read(raw, field)
        low, high = self.bounds(field)
        if not low <= value <= high:
            raise ValueRefused(
                "out_of_range",
                format_lazy(
                    _("Write an amount from {low} to {high}."),
                    low=format_amount(low, self.currency(field)),
                    high=format_amount(high, self.currency(field)),
                ),
            )
        return value

    def bounds(self, field: Field) -> tuple[int, int]:
        """Smallest and largest amount in minor units; beyond 2**53 JSON numbers are no longer exact."""
        minimum, maximum = field.options.get("minimum"), field.options.get("maximum")
        low = -LARGEST if minimum is None else max(int(minimum), -LARGEST)
        return low, LARGEST if maximum is None else min(int(maximum), LARGEST)

    def read(self, raw: Any, field: Field) -> int:
        """Minor units of an amount in whole units, written as text or as a spreadsheet's number."""
        try:
            if isinstance(raw, float | Decimal):
                return minor_units(raw, self.currency(field))
            return parse_amount(short_text(raw), self.currency(field))
        except Refused as error:
            raise refusal(error, MONEY) from error

    def filter_field(self, field: Field) -> Field:
        return field.with_changes(options={"currency": self.currency(field)})

    def text(self, value: Any, field: Field, context: Context) -> str:
        return "" if value is None else format_amount(value, self.currency(field))

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        exact = self.text(value, field, context)
        if value is None or abs(value) < SHORTENED_FROM or not context.language.startswith("zh"):
            return format_html("{}", exact)
        return format_html('<span title="{}">{}</span>', exact, short_amount(value, self.currency(field)))

    def edit_text(self, value: Any, field: Field, context: Context) -> str:
        return "" if value is None else plain_amount(value, self.currency(field))

    def search_text(self, value: Any, field: Field) -> str:
        return ""

    def mask(self, value: Any, field: Field) -> str:
        return "***"

    def sample(self, field: Field, rng: Random) -> int:
        low, high = self.bounds(field)
        return int(min(max(low, 0) + rng.choice((1, 2, 3, 5, 8)) * 10 ** rng.randint(4, 8), high))

    def schema(self, field: Field) -> dict[str, Any]:
        low, high = self.bounds(field)
        return with_null({"type": "integer", "minimum": low, "maximum": high}, field)

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        text = self.edit_text(value, field, context)
        currency = self.currency(field)
        return format_html(
            '<div class="input-group"><span class="input-group-text">{}</span>{}</div>',
            SYMBOLS.get(currency, currency),
            markup.text_input(name, text, attrs, more=format_html('inputmode="{}"', "decimal")),
        )
