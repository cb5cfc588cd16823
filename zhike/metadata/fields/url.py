"""An address on the web."""

from __future__ import annotations

from random import Random
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html
from zhike.metadata.fields import markup
from zhike.metadata.fields.base import Context, Field, Label, ValueRefused
from zhike.metadata.fields.input import is_blank, plain_text, too_long
from zhike.metadata.fields.schema import with_null
from zhike.metadata.fields.text import TextType

LONGEST = 500
check_url = URLValidator(schemes=("http", "https"))
SAMPLE_HOSTS = ("www.example.cn", "shop.example.com", "www.example.com.cn")


class UrlType(TextType):
    """A web site; only http and https, so that a click never runs anything."""

    key = "url"
    label: ClassVar[Label] = _("Web address")
    icon = "world"
    settings: ClassVar[tuple[str, ...]] = ()

    def limit(self, field: Field) -> int:
        return int(field.options.get("max_length") or LONGEST)

    def parse(self, raw: Any, field: Field, context: Context) -> str | None:
        if is_blank(raw):
            return None
        text = plain_text(raw)
        if len(text) > self.limit(field):
            raise too_long(self.limit(field))
        address = text if "://" in text else f"https://{text}"
        try:
            check_url(address)
        except ValidationError:
            raise ValueRefused("not_a_web_address", _("Write a web address such as www.example.com.")) from None
        if len(address) > self.limit(field):
            raise too_long(self.limit(field))
        return address

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        if value is None:
            return markup.NOTHING
        if urlsplit(value).scheme not in {"http", "https"}:
            return format_html("{}", value)
        shown = value.partition("://")[2].removeprefix("www.").rstrip("/")
        return format_html('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>', value, shown)

    def sample(self, field: Field, rng: Random) -> str:
        return f"https://{rng.choice(SAMPLE_HOSTS)}/{rng.randrange(1000)}"

    def schema(self, field: Field) -> dict[str, Any]:
        return with_null({"type": "string", "format": "uri", "maxLength": self.limit(field)}, field)

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        # type=url would refuse "www.example.com", which parse completes.
        limit = format_html('maxlength="{}" inputmode="url"', self.limit(field))
        return markup.text_input(name, self.edit_text(value, field, context), attrs, more=limit)
