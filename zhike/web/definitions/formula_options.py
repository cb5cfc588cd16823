"""What the form of a formula offers: the fields that it may name, and the functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Field, Label
from zhike.metadata.formula.inputs import TYPES
from zhike.metadata.formula.kind import DEFAULT_DECIMALS
from zhike.metadata.object_type import ObjectType

#: How each function is written, and what it gives.
FUNCTIONS: tuple[tuple[str, Label], ...] = (
    ("IF(condition, value, otherwise)", _("one of two values")),
    ("ROUND(number, 2)", _("rounded half up")),
    ("MIN(a, b)  MAX(a, b)  ABS(a)", _("the smallest, the largest, without the sign")),
    ("COALESCE(a, b)", _("the first that is not empty")),
    ("ISEMPTY(a)", _("whether there is no value")),
    ("TODAY()", _("the day of today")),
    ("DAYS(from, to)", _("days between two dates")),
    ("YEAR(date)  MONTH(date)  DAY(date)", _("parts of a date")),
    ("CONCAT(a, b)  a & b", _("texts one after the other")),
    ("LEN(text)  LEFT(text, 2)  RIGHT(text, 4)", _("the length or an end of a text")),
    ("and  or  not  =  <>  <  <=  >  >=", _("conditions, yes or no")),
)


def formula_context(options: Mapping[str, Any], object_type: ObjectType, _actor: Actor) -> dict[str, Any]:
    """The context of settings/formula_options.html."""
    decimals = options.get("decimals")
    return {
        "expression": options.get("expression") or "",
        "decimals": DEFAULT_DECIMALS if decimals in {None, ""} else decimals,
        "percent": bool(options.get("percent")),
        "fields": [(f"{{{path}}}", name, kind) for path, name, kind in offered(object_type)],
        "functions": FUNCTIONS,
    }


def offered(object_type: ObjectType) -> Iterator[tuple[str, str, Label]]:
    """(path, name, kind) of the fields of the record, then of the records that it links to."""
    for field in usable(object_type):
        yield field.key, str(field.label), field.type.label
    for link in object_type.active_fields:
        key = link.type.link_targets(link)
        target = registry.catalogue().get(str(key))
        if target is None or link.type.multiple or link.computed is not None or target.is_private:
            continue
        for field in usable(target):
            yield f"{link.key}.{field.key}", f"{link.label} › {field.label}", field.type.label


def usable(object_type: ObjectType) -> list[Field]:
    return [field for field in object_type.active_fields if field.type.key in TYPES]
