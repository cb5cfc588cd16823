"""Cells that a spreadsheet would take for a formula are made plain text, in every file that we write."""

from __future__ import annotations

#: What begins a formula in Excel, LibreOffice or WPS, in full width too.
STARTERS = frozenset("=+-@＝＋－＠")
#: What these programs skip or drop before they look for a formula, so "\t=1+1" is as dangerous as "=1+1".
SKIPPED = " \t\r\n\v\f\x00\u00a0\u3000\ufeff\u200b\u200c\u200d\u2060"
APOSTROPHE = "'"


def neutralised(text: str) -> str:
    """The text itself, or with a leading apostrophe where a spreadsheet could run it.

    Plain numbers and phone numbers (+8613800001234, -12.50) stay, because a sign before digits alone is no formula.
    """
    first = text[:1]
    if first.isalnum() or not text:
        return text
    bare = text.lstrip(SKIPPED)
    if not bare or bare[0] not in STARTERS:
        # A tab or return at the start moves the rest into a cell of its own in some programs.
        return APOSTROPHE + text if first in "\t\r\n" else text
    if bare is text and is_signed_number(text):
        return text
    return APOSTROPHE + text


def is_signed_number(text: str) -> bool:
    """-12.50, +8613800001234: a sign, digits, at most one point."""
    body = text[1:]
    return text[0] in "+-" and body.isascii() and body.replace(".", "", 1).isdigit()


def without_apostrophe(text: str) -> str:
    """The text as it was before ``neutralised``, so that an exported file can be imported again unchanged."""
    if text.startswith(APOSTROPHE) and len(text) > 1 and neutralised(text[1:]) == text:
        return text[1:]
    return text
