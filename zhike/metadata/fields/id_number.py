"""The number of a person's identity card."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from zhike.lib.id_number import LENGTH, make_id_number, mask_id_number, parse_id_number
from zhike.lib.refusal import Refused
from zhike.metadata.fields.base import Context, Field, Label
from zhike.metadata.fields.input import is_blank, plain_text
from zhike.metadata.fields.refusals import refusal
from zhike.metadata.fields.text import TextType

MESSAGES: Mapping[str, Label] = {
    "bad_character": _("An identity number has 17 digits and a last digit or X."),
    "too_short": _("Digits missing from the identity number: {missing}."),
    "too_long": _("Digits too many in the identity number: {extra}."),
    "bad_date": _("The date of birth in the identity number cannot be right."),
    "bad_checksum": _("The last character of the identity number does not fit the others: please check for a slip."),
}
SAMPLE_PLACES = ("110101", "310115", "320583", "330106", "440305", "510107")


class IdNumberType(TextType):
    """Eighteen characters with a check character (GB 11643-1999)."""

    key = "id_number"
    label: ClassVar[Label] = _("Identity card number")
    icon = "id"
    settings: ClassVar[tuple[str, ...]] = ()

    def limit(self, field: Field) -> int:
        return LENGTH

    def parse(self, raw: Any, field: Field, context: Context) -> str | None:
        if is_blank(raw):
            return None
        try:
            return parse_id_number(plain_text(raw), context.now.astimezone(context.timezone).date())
        except Refused as error:
            raise refusal(error, MESSAGES, "id_" if error.code.startswith("too_") else "") from error

    def mask(self, value: Any, field: Field) -> str:
        return mask_id_number(value)

    def sample(self, field: Field, rng: Random) -> str:
        born = f"{rng.randint(1950, 2005)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
        return make_id_number(f"{rng.choice(SAMPLE_PLACES)}{born}{rng.randint(1, 999):03d}")
