"""Forms from descriptors: sections and controls, values typed into them, and what is wrong with those."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field, replace
from typing import Any

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhike.lib.addresses import PARTS
from zhike.lib.html import format_html
from zhike.metadata import policy
from zhike.metadata.checking import REQUIRED
from zhike.metadata.errors import Problem, Problems
from zhike.metadata.fields import markup
from zhike.metadata.fields.base import Context, Field, ValueRefused
from zhike.metadata.fields.text import TextType
from zhike.metadata.labels import record_url
from zhike.metadata.line_rows import KEY as LINES
from zhike.metadata.object_type import Action, ObjectType, Section, Values
from zhike.metadata.places import list_url
from zhike.web.records import line_grid
from zhike.web.records.line_grid import Grid
from zhike.web.records.subject import Wanted, fetch, want_values

#: Kinds whose controls need the whole width.
WIDE = frozenset({"long_text", "address", "links", "multi_choice", "file"})
LABELLED = re.compile(r"<(?:input|select|textarea)\b[^>]*\bid=\"")


@dataclass(slots=True)
class Form:
    """What stands in a form: plain values, raw ones that could not be read, and problems by field key."""

    object_type: ObjectType
    context: Context
    sections: Sequence[Section]
    values: Values
    typed: dict[str, Any] = dataclass_field(default_factory=dict)
    #: Whether it is a record that does not exist yet, so that duplicates are looked for while typing.
    is_new: bool = False
    problems: Problems = dataclass_field(default_factory=dict)
    grid: Grid | None = None

    @property
    def fields(self) -> list[Field]:
        """Every field with a control, in order and once."""
        keys = dict.fromkeys(key for section in self.sections for key in section.fields)
        return [self.object_type.field(key) for key in keys]


def full_sections(object_type: ObjectType, context: Context) -> list[Section]:
    """The descriptor's sections with the fields that the actor may set; required ones that it forgot come first."""
    writable = {field.key: field for field in policy.writable_fields(context.actor, object_type)}
    named = {key for section in object_type.form for key in section.fields}
    forgotten = tuple(key for key, field in writable.items() if field.required and key not in named)
    found = []
    for position, section in enumerate(object_type.form):
        keys = tuple(key for key in section.fields if key in writable)
        keys = (*forgotten, *keys) if position == 0 else keys
        if keys:
            found.append(Section(section.label, keys, section.folded, section.when))
    return found or [Section(object_type.label, forgotten)]


def quick_sections(object_type: ObjectType, context: Context, prefilled: Sequence[str] = ()) -> list[Section]:
    """One section of the short form: its own fields, those given beforehand, and whatever is required."""
    writable = policy.writable_fields(context.actor, object_type)
    wanted = {*(object_type.quick or (object_type.title,)), *prefilled}
    keys = [field.key for field in writable if field.key in wanted or (field.required and field.default is None)]
    order = [key for key in object_type.quick if key in keys]
    return [Section(object_type.label, tuple(dict.fromkeys([*order, *keys])))]


# Reading ----------------------------------------------------------------------------------------------------------


def read(form: Form, data: QueryDict) -> None:
    """Take the submitted values over: plain where they can be read, raw and with a problem where not."""
    for field in form.fields:
        if not is_sent(data, field):
            continue
        raw = field.type.from_form(data, field.key)
        form.typed[field.key] = raw
        try:
            plain = None if raw is None or raw == "" else field.type.parse(raw, field, form.context)
        except ValueRefused as refusal:
            form.problems.setdefault(field.key, []).append(Problem(refusal.code, refusal.message))
            continue
        form.values[field.key] = None if field.type.is_empty(plain) else plain
    for field in form.fields:
        # The write path asks the same, but only of values that can be read: here everything is said at once.
        if field.required and form.values.get(field.key) is None and field.key not in form.problems:
            form.problems[field.key] = [REQUIRED]
    if form.grid is not None:
        line_grid.read_grid(form.grid, data)
        form.problems.update(line_grid.problems_in(form.grid))


def is_sent(data: QueryDict, field: Field) -> bool:
    """Whether the form had the field's control; boxes of which none is ticked send nothing and mean "none"."""
    return field.type.multiple or any(name == field.key or name.startswith(f"{field.key}.") for name in data)


def prefill(form: Form, data: QueryDict) -> list[str]:
    """Take values over from the address; keys that are no fields, and values that cannot be read, are left out."""
    known = {field.key: field for field in policy.writable_fields(form.context.actor, form.object_type)}
    found = []
    for key in data:
        field = known.get(key)
        if field is None:
            continue
        raw = data.getlist(key) if field.type.multiple else data[key]
        try:
            form.values[key] = field.type.parse(raw, field, form.context)
        except ValueRefused:
            continue
        found.append(key)
    return found


def defaults(object_type: ObjectType, context: Context) -> Values:
    """What a new record starts with."""
    found: Values = {}
    for field in object_type.active_fields:
        if field.default is not None:
            found[field.key] = field.type.from_json(field.default, field) if field.is_custom else field.default
    if "owner" in object_type.fields:
        found["owner"] = context.actor.user_id
    return found


# Drawing ----------------------------------------------------------------------------------------------------------


def fetch_labels(form: Form) -> None:
    """Titles of the records that the form's values link to."""
    wanted: Wanted = {}
    want_values(wanted, form.object_type, form.values)
    fetch(wanted, form.context)
    if form.grid is not None:
        line_grid.fetch_line_labels(form.grid)


def drawn_sections(form: Form) -> list[dict[str, Any]]:
    """Sections as record_form/form.html wants them; one that does not concern the record is folded."""
    found = []
    for section in form.sections:
        fields = [drawn_field(form, form.object_type.field(key)) for key in section.fields]
        applies = section.applies(form.values)
        found.append(
            {
                "label": section.label,
                "help": "",
                "folded": section.folded or section.when is not None,
                "open": any(field["error"] for field in fields) or (section.when is not None and applies),
                "when": section.when,
                "fields": fields,
            }
        )
    return found


def drawn_field(form: Form, field: Field) -> dict[str, Any]:
    identity = f"f-{field.key}"
    problems = form.problems.get(field.key, [])
    is_required = field.required
    control = widget(form, field, attrs=attributes(identity, required=is_required, invalid=bool(problems)))
    return {
        "key": field.key,
        "id": identity,
        "label": field.label,
        "required": is_required,
        "help": field.help,
        "widget": control,
        "error": problems[0].message if problems else "",
        "offer": offer(form.object_type, problems[0]) if problems else None,
        "wide": field.type.key in WIDE,
        "group": LABELLED.search(control) is None,
        "hints": hints_of(form) if field.key == form.object_type.title else None,
    }


def hints_of(form: Form) -> dict[str, str] | None:
    """Where the field of the title asks for records like the one being typed, and with which controls."""
    identity = form.object_type.identity
    if not form.is_new or identity is None:
        return None
    names = [
        name
        for key in sorted(identity.keys)
        for name in (key, *(f"{key}.{part}" for part in PARTS if key in identity.addresses))
    ]
    return {"url": f"{list_url(form.object_type.key)}duplicates/hints/", "names": ",".join(names)}


def attributes(identity: str, *, required: bool, invalid: bool) -> str:
    """Escaped markup that ties the control to its label and note."""
    return str(
        format_html(
            'id="{}" aria-describedby="{}-note"{}{}',
            identity,
            identity,
            mark_safe(" required") if required else "",
            mark_safe(' aria-invalid="true"') if invalid else "",
        )
    )


def widget(form: Form, field: Field, *, attrs: str) -> SafeString:
    """The control with the value; a text that could not be read stands in it as it was typed."""
    if field.key not in form.problems or field.key not in form.typed or field.key in form.values:
        return field.type.widget(form.values.get(field.key), field, form.context, name=field.key, attrs=attrs)
    raw = as_typed(form.typed[field.key])
    if isinstance(field.type, TextType):
        return field.type.widget(raw, field, form.context, name=field.key, attrs=attrs)
    return markup.text_input(field.key, raw, attrs)


def as_typed(raw: Any) -> str:
    """A raw value as one line of text."""
    if isinstance(raw, Mapping):
        return " ".join(str(part) for part in raw.values() if part)
    if isinstance(raw, list | tuple):
        return ", ".join(str(part) for part in raw if part)
    return "" if raw is None else str(raw)


def summary(form: Form) -> list[dict[str, Any]]:
    """Everything wrong with the form, each with a link to its field."""
    shown = {field.key for field in form.fields}
    found = []
    for key, problems in form.problems.items():
        field = form.object_type.fields.get(key)
        label, anchor = (field.label if field else "", f"f-{key}" if key in shown else "")
        if form.grid is not None and field is None and key.partition(".")[0] == LINES:
            label, anchor = line_grid.described(form.grid, key)
        for problem in problems:
            found.append(
                {
                    "label": label,
                    "message": problem.message,
                    "anchor": anchor,
                    "offer": offer(form.object_type, problem),
                }
            )
    return found


def offer(object_type: ObjectType, problem: Problem) -> dict[str, Any] | None:
    """What helps with a key that another record holds: open that record, or restore it from the bin."""
    record_id = problem.details.get("record")
    if record_id is None:
        return None
    url = record_url(object_type, record_id)
    if problem.details.get("deleted"):
        return {"label": _("Restore that record"), "url": f"{url}restore/", "post": True}
    return {"label": _("Open that record"), "url": url, "post": False}


def arguments_type(object_type: ObjectType, action: Action) -> ObjectType:
    """A type whose fields are the arguments of an action, so that forms can ask for them."""
    fields = {field.key: field for field in action.arguments}
    return replace(object_type, key=f"{object_type.key}.{action.key}", fields=fields, form=(), title="id", quick=())
