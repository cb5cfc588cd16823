"""Phone numbers, several per record."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any, ClassVar

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html, joined
from zhike.lib.phones import dialled_digits, format_phone, mask_phone, parse_phone, split_phones
from zhike.lib.refusal import Refused
from zhike.metadata.fields import markup, operators
from zhike.metadata.fields.base import Condition, Context, Field, Label, Operator
from zhike.metadata.fields.input import short_text
from zhike.metadata.fields.listed import ListType
from zhike.metadata.fields.refusals import PHONE, refusal
from zhike.metadata.fields.repeat import repeated_inputs

#: First digits of mobile numbers that carriers use.
MOBILE_STARTS = (
    "133",
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "151",
    "158",
    "159",
    "176",
    "186",
    "187",
    "188",
    "189",
)


class PhoneType(ListType):
    """Mobile and fixed numbers, stored in E.164 ("+8613800001234"), the first one the main one."""

    key = "phone"
    label: ClassVar[Label] = _("Phone")
    icon = "phone"
    settings: ClassVar[tuple[str, ...]] = ("max_items",)
    operators: ClassVar[tuple[Operator, ...]] = (
        operators.CONTAINS,
        operators.NOT_CONTAINS,
        operators.HAS,
        operators.HAS_NOT,
        operators.HAS_ANY,
        operators.HAS_NONE,
        *operators.EMPTINESS,
    )

    def split(self, text: str) -> list[str]:
        # A stored number carries its extension behind a semicolon, which otherwise separates numbers.
        marked = text.replace(";ext=", "转")
        return split_phones(marked)

    def parse_item(self, raw: Any, field: Field, context: Context) -> str:
        try:
            return parse_phone(short_text(raw))
        except Refused as error:
            raise refusal(error, PHONE, "phone_" if error.code.startswith("too_") else "") from error

    def has_text(self, text: str, field: Field) -> Condition:
        """Part of a number as people write it: blanks, hyphens and the 0 of the area code do not matter."""
        digits = "".join(character for character in short_text(text) if character.isdigit())
        plain = digits.removeprefix("0") if not text.startswith("+") else digits
        return super().has_text(plain or text, field)

    def texts(self, value: Any, field: Field, context: Context) -> Iterable[str]:
        return (format_phone(number) for number in value)

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        return joined(
            (
                format_html('<a href="tel:{}" class="nowrap">{}</a>', number, format_phone(number))
                if number.startswith("+")
                else format_html("{}", number)
                for number in value or ()
            ),
            markup.separator(context),
        )

    def edit_text(self, value: Any, field: Field, context: Context) -> str:
        return ", ".join(format_phone(number) for number in value or ())

    def search_text(self, value: Any, field: Field) -> str:
        return " ".join(dialled_digits(number) for number in value or ())

    def mask(self, value: Any, field: Field) -> list[str]:
        return [mask_phone(number) for number in value or ()]

    def sample(self, field: Field, rng: Random) -> list[str]:
        return [f"+86{rng.choice(MOBILE_STARTS)}{rng.randrange(10**8):08d}"]

    def item_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "maxLength": 40, "description": "E.164, extension as ;ext=12"}

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        numbers = [format_phone(number) for number in value or ()]
        return repeated_inputs(numbers, context, name=name, kind="tel", attrs=attrs, more='maxlength="40"')
