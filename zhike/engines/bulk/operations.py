"""What can be done to many records, whether an actor may, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.metadata import policy
from zhike.metadata.actor import Actor
from zhike.metadata.checking import field_problem
from zhike.metadata.errors import Invalid, Problem
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for

NOT_LINKS = Problem("wrong_kind", _("Only fields with several values can be added to or removed from."))
UNKNOWN_ACTION = Problem("unknown_action", _("There is no such action."))

#: How many refusals are kept with their reasons.
EXAMPLES = 50


@dataclass(frozen=True, slots=True)
class Operation:
    """``kind`` is set, add, remove, delete or action; ``key`` the field or the action, ``value`` raw or its arguments."""

    kind: str
    key: str = ""
    value: Any = None

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "key": self.key, "value": self.value}


@dataclass(slots=True)
class Outcome:
    """What became of the records: how many were changed and stayed, and why others were refused."""

    done: int = 0
    unchanged: int = 0
    refused: int = 0
    #: (record id, field label, reason) of the first refusals.
    examples: list[tuple[int, str, str]] = dataclass_field(default_factory=list)
    batch_ids: list[int] = dataclass_field(default_factory=list)

    def add(self, other: Outcome) -> None:
        self.done += other.done
        self.unchanged += other.unchanged
        self.refused += other.refused
        self.examples = [*self.examples, *other.examples][:EXAMPLES]
        self.batch_ids += other.batch_ids

    def refuse(self, record_id: int, label: str, reason: str) -> None:
        self.refused += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append((record_id, label, reason))

    def to_json(self) -> dict[str, Any]:
        return {
            "done": self.done,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "examples": [list(example) for example in self.examples],
        }


def from_json(told: Mapping[str, Any]) -> Operation:
    return Operation(told["kind"], told.get("key", ""), told.get("value"))


def check(object_type: ObjectType, operation: Operation, *, actor: Actor) -> None:
    """Raise Denied or Invalid for what the actor may not do to any record, or with a value that no record could take."""
    match operation.kind:
        case "set":
            policy.require(actor, object_type, "edit")
            _check_value(object_type, operation, actor)
        case "add" | "remove":
            policy.require(actor, object_type, "edit")
            _check_links(object_type, operation, actor)
        case "delete":
            policy.require(actor, object_type, "delete")
        case "action" if operation.key in object_type.actions:
            policy.require(actor, object_type, object_type.actions[operation.key].permission)
            action_arguments(object_type, operation, actor=actor)
        case _:
            raise Invalid({"": [UNKNOWN_ACTION]})


def _check_field(object_type: ObjectType, key: str, actor: Actor) -> Field:
    problem = field_problem(actor, object_type, key)
    if problem is not None:
        raise Invalid({key: [problem]})
    return object_type.field(key)


def _check_value(object_type: ObjectType, operation: Operation, actor: Actor) -> None:
    field = _check_field(object_type, operation.key, actor)
    parsed(field, operation.value, actor)
    if field.key == "owner":
        policy.require(actor, object_type, "assign")


def _check_links(object_type: ObjectType, operation: Operation, actor: Actor) -> None:
    field = _check_field(object_type, operation.key, actor)
    if not field.type.multiple:
        raise Invalid({operation.key: [NOT_LINKS]})
    if not parsed(field, operation.value, actor):
        raise Invalid({operation.key: [Problem("required", _("Choose at least one."))]})


def parsed(field: Field, raw: Any, actor: Actor) -> Any:
    """The plain value; raises Invalid."""
    try:
        value = None if raw in (None, "") else field.type.parse(raw, field, context_for(actor))
    except ValueError as refusal:
        code, message = getattr(refusal, "code", "invalid"), getattr(refusal, "message", str(refusal))
        raise Invalid({field.key: [Problem(code, message)]}) from refusal
    if field.required and (value is None or field.type.is_empty(value)):
        raise Invalid({field.key: [Problem("required", _("Please fill this in."))]})
    return value


def action_arguments(object_type: ObjectType, operation: Operation, *, actor: Actor) -> dict[str, Any]:
    """Plain values of the arguments that the action asks for; raises Invalid."""
    raw: Mapping[str, Any] = operation.value or {}
    return {
        argument.key: parsed(argument, raw.get(argument.key), actor)
        for argument in object_type.actions[operation.key].arguments
    }
