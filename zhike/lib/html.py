"""Markup put together from escaped pieces, as by ``django.utils.html`` and several times as fast.

Django's functions also take lazy texts as templates, which makes each call look through all its arguments; cells and facts are
drawn by the thousand, and their templates are literals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape as escape_text
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString


def escaped(piece: Any) -> str:
    """Safe markup as it is, everything else escaped."""
    if piece.__class__ is SafeString:
        return str.__str__(piece)
    return escape_text(piece) if piece.__class__ is str else conditional_escape(piece)


def format_html(template: str, *pieces: Any, **named: Any) -> SafeString:
    """The template with the pieces, escaped where they are not safe, in place of ``{}`` and ``{name}``."""
    return SafeString(template.format(*map(escaped, pieces), **{name: escaped(piece) for name, piece in named.items()}))


def format_html_join(separator: str, template: str, rows: Iterable[Sequence[Any]]) -> SafeString:
    """The template filled for each row of pieces, with the separator in between."""
    return SafeString(escaped(separator).join(template.format(*map(escaped, row)) for row in rows))


def joined(pieces: Iterable[Any], separator: str = "") -> SafeString:
    """The pieces side by side."""
    return SafeString(escaped(separator).join(map(escaped, pieces)))
