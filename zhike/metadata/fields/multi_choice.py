"""Any number of named values."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any, ClassVar

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html, joined
from zhike.metadata.fields import markup
from zhike.metadata.fields.base import Context, Field, Label
from zhike.metadata.fields.choice import find_choice
from zhike.metadata.fields.choice_option import choice_by_key, choices_of, offered
from zhike.metadata.fields.listed import ListType


class MultiChoiceType(ListType):
    """Interests, product lines, days of the week."""

    key = "multi_choice"
    label: ClassVar[Label] = _("Several choices")
    icon = "list-details"
    settings: ClassVar[tuple[str, ...]] = ("choices",)

    def split(self, text: str) -> list[str]:
        return super().split(text.replace("、", ","))

    def parse_item(self, raw: Any, field: Field, context: Context) -> str:
        return find_choice(raw, field, context).key

    def parse(self, raw: Any, field: Field, context: Context) -> list[str] | None:
        """The choices in the order in which they are defined."""
        found = super().parse(raw, field, context)
        return [choice.key for choice in choices_of(field) if choice.key in found] if found else None

    def item_text(self, key: str, field: Field, context: Context) -> str:
        choice = choice_by_key(field, key)
        return key if choice is None else choice.text(context)

    def texts(self, value: Any, field: Field, context: Context) -> Iterable[str]:
        return (self.item_text(key, field, context) for key in value)

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        badges = []
        for key in value or ():
            choice = choice_by_key(field, key)
            badges.append(markup.badge(self.item_text(key, field, context), choice.tone if choice else "grey"))
        return markup.badges(badges)

    def search_text(self, value: Any, field: Field) -> str:
        return " ".join(str(choice.label) for choice in choices_of(field) if choice.key in (value or ()))

    def mask(self, value: Any, field: Field) -> str:
        return "***"

    def sample(self, field: Field, rng: Random) -> list[str] | None:
        keys = [choice.key for choice in offered(field)]
        chosen = set(rng.sample(keys, rng.randint(1, min(3, len(keys))))) if keys else set()
        return [key for key in keys if key in chosen] or None

    def item_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "enum": [choice.key for choice in choices_of(field)]}

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        """A check box for each choice; the empty input makes "none ticked" arrive too."""
        chosen = value or ()
        boxes = joined(
            format_html(
                '<label class="form-check form-check-inline"><input class="form-check-input" type="checkbox" name="{}" '
                'value="{}"{}><span class="form-check-label">{}</span></label>',
                name,
                choice.key,
                markup.markup("checked" if choice.key in chosen else ""),
                choice.text(context),
            )
            for choice in choices_of(field)
            if not choice.retired or choice.key in chosen
        )
        return format_html(
            '<div role="group"{}><input type="hidden" name="{}" value="">{}</div>', markup.markup(attrs), name, boxes
        )
