"""One of several named values."""

from __future__ import annotations

from random import Random
from typing import Any, ClassVar

from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.lib.enumeration import enumerated
from zhike.lib.html import format_html, joined
from zhike.metadata.fields import markup, operators
from zhike.metadata.fields.base import Context, Field, Label, Operator, ValueRefused
from zhike.metadata.fields.choice_option import Choice, choice_by_key, choices_of, offered
from zhike.metadata.fields.input import is_blank, short_text
from zhike.metadata.fields.said import said
from zhike.metadata.fields.scalar import ScalarType
from zhike.metadata.fields.schema import with_null

#: Up to this many choices are shown side by side instead of in a list that opens.
MOST_SIDE_BY_SIDE = 4


def find_choice(raw: Any, field: Field, context: Context) -> Choice:
    """The choice whose key or label (Chinese or English, any case) was given; keys win over labels."""
    text = short_text(raw)
    wanted = text.casefold()
    by_key = choice_by_key(field, text)
    if by_key is not None:
        return by_key
    for choice in choices_of(field):
        if wanted in {choice.key.casefold(), choice.text(context).casefold(), choice.label_en.casefold()}:
            return choice
        if wanted == str(choice.label).casefold():
            return choice
    raise ValueRefused(
        "unknown_choice",
        format_lazy(
            _("“{value}” is not one of the choices: {choices}."),
            value=text[:40],
            choices=Labels(offered(field), context),
        ),
    )


class Labels:
    """The labels of choices as a list in words, put together when the message is shown."""

    def __init__(self, choices: tuple[Choice, ...], context: Context) -> None:
        self.choices = choices
        self.context = context

    def __str__(self) -> str:
        shown = enumerated(choice.text(self.context) for choice in self.choices[:8])
        return f"{shown} …" if len(self.choices) > 8 else shown


def never_empty(field: Field) -> bool:
    """Whether there always is a choice: required, or a column that falls back to its default."""
    return field.required or (field.column is not None and field.default is not None)


#: Key of the choice that says that there is nothing, such as no risk: it is told softly, and no badge draws the eye to it.
NOTHING_TO_SAY = "none"


class ChoiceType(ScalarType):
    """A status, a kind, a grade."""

    key = "choice"
    label: ClassVar[Label] = _("Choice")
    icon = "list-check"
    settings: ClassVar[tuple[str, ...]] = ("choices",)
    groupable = True
    has_few_values = True
    operators: ClassVar[tuple[Operator, ...]] = operators.ONE_OF

    def parse(self, raw: Any, field: Field, context: Context) -> str | None:
        return None if is_blank(raw) else find_choice(raw, field, context).key

    def is_quiet(self, value: Any) -> bool:
        return value == NOTHING_TO_SAY or self.is_empty(value)

    def text(self, value: Any, field: Field, context: Context) -> str:
        if value is None:
            return ""
        choice = choice_by_key(field, value)
        return value if choice is None else choice.text(context)

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        if value is None:
            return markup.NOTHING
        choice = choice_by_key(field, value)
        if value == NOTHING_TO_SAY:
            return format_html('<span class="quiet">{}</span>', self.text(value, field, context))
        return markup.badge(self.text(value, field, context), choice.tone if choice else "grey")

    def edit_text(self, value: Any, field: Field, context: Context) -> str:
        return value or ""

    def search_text(self, value: Any, field: Field) -> str:
        choice = choice_by_key(field, value) if value else None
        return str(choice.label) if choice else ""

    def sample(self, field: Field, rng: Random) -> str | None:
        choices = offered(field)
        return rng.choice(choices).key if choices else None

    def schema(self, field: Field) -> dict[str, Any]:
        return with_null({"type": "string", "enum": [choice.key for choice in choices_of(field)]}, field)

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        choices = [choice for choice in choices_of(field) if not choice.retired or choice.key == value]
        if len(choices) <= MOST_SIDE_BY_SIDE:
            return self.segments(value, choices, field, context, name=name, attrs=attrs)
        blank = markup.NOTHING if never_empty(field) and value else format_html('<option value="">{}</option>', "")
        options = joined(
            format_html(
                '<option value="{}"{}>{}</option>',
                choice.key,
                markup.markup("selected" if choice.key == value else ""),
                choice.text(context),
            )
            for choice in choices
        )
        return format_html(
            '<select class="form-select" name="{}"{}>{}{}</select>', name, markup.markup(attrs), blank, options
        )

    def segments(
        self, value: Any, choices: list[Choice], field: Field, context: Context, *, name: str, attrs: str
    ) -> SafeString:
        """Radio buttons side by side; one more says "none" where the field may be empty."""
        pairs = [(choice.key, choice.text(context)) for choice in choices]
        if not never_empty(field):
            pairs.insert(0, ("", said(_("Not set"), context)))
        radios = joined(
            format_html(
                '<label class="form-selectgroup-item"><input class="form-selectgroup-input" type="radio" name="{}" '
                'value="{}"{}><span class="form-selectgroup-label">{}</span></label>',
                name,
                key,
                markup.markup("checked" if key == (value or "") else ""),
                text,
            )
            for key, text in pairs
        )
        return format_html('<div class="form-selectgroup" role="radiogroup"{}>{}</div>', markup.markup(attrs), radios)
