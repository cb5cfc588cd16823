"""Inputs that can be repeated, for several phone numbers or addresses of one record."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html, joined
from zhike.metadata.fields import markup
from zhike.metadata.fields.base import Context
from zhike.metadata.fields.said import said


def repeated_inputs(
    values: Sequence[str], context: Context, *, name: str, kind: str, attrs: str, more: str = ""
) -> SafeString:
    """One input for each value and an empty one; the controller ``values`` adds and removes rows.

    ``attrs`` (with the id that the label points to) goes to the first input.
    """
    rows = [*values] or [""]
    return format_html(
        '<div class="values" data-controller="values"><div class="values" data-values-target="rows">{}</div>'
        '<template data-values-target="template">{}</template>'
        '<button type="button" class="button-text small" data-action="values#add">＋ {}</button></div>',
        joined(
            row(value, context, name=name, kind=kind, attrs=f"{attrs if index == 0 else ''} {more}")
            for index, value in enumerate(rows)
        ),
        row("", context, name=name, kind=kind, attrs=more),
        said(_("Add another"), context),
    )


def row(value: str, context: Context, *, name: str, kind: str, attrs: str) -> SafeString:
    return format_html(
        '<div class="values-row" data-values-target="row">{}<button type="button" '
        'class="button button-quiet button-icon" data-action="values#remove" aria-label="{}">×</button></div>',
        markup.text_input(name, value, attrs, kind=kind),
        said(_("Remove"), context),
    )
