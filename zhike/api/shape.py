"""Bodies held to the schema that the document promises, so that both are one: the small part of JSON Schema that ours use.

Understood are type, enum, pattern, bounds, and the members and items of what holds others; a member that ``properties`` do not
name is refused wherever there are any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.metadata.errors import Invalid, Problem, Problems

Schema = Mapping[str, Any]
IS: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
#: No body of ours holds parts within parts any deeper.
DEEPEST = 60

WRONG_KIND = Problem("wrong_type", _("This is not of the kind that is expected here."))
MISSING = Problem("required", _("Please fill this in."))
UNKNOWN = Problem("unknown_field", _("There is no such field."))
NOT_OFFERED = Problem("unknown_choice", _("This is not one of the values that are possible here."))
NOT_WRITTEN = Problem("invalid", _("This is not written as it should be."))
BAD_CHARACTER = Problem("bad_character", _("This holds characters that no text has."))


def shaped(body: Any, schema: Schema) -> Any:
    """The body, if it has the shape; raises Invalid with a problem by each part, as in ``groups.0.fields.2.weight``."""
    problems: Problems = {}
    for place, problem in _problems(body, schema, ""):
        problems.setdefault(place, []).append(problem)
    if problems:
        raise Invalid(problems)
    return body


def _problems(value: Any, schema: Schema, place: str) -> Iterator[tuple[str, Problem]]:
    if place.count(".") > DEEPEST:
        yield place, NOT_WRITTEN
        return
    kinds = schema.get("type", ())
    if kinds and not any(IS[kind](value) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        yield place, WRONG_KIND
        return
    if "enum" in schema and value not in schema["enum"]:
        yield place, NOT_OFFERED
    if isinstance(value, str):
        yield from _of_text(value, schema, place)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from _of_bounds(value, schema, place, "minimum", "maximum")
    elif isinstance(value, list):
        yield from _of_bounds(len(value), schema, place, "minItems", "maxItems")
        for number, item in enumerate(value):
            yield from _problems(item, schema.get("items", {}), _within(place, str(number)))
    elif isinstance(value, dict):
        yield from _of_object(value, schema, place)


def _of_text(value: str, schema: Schema, place: str) -> Iterator[tuple[str, Problem]]:
    if "\0" in value:
        yield place, BAD_CHARACTER
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield place, NOT_WRITTEN
    yield from _of_bounds(len(value), schema, place, "minLength", "maxLength")


def _of_bounds(size: int, schema: Schema, place: str, least: str, most: str) -> Iterator[tuple[str, Problem]]:
    if size < schema.get(least, size) or size > schema.get(most, size):
        text = _("This must lie between {least} and {most}.")
        bounds = {"least": schema.get(least, "–"), "most": schema.get(most, "–")}
        yield place, Problem("out_of_bounds", format_lazy(text, **bounds), bounds)


def _of_object(value: Mapping[str, Any], schema: Schema, place: str) -> Iterator[tuple[str, Problem]]:
    named: Mapping[str, Schema] = schema.get("properties", {})
    for key in schema.get("required", ()):
        if key not in value:
            yield _within(place, key), MISSING
    for key, member in value.items():
        if "\0" in key:
            yield place, BAD_CHARACTER
        elif named and key not in named:
            yield _within(place, key), UNKNOWN
        else:
            yield from _problems(member, named.get(key, {}), _within(place, key))


def _within(place: str, part: str) -> str:
    return f"{place}.{part}" if place else part
