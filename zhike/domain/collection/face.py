"""What a form shows: its texts and the fields that it asks for, as data that is checked once and drawn often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.metadata import registry
from zhike.metadata.errors import Invalid, Problem, Problems
from zhike.metadata.fields.base import Field

OBJECTS = ("customer", "contact")
#: Kinds of fields that a visitor can be asked: no links, no files, nothing computed.
KINDS = frozenset(
    {
        "text",
        "long_text",
        "choice",
        "multi_choice",
        "phone",
        "email",
        "url",
        "date",
        "birthday",
        "integer",
        "decimal",
        "boolean",
        "address",
    }
)
#: What we think of a customer is neither asked of nor shown to anybody outside.
INTERNAL = {
    "customer": frozenset(
        {"code", "tier", "stage", "risk", "source", "habits", "credit_limit", "cooperation_since", "note", "birth_year"}
    ),
    "contact": frozenset({"role", "strength", "is_primary", "note", "preferences"}),
}
#: Longest texts by key.
TEXTS = {"title": 120, "intro": 2_000, "thanks": 1_000, "consent": 4_000}
LABEL, HELP = 60, 200
MOST_FIELDS = 40

Face = dict[str, Any]

TOO_LONG = _("At most %(most)s characters.")
NO_TITLE = Problem("required", _("Give the form a title."))
NO_NAME = Problem("no_name", _("Ask for the customer's name: without it nobody could be written down."))
NO_CONTACT = Problem("no_name", _("Ask for the contact's name too, or for nothing of the contact."))
UNKNOWN = Problem("unknown_field", _("One of the fields cannot be asked for here."))
TOO_MANY = Problem("too_many", _("At most 40 fields."))


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: the field, and how the form puts it."""

    object_key: str
    field: Field
    required: bool
    label: Any
    help: Any

    @property
    def name(self) -> str:
        """Of the control, such as customer.name."""
        return f"{self.object_key}.{self.field.key}"


def askable(object_key: str) -> Iterator[Field]:
    """Fields of the customer or the contact that a form may ask for, in the order of the descriptor."""
    for field in registry.get(object_key).writable_fields:
        is_open = field.type.key in KINDS and field.computed is None and not field.type.is_assigned
        if is_open and field.key not in INTERNAL[object_key]:
            yield field


def default_face(title: str) -> Face:
    """What a new form starts with."""
    keys = (("customer", "name", True), ("customer", "phones", True), ("customer", "needs", False))
    return {
        **{name: "" for key in TEXTS for name in (key, f"{key}_en")},
        "title": title,
        "fields": [
            {"object": object_key, "key": key, "label": "", "label_en": "", "help": "", "required": required}
            for object_key, key, required in keys
        ],
    }


def checked(raw: Mapping[str, Any]) -> Face:
    """A face from what an editor or a program sent; raises Invalid with problems by part."""
    problems: Problems = {}
    face: Face = {}
    for key, most in TEXTS.items():
        for name in (key, f"{key}_en"):
            face[name] = text_of(raw.get(name))
            if len(face[name]) > most:
                problems[name] = [Problem("too_long", TOO_LONG % {"most": most})]
    if not face["title"]:
        problems["title"] = [NO_TITLE]
    face["fields"] = fields_of(raw.get("fields"), problems)
    if problems:
        raise Invalid(problems)
    return face


def text_of(raw: Any) -> str:
    return raw.replace("\0", "").replace("\r\n", "\n").strip() if isinstance(raw, str) else ""


def fields_of(raw: Any, problems: Problems) -> list[dict[str, Any]]:
    """The questions, each once and in order; what is wrong goes to ``problems``."""
    known = {(key, field.key) for key in OBJECTS for field in askable(key)}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in raw if isinstance(raw, list) else []:
        place = (str(entry.get("object")), str(entry.get("key"))) if isinstance(entry, Mapping) else ("", "")
        if place not in known:
            problems.setdefault("fields", []).append(UNKNOWN)
            continue
        words = {key: text_of(entry.get(key)) for key in ("label", "label_en", "help", "help_en")}
        for key, text in words.items():
            most = HELP if key.startswith("help") else LABEL
            if len(text) > most:
                problems.setdefault("fields", []).append(Problem("too_long", TOO_LONG % {"most": most}))
        required = entry.get("required") is True or place[1] == "name"
        found[place] = {"object": place[0], "key": place[1], **words, "required": required}
    if ("customer", "name") not in found:
        problems.setdefault("fields", []).append(NO_NAME)
    if any(key == "contact" for key, _field in found) and ("contact", "name") not in found:
        problems.setdefault("fields", []).append(NO_CONTACT)
    if len(found) > MOST_FIELDS:
        problems.setdefault("fields", []).append(TOO_MANY)
    return list(found.values())


def questions(face: Face, language: str) -> list[Asked]:
    """The questions in the reader's language; fields that were retired since are left out."""
    known = {(key, field.key): field for key in OBJECTS for field in askable(key)}
    found = []
    for entry in face["fields"]:
        field = known.get((entry["object"], entry["key"]))
        if field is not None:
            label, note = said(entry, "label", language), said(entry, "help", language)
            found.append(Asked(entry["object"], field, entry["required"], label or field.label, note or field.help))
    return found


def said(texts: Mapping[str, Any], key: str, language: str) -> str:
    """A text in the language, or in the other one where it was not translated."""
    own, other = (f"{key}_en", key) if language == "en" else (key, f"{key}_en")
    return str(texts.get(own) or texts.get(other) or "")
