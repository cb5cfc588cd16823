"""Conditions of the filter language that are no fields: registered by engines, offered wherever one filters.

Such a condition takes no value: ``{"field": "followed", "op": "yes"}``. It is described as a field, so that builder and chips
need to know nothing of it; nobody sorts, groups or shows by it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field as dataclass_field
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Condition, Context, Field, FieldType, Label, Operator
from zhike.metadata.object_type import ObjectType

YES, NO = Operator("yes", _("Yes"), "none"), Operator("no", _("No"), "none")


@dataclass(frozen=True, slots=True)
class NamedCondition:
    """``key`` stands where a field's key would; ``holds`` says for which records of the object type it is true.

    ``applies`` says whether it means anything for records of the object type and this actor.
    """

    key: str
    label: Label
    applies: Callable[[ObjectType, Actor], bool]
    holds: Callable[[ObjectType, Context], Q]
    #: Label of a tab over lists that shows just these records, and where there is one.
    view: Label = ""
    has_view: Callable[[ObjectType], bool] = dataclass_field(default=lambda _object_type: False)


_registered: dict[str, NamedCondition] = {}


def register(condition: NamedCondition) -> NamedCondition:
    """Add a condition; keys are unique."""
    if condition.key in _registered:
        raise ValueError(f"condition {condition.key!r} is registered already")
    _registered[condition.key] = condition
    return condition


def conditions_for(object_type: ObjectType, actor: Actor) -> dict[str, NamedCondition]:
    """By key; the object type's own fields go before conditions of the same name."""
    return {
        key: condition
        for key, condition in _registered.items()
        if key not in object_type.fields and condition.applies(object_type, actor)
    }


def condition_fields(object_type: ObjectType, actor: Actor) -> dict[str, Field]:
    """The conditions as the fields that builder and filter take them for."""
    return {
        key: Field(key, ConditionType(condition, object_type), condition.label, readonly=True)
        for key, condition in conditions_for(object_type, actor).items()
    }


class ConditionType(FieldType):
    """What a named condition is in place of a kind of field."""

    key = "condition"
    label: ClassVar[Label] = _("Yes or no")
    icon = "toggle-right"
    operators: ClassVar[tuple[Operator, ...]] = (YES, NO)
    sortable = False
    customisable = False

    def __init__(self, condition: NamedCondition, object_type: ObjectType) -> None:
        self.named = condition
        self.object_type = object_type

    def condition(self, operator: str, operand: Any, field: Field, context: Context) -> Condition:
        held = self.named.holds(self.object_type, context)
        return ~held if operator == NO.key else held

    def schema(self, field: Field) -> dict[str, Any]:
        return {"type": "boolean"}
