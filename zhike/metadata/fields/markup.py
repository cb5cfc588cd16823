"""Small pieces of HTML that several kinds of field draw with."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.safestring import SafeString, mark_safe

from zhike.lib import enumeration
from zhike.lib.html import format_html, joined
from zhike.metadata.fields.base import Context

NOTHING = mark_safe("")
#: Shown for a linked record that the reader may not see.
HIDDEN = "—"


def text_input(name: str, value: str, attrs: str, *, kind: str = "text", more: str = "") -> SafeString:
    """One ``<input>``; ``attrs`` and ``more`` are escaped markup already."""
    return format_html(
        '<input class="form-control" type="{}" name="{}" value="{}"{}{}>',
        kind,
        name,
        value,
        markup(more),
        markup(attrs),
    )


def markup(attrs: str) -> SafeString:
    """Escaped attribute markup with the space that separates it from what stands before."""
    return mark_safe(f" {attrs.strip()}") if attrs.strip() else NOTHING  # noqa: S308 - escaped by contract


def badge(text: str, tone: str) -> SafeString:
    """A soft badge; grey says nothing and gets no tint, so that lists stay calm."""
    if tone == "grey":
        return format_html('<span class="badge">{}</span>', text)
    return format_html('<span class="badge tone-{}">{}</span>', tone, text)


def badges(pieces: Iterable[SafeString]) -> SafeString:
    """Badges side by side, NOTHING for none."""
    inner = joined(pieces)
    return format_html('<span class="badges">{}</span>', inner) if inner else NOTHING


def separator(context: Context) -> SafeString:
    """Between values of one field: a comma in a row of a list, a new line among the facts of a record."""
    return format_html('<span class="sep">{}</span>', enumeration.separator(context.language))
