"""The questions of an interview script: checked once, asked one at a time, answers leading on.

A question is {"text", "field", "choices": [{"text", "to"}]}: with ``field`` it asks for a field of the customer, with ``choices`` one of them
is picked, with neither anything may be said. ``to`` is the number of the question that follows an answer, 0 ends; None is the next one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.domain.collection.face import askable
from zhike.metadata.errors import Invalid, Problem

Question = dict[str, Any]
MOST_QUESTIONS, MOST_CHOICES, TEXT, CHOICE = 60, 20, 300, 80
LEADS_TO = re.compile(r"^(.*?)\s*[>＞]\s*(\d{1,3})$")

NO_QUESTION = Problem("required", _("Write at least one question."))
TOO_MANY = Problem("too_many", _("At most 60 questions with 20 answers each."))
TOO_LONG = Problem("too_long", _("A question has at most 300 characters, an answer 80."))
NOWHERE = Problem("nowhere", _("An answer leads only to a later question, or to 0 for the end."))
UNKNOWN = Problem("unknown_field", _("One of the fields cannot be asked for here."))


def checked(raw: Sequence[Mapping[str, Any]]) -> list[Question]:
    """Questions from what an editor sent; raises Invalid with every kind of problem once."""
    known = {field.key for field in askable("customer")}
    questions: list[Question] = []
    problems: dict[str, Problem] = {}
    for entry in raw:
        text = str(entry.get("text") or "").replace("\0", "").strip()
        if not text:
            continue
        field = str(entry.get("field") or "")
        choices = (
            [] if field else [choice_of(line) for line in str(entry.get("choices") or "").splitlines() if line.strip()]
        )
        if field and field not in known:
            problems["field"] = UNKNOWN
        if len(text) > TEXT or any(len(choice["text"]) > CHOICE for choice in choices):
            problems["text"] = TOO_LONG
        if len(choices) > MOST_CHOICES:
            problems["many"] = TOO_MANY
        questions.append({"text": text, "field": field, "choices": choices})
    if len(questions) > MOST_QUESTIONS:
        problems["many"] = TOO_MANY
    for number, question in enumerate(questions, start=1):
        # Only forwards, so that no interview goes round in a circle.
        for to in (choice["to"] for choice in question["choices"]):
            if to is not None and to != 0 and not number < to <= len(questions):
                problems["to"] = NOWHERE
    if not questions:
        problems["text"] = NO_QUESTION
    if problems:
        raise Invalid({"": list(problems.values())})
    return questions


def choice_of(line: str) -> dict[str, Any]:
    """An answer, and where it leads: "not at all > 4"."""
    found = LEADS_TO.match(line.strip())
    if found is None:
        return {"text": line.replace("\0", "").strip(), "to": None}
    return {"text": found[1].replace("\0", "").strip(), "to": int(found[2])}


def choice_line(choice: Mapping[str, Any]) -> str:
    return choice["text"] if choice["to"] is None else f"{choice['text']} > {choice['to']}"


def next_number(questions: Sequence[Question], answers: Sequence[Sequence[Any]]) -> int:
    """The number of the question to ask now, from 1; 0 when there is none left."""
    if not answers:
        return 1 if questions else 0
    number, answer = answers[-1]
    choices = questions[number - 1]["choices"]
    to = next((choice["to"] for choice in choices if choice["text"] == answer), None)
    following = number + 1 if to is None else to
    return following if following <= len(questions) else 0
