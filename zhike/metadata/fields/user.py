"""A colleague: a link to a user, shown with a small portrait."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html
from zhike.metadata.fields import markup
from zhike.metadata.fields.base import Context, Field, Label
from zhike.metadata.fields.choice_option import TONES
from zhike.metadata.fields.link import LinkType, label_of, link_html


def portrait_tone(identity: int) -> str:
    """The tint of a person's portrait, the same on every page."""
    return TONES[1:][identity % (len(TONES) - 1)]


def person_html(identity: int, context: Context) -> SafeString:
    """Portrait letter and name; a dash for somebody whom the reader may not see."""
    label = label_of("user", identity, context)
    if label is None:
        return link_html("user", identity, context)
    return format_html(
        '<span class="person"><span class="avatar tone-{}" aria-hidden="true">{}</span>{}</span>',
        portrait_tone(identity),
        label[0][:1].upper(),
        link_html("user", identity, context),
    )


class UserType(LinkType):
    """Who is responsible, who took part."""

    key = "user"
    label: ClassVar[Label] = _("Colleague")
    icon = "user"
    settings: ClassVar[tuple[str, ...]] = ()
    groupable = True

    def target(self, field: Field) -> str:
        return "user"

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        return markup.NOTHING if value is None else person_html(value, context)
