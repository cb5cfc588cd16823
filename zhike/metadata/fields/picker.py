"""The control that finds records by a few typed characters and keeps their ids in hidden inputs."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html, joined
from zhike.metadata import places
from zhike.metadata.fields import markup
from zhike.metadata.fields.base import Context
from zhike.metadata.fields.said import said


def picker(
    chosen: Sequence[tuple[int, str]], target: str, context: Context, *, name: str, attrs: str, multiple: bool
) -> SafeString:
    """``chosen`` are (id, title) of the records that the field holds; titles come from ``Context.labels``.

    The empty input in front makes "all removed" arrive too.
    """
    return format_html(
        '<div class="picker" data-controller="picker" data-picker-url-value="{}" data-picker-name-value="{}" '
        'data-picker-multiple-value="{}" data-picker-create-value="{}" data-picker-nothing-value="{}" '
        'data-picker-remove-value="{} %s">'
        '<input type="hidden" name="{}" value="">'
        '<div class="picker-box" data-picker-target="box" data-action="click->picker#focusInput">{}{}</div>'
        '<div class="picker-list" role="listbox" data-picker-target="list" hidden></div></div>',
        places.picker_url(target),
        name,
        "true" if multiple else "false",
        said(_("Create “%s”"), context),
        said(_("Nothing found"), context),
        said(_("Remove"), context),
        name,
        picked(chosen, context, name),
        search_box(context, attrs),
    )


def picked(chosen: Sequence[tuple[int, str]], context: Context, name: str) -> SafeString:
    """A chip for each chosen record, with a button to take it away."""
    remove = said(_("Remove"), context)
    return joined(
        format_html(
            '<span class="picked" data-picker-target="picked" data-id="{}"><span class="clip">{}</span>'
            '<input type="hidden" name="{}" value="{}">'
            '<button type="button" data-action="picker#remove" aria-label="{} {}">×</button></span>',
            record_id,
            title,
            name,
            record_id,
            remove,
            title,
        )
        for record_id, title in chosen
    )


def search_box(context: Context, attrs: str) -> SafeString:
    return format_html(
        '<input class="picker-input" type="text" role="combobox" autocomplete="off" aria-autocomplete="list" '
        'aria-expanded="false" placeholder="{}"{} data-picker-target="input" data-action="input->picker#type '
        'focus->picker#open click->picker#open blur->picker#close keydown->picker#key">',
        said(_("Type to search"), context),
        markup.markup(attrs),
    )
