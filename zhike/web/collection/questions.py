"""Questions of a public page as controls, and the answers read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field, replace
from typing import Any

from django.http import QueryDict
from django.utils.safestring import SafeString

from zhike.domain.collection.face import Asked
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.checking import REQUIRED
from zhike.metadata.errors import Problem
from zhike.metadata.fields import markup
from zhike.metadata.fields.base import Context, ValueRefused
from zhike.metadata.fields.text import TextType
from zhike.metadata.object_type import Values
from zhike.metadata.saving import context_for
from zhike.web.records.forms import LABELLED, WIDE, as_typed, attributes


@dataclass(slots=True)
class Answers:
    """What was typed: plain values by object and field key, raw ones, and what is wrong, by the name of the control."""

    values: dict[str, Values] = dataclass_field(default_factory=dict)
    typed: dict[str, Any] = dataclass_field(default_factory=dict)
    problems: dict[str, Problem] = dataclass_field(default_factory=dict)


def public_context(language: str) -> Context:
    """Visitors are nobody: values are read and drawn as the system does, in their language."""
    return context_for(replace(SYSTEM, language=language))


def read(questions: Sequence[Asked], data: QueryDict, context: Context, kind: str) -> Answers:
    """The answers of a posted page; ``kind`` is the kind of customer where the page does not ask for it."""
    answers = Answers()
    for asked in questions:
        raw = asked.field.type.from_form(data, asked.name)
        answers.typed[asked.name] = raw
        try:
            plain = None if raw is None or raw == "" else asked.field.type.parse(raw, asked.field, context)
        except ValueRefused as refusal:
            answers.problems[asked.name] = Problem(refusal.code, refusal.message)
            continue
        value = None if asked.field.type.is_empty(plain) else plain
        if value is not None:
            answers.values.setdefault(asked.object_key, {})[asked.field.key] = value
        elif asked.required:
            answers.problems[asked.name] = REQUIRED
    _complete(questions, answers, kind)
    return answers


def _complete(questions: Sequence[Asked], answers: Answers, kind: str) -> None:
    """What the customer's own rules say of the values by themselves, such as a check digit; they look at nobody else's."""
    prepare = registry.get("customer").prepare
    values = {"kind": kind, **answers.values.get("customer", {})}
    if prepare is None:
        return
    names = {asked.name for asked in questions}
    for key, problem in prepare([values], {}, SYSTEM).get(0, {}).items():
        if f"customer.{key}" in names:
            answers.problems.setdefault(f"customer.{key}", problem)


def drawn(questions: Sequence[Asked], answers: Answers, context: Context) -> list[dict[str, Any]]:
    """The questions as record_form/fields.html wants them."""
    return [_drawn(asked, answers, context) for asked in questions]


def _drawn(asked: Asked, answers: Answers, context: Context) -> dict[str, Any]:
    identity = "f-" + asked.name.replace(".", "-")
    problem = answers.problems.get(asked.name)
    control = _control(
        asked, answers, context, attributes(identity, required=asked.required, invalid=problem is not None)
    )
    return {
        "key": asked.name,
        "id": identity,
        "label": asked.label,
        "required": asked.required,
        "help": asked.help,
        "widget": control,
        "error": problem.message if problem else "",
        "offer": None,
        "wide": asked.field.type.key in WIDE,
        "group": LABELLED.search(control) is None,
        "hints": None,
    }


def _control(asked: Asked, answers: Answers, context: Context, attrs: str) -> SafeString:
    """The control with what was typed, read or not."""
    field = asked.field.with_changes(required=asked.required)
    raw = answers.typed.get(asked.name)
    if asked.name in answers.problems and raw:
        text = as_typed(raw)
        if isinstance(field.type, TextType):
            return field.type.widget(text, field, context, name=asked.name, attrs=attrs)
        return markup.text_input(asked.name, text, attrs)
    value = answers.values.get(asked.object_key, {}).get(asked.field.key)
    return field.type.widget(value, field, context, name=asked.name, attrs=attrs)


def summary(fields: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Everything wrong, each with a link to its field."""
    return [
        {"label": field["label"], "message": field["error"], "anchor": field["id"]}
        for field in fields
        if field["error"]
    ]
