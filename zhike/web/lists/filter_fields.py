"""What the filter builder offers: fields with their comparisons, and the words of the builder itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from zhike.metadata import policy, registry
from zhike.metadata.conditions import condition_fields
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.fields.choice_option import choices_of
from zhike.metadata.fields.periods import PERIODS
from zhike.metadata.fields.said import said
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import picker_url
from zhike.web.lists.filter_words import fetch_labels, field_at, outermost

#: Objects that every record links to; a path through them would offer little and repeat much.
NOT_FOLLOWED = frozenset({"user", "department", "tag"})


def filter_fields(object_type: ObjectType, context: Context) -> list[dict[str, Any]]:
    """Own fields first, those that the descriptor filters by at the top, then fields one link or child away."""
    own = {field.key: field for field in comparable_fields(object_type, context)}
    order = [*(key for key in object_type.filters if key in own), *own]
    found = [described(own[key], key, str(own[key].label), context) for key in dict.fromkeys(order)]
    named = condition_fields(object_type, context.actor)
    found += [described(field, key, str(field.label), context) for key, field in named.items()]
    for step, label, target, via in neighbours(object_type, context):
        fields = {field.key: field for field in comparable_fields(target, context) if field.key != via}
        for key in dict.fromkeys((target.title, *target.filters)):
            if key in fields:
                found.append(described(fields[key], f"{step}.{key}", f"{label} › {fields[key].label}", context))
    return found


def with_known(
    fields: list[dict[str, Any]], tree: Mapping[str, Any], object_type: ObjectType, context: Context
) -> None:
    """Give link fields the titles of the records that the filter names, so that the builder can show them."""
    fetch_labels(object_type, outermost(tree), context)
    for described_field in fields:
        if "url" in described_field:
            field, _label = field_at(object_type, described_field["key"], context.actor)
            target = field.type.link_targets(field)
            described_field["known"] = {
                str(pk): title for (key, pk), (title, _url) in context.labels.items() if key == target
            }


def comparable_fields(object_type: ObjectType, context: Context) -> list[Field]:
    return [
        field
        for field in object_type.active_fields
        if field.type.operators and policy.comparable(context.actor, object_type, field)
    ]


def neighbours(object_type: ObjectType, context: Context) -> Iterator[tuple[str, str, ObjectType, str]]:
    """Objects one step away: (step of the path, its label, object type, the field that leads back here)."""
    for field in comparable_fields(object_type, context):
        key = field.type.link_targets(field)
        # The filter language follows links that are columns, see ``zhike.metadata.filters``.
        if key is None or key in NOT_FOLLOWED or field.type.multiple or field.column is None:
            continue
        target = registry.get(key)
        if policy.may(context.actor, target, "view"):
            yield field.key, str(field.label), target, ""
    seen = set()
    for child in object_type.children:
        target = registry.get(child.object_key)
        if target.slug not in seen and policy.may(context.actor, target, "view"):
            seen.add(target.slug)
            yield target.slug, str(target.label), target, child.via


def described(field: Field, path: str, label: str, context: Context) -> dict[str, Any]:
    """The field as the builder needs it; ``input`` is text, number, date, choice or link."""
    told: dict[str, Any] = {
        "key": path,
        "label": label,
        "input": input_of(field),
        "operators": [
            {"key": operator.key, "label": said(operator.label, context), "operand": operator.operand}
            for operator in field.type.operators
        ],
    }
    choices = choices_of(field)
    if choices:
        told["choices"] = [[choice.key, choice.text(context)] for choice in choices]
    elif field.type.schema(field).get("type") in ("boolean", ["boolean", "null"]):
        told["choices"] = [["true", _("Yes")], ["false", _("No")]]
    target = field.type.link_targets(field)
    if target is not None:
        told["url"] = picker_url(target)
        told["own"] = own_words(target)
    return told


def input_of(field: Field) -> str:
    if field.type.link_targets(field) is not None:
        return "link"
    if choices_of(field):
        return "choice"
    if field.type.numeric:
        return "number"
    return "date" if str(field.type.schema(field).get("format", "")).startswith("date") else "text"


def own_words(target: str) -> list[list[str]]:
    """Words that stand for the reader's own records, as choices."""
    if target == "user":
        return [["me", _("me")]]
    if target == "department":
        return [["my_department", _("my department")], ["my_department_and_below", _("my department and below")]]
    return []


def builder_words() -> dict[str, Any]:
    """The words of the builder's own controls."""
    return {
        "field": _("Field"),
        "operator": _("Comparison"),
        "value": _("Value"),
        "remove": _("Remove"),
        "mode": _("How the conditions combine"),
        "all": _("All of these hold"),
        "any": _("Any of these holds"),
        "none": _("None of these holds"),
        "addRow": _("Add a condition"),
        "addGroup": _("Add a group"),
        "nothing": _("Nothing found"),
        "search": _("Type to search"),
        "periods": [{"key": key, "label": str(label)} for key, (label, _span) in PERIODS.items()],
    }
