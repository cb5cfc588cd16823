"""The form of a custom field: what it shows, and what it sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from zhike.lib.money import SYMBOLS
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.computed_kinds import kinds
from zhike.metadata.custom_types import custom_field
from zhike.metadata.customising import SWITCHES, TEXTS
from zhike.metadata.fields.base import Context, Field, FieldType, Label, ValueRefused
from zhike.metadata.fields.choice_option import TONES
from zhike.metadata.fields.settings import HELPS, LABELS
from zhike.metadata.models import CustomField
from zhike.metadata.object_type import ObjectType
from zhike.web.definitions.formula_options import formula_context
from zhike.web.definitions.rollup_options import rollup_context

DEFAULT_KIND = "text"
#: Options that are written in words or signs rather than digits.
WRITTEN = frozenset(("pattern",))
TONE_LABELS: Mapping[str, Label] = {
    "grey": gettext_lazy("grey"),
    "blue": gettext_lazy("blue"),
    "green": gettext_lazy("green"),
    "amber": gettext_lazy("amber"),
    "red": gettext_lazy("red"),
    "purple": gettext_lazy("purple"),
    "teal": gettext_lazy("teal"),
    "pink": gettext_lazy("pink"),
    "orange": gettext_lazy("orange"),
    "indigo": gettext_lazy("indigo"),
}
SWITCH_LABELS: Mapping[str, tuple[Label, Label]] = {
    "required": (gettext_lazy("Required"), gettext_lazy("A record cannot be saved without it.")),
    "unique": (
        gettext_lazy("Unique"),
        gettext_lazy("No two records have the same value; imports can find records by it."),
    ),
    "indexed": (gettext_lazy("Fast to filter and sort"), gettext_lazy("For fields that many lists are filtered by.")),
    "sensitive": (
        gettext_lazy("Personal data"),
        gettext_lazy("Marked in the rights of roles, where it can be hidden or masked."),
    ),
}


@dataclass(slots=True)
class FieldForm:
    """What is typed into the form, whether it came from a row or from the browser."""

    kind: str = DEFAULT_KIND
    texts: dict[str, str] = dataclass_field(default_factory=dict)
    switches: set[str] = dataclass_field(default_factory=set)
    #: Settings of the kind as typed; "choices" are rows {key, label, label_en, tone, retired}.
    options: dict[str, Any] = dataclass_field(default_factory=dict)
    #: What new records begin with, as typed.
    default: str = ""

    @property
    def type(self) -> FieldType:
        return kinds().get(self.kind, kinds()[DEFAULT_KIND])

    def details(self) -> dict[str, Any]:
        """The arguments of ``field_create`` and ``field_change`` beside kind and label."""
        default = {"default": self.default or None} if takes_default(self.type) else {}
        return {
            **default,
            **{name: self.texts.get(name, "") for name in TEXTS},
            **{name: name in self.switches for name in SWITCHES},
            "options": {
                name: self.options[name] for name in self.type.settings if self.options.get(name) not in (None, "")
            },
        }


def takes_default(kind: FieldType) -> bool:
    """Whether new records may begin with a value: not what is computed or numbered, nor what one record has to itself."""
    leads_to = kind.link_targets(Field(key="", type=kind, label="", options={"target": ""}))
    return leads_to is None and not kind.is_computed and not kind.is_assigned


def posted(data: QueryDict, *, kind: str = "") -> FieldForm:
    """What the form says; ``kind`` is given where it cannot be chosen any more."""
    form = FieldForm(kind or data.get("kind", DEFAULT_KIND))
    form.texts = {name: data.get(name, "").strip() for name in ("label", *TEXTS)}
    form.switches = {name for name in SWITCHES if name in data}
    form.default = data.get("default", "").strip()
    form.options = {name: data.get(f"option_{name}", "").strip() for name in form.type.settings}
    if "choices" in form.options:
        form.options["choices"] = posted_choices(data)
    return form


def posted_choices(data: QueryDict) -> list[dict[str, Any]]:
    """Rows of the choices in their order; empty ones are left out."""
    columns = [data.getlist(f"choice_{name}") for name in ("label", "label_en", "tone", "key", "retired")]
    restored = set(data.getlist("choice_restore"))
    return [
        {
            "label": label,
            "label_en": english,
            "tone": tone,
            "key": key,
            "retired": retired == "1" and key not in restored,
        }
        for label, english, tone, key, retired in zip(*columns, strict=False)
        if label.strip() or key
    ]


def stored(row: CustomField, context: Context) -> FieldForm:
    """The form filled with a definition."""
    texts = {name: str(getattr(row, name)) for name in ("label", *TEXTS)}
    switches = {name for name in SWITCHES if getattr(row, name)}
    return FieldForm(row.kind, texts, switches, dict(row.options or {}), default_text(row, context))


def default_text(row: CustomField, context: Context) -> str:
    """The default as it is typed: in words where the kind reads them back, else in the form's own way."""
    if row.default is None:
        return ""
    field = custom_field(row)
    words = field.type.text(field.default, field, context)
    try:
        is_readable = field.type.parse(words, field, context) == field.default
    except ValueRefused:
        is_readable = False
    return words if is_readable else field.type.edit_text(field.default, field, context)


def form_context(form: FieldForm, object_type: ObjectType, actor: Actor) -> dict[str, Any]:
    """The context of settings/field_form.html."""
    return {
        "form": form,
        "texts": form.texts,
        "kinds": [(key, kind.label, key == form.kind) for key, kind in kinds().items() if kind.customisable],
        "sections": sorted({section for section in section_names(object_type) if section}),
        **options_context(form, object_type, actor),
    }


def section_names(object_type: ObjectType) -> set[str]:
    rows = CustomField.objects.filter(object_key=object_type.key, retired_at__isnull=True)
    return set(rows.values_list("section", flat=True))


#: Kinds whose settings have a part of the form to themselves, by the name under which the template knows it.
OWN_PARTS: Mapping[str, Callable[[Mapping[str, Any], ObjectType, Actor], dict[str, Any]]] = {
    "formula": formula_context,
    "rollup": rollup_context,
}


def options_context(form: FieldForm, object_type: ObjectType, actor: Actor) -> dict[str, Any]:
    """What depends on the kind: its settings, and which switches it has."""
    kind = form.type
    if kind.key in OWN_PARTS:
        told = {kind.key: OWN_PARTS[kind.key](form.options, object_type, actor)}
        return {**told, "switches": [switch(name, form) for name in SWITCH_LABELS if name == "sensitive"]}
    possible = {
        "required": not kind.is_assigned,
        "unique": kind.can_be_unique and not kind.is_assigned,
        "indexed": kind.sortable and not kind.is_assigned,
    }
    return {
        "options": [option(name, form.options.get(name)) for name in kind.settings if name != "choices"],
        "has_choices": "choices" in kind.settings,
        "choices": form.options.get("choices") or [{}, {}],
        "default": form.default if takes_default(kind) else None,
        "tones": [(tone, TONE_LABELS[tone]) for tone in TONES],
        "switches": [switch(name, form) for name in SWITCH_LABELS if possible.get(name, True)],
    }


def switch(name: str, form: FieldForm) -> tuple[str, Label, Label, bool]:
    """One switch as the template wants it."""
    label, text = SWITCH_LABELS[name]
    return name, label, text, name in form.switches


def option(name: str, value: Any) -> dict[str, Any]:
    """One setting as a control; ``choices`` are (value, label) where there is something to choose from."""
    offered: list[tuple[str, Label]] = []
    if name == "currency":
        offered = [(code, f"{code} {mark}") for code, mark in SYMBOLS.items()]
    elif name == "target":
        offered = [("", _("Choose an object"))] + [
            (found.key, found.label) for found in registry.all_types() if not found.is_private
        ]
    return {
        "name": f"option_{name}",
        "label": LABELS[name],
        "help": HELPS.get(name, ""),
        "inputmode": "text" if name in WRITTEN else "decimal",
        "value": "" if value is None else str(value),
        "offered": offered,
    }
