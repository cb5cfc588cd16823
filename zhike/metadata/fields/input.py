"""What raw values go through before a kind of field reads them: text out of forms, spreadsheets and JSON."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.metadata.fields.base import ValueRefused

#: Longest text read for a value that has no length of its own, such as a number or a date.
LONGEST_SHORT_TEXT = 200


def is_blank(raw: Any) -> bool:
    """Whether the raw value says "nothing": None, white space, an empty list or object."""
    if isinstance(raw, str):
        return not raw or raw.isspace()
    return raw is None or raw == [] or raw == {} or raw == ()


def refuse_nul(text: str) -> None:
    if "\x00" in text:
        raise ValueRefused("nul_character", _("The text contains a character that cannot be stored; type it again."))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = _("The text contains a broken character; type it again.")
        raise ValueRefused("broken_character", message) from error


def refuse_kind() -> ValueRefused:
    return ValueRefused("wrong_kind", _("This field does not take a value of that kind; write it as text."))


def plain_text(raw: Any) -> str:
    """Text of a raw scalar as a person would have typed it (a spreadsheet's 3.0 is "3"), stripped."""
    if isinstance(raw, str):
        refuse_nul(raw)
        return raw.strip()
    if isinstance(raw, (bool, Mapping, list, tuple, set)):
        raise refuse_kind()
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 10**15 else repr(raw)
    if isinstance(raw, (int, Decimal)):
        return str(raw)
    if isinstance(raw, datetime):
        return raw.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(raw, date):
        return raw.isoformat()
    raise refuse_kind()


def short_text(raw: Any) -> str:
    """Like ``plain_text`` with full-width letters, digits and signs made narrow, for values that are not prose."""
    text = plain_text(raw)
    if len(text) > LONGEST_SHORT_TEXT:
        raise too_long(LONGEST_SHORT_TEXT)
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def too_long(limit: int) -> ValueRefused:
    return ValueRefused(
        "too_long", format_lazy(_("At most {limit} characters fit here; shorten the text."), limit=limit)
    )
