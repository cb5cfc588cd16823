"""E-mail addresses, several per record."""

from __future__ import annotations

import re
from random import Random
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html, joined
from zhike.metadata.fields import markup, operators
from zhike.metadata.fields.base import Context, Field, Label, Operator, ValueRefused
from zhike.metadata.fields.input import short_text
from zhike.metadata.fields.listed import ListType
from zhike.metadata.fields.repeat import repeated_inputs

LONGEST = 254
SEPARATORS = re.compile(r"[\s,;，；、|]+")
SAMPLE_NAMES = ("wangwei", "li.na", "zhangmin", "chenjing", "liuyang", "zhao.lei", "sunli", "zhoujie", "wu.xia")
SAMPLE_HOSTS = ("example.cn", "example.com.cn", "mail.example.cn", "example.com")

check_address = EmailValidator()


class EmailType(ListType):
    """Mail addresses, the domain in small letters, the first one the main one."""

    key = "email"
    label: ClassVar[Label] = _("E-mail")
    icon = "mail"
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
        return [part for part in SEPARATORS.split(text) if part]

    def parse_item(self, raw: Any, field: Field, context: Context) -> str:
        text = short_text(raw).removeprefix("mailto:")
        name, at, host = text.rpartition("@")
        address = f"{name}{at}{host.lower()}"
        if not at:
            raise ValueRefused("not_an_address", _("An e-mail address has an @, such as name@example.com."))
        try:
            check_address(address)
        except ValidationError:
            raise ValueRefused("not_an_address", _("Check the e-mail address for blanks and missing dots.")) from None
        if len(address) > LONGEST:
            raise ValueRefused("not_an_address", _("The e-mail address is too long: check it."))
        return address

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        links = (
            format_html("{}", address)
            if "*" in address
            else format_html('<a href="mailto:{}">{}</a>', address, address)
            for address in value or ()
        )
        return joined(links, markup.separator(context))

    def mask(self, value: Any, field: Field) -> list[str]:
        return [f"{address[:1]}***@{address.rpartition('@')[2]}" for address in value or ()]

    def sample(self, field: Field, rng: Random) -> list[str]:
        return [f"{rng.choice(SAMPLE_NAMES)}{rng.randrange(1000)}@{rng.choice(SAMPLE_HOSTS)}"]

    def item_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "format": "email", "maxLength": LONGEST}

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        return repeated_inputs(value or (), context, name=name, kind="email", attrs=attrs, more='maxlength="254"')
