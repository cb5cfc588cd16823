"""Looking at a change of kind before it is made, making it, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field as dataclass_field
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.engines.kind_changes.converting import CHOICES, Conversion, field_of, new_choices, targets_of, values_of
from zhike.engines.kind_changes.models import KindChange
from zhike.engines.kind_changes.uses import Use, broken, remade, sentence, uses
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.custom_types import custom_field
from zhike.metadata.customising import KEPT_OPTIONS, customisable_object, found_field, naming, refuse
from zhike.metadata.definition_log import FIELD, PRIVILEGE, change_definition, defining
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field, Label, ValueRefused
from zhike.metadata.fields.settings import read_settings
from zhike.metadata.models import CustomField
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for

CHANGE, UNDO = "kind_changes.change", "kind_changes.undo"
#: How long the values before the change are kept.
KEPT_FOR = timedelta(days=30)
#: Different values that are looked at beforehand, the most frequent ones.
MOST_LOOKED_AT = 20_000
MOST_SAMPLES = 5
#: Set in the options of a field while its values are converted.
CHANGING = "changing"


@dataclass(slots=True)
class Reason:
    """Why values do not convert: how many, and some of them as people read them."""

    message: Label
    count: int = 0
    samples: list[str] = dataclass_field(default_factory=list)


@dataclass(slots=True)
class Preview:
    """What a change would do: counts of values, samples of old and new ones, why others do not convert, and who uses the field."""

    new: Field
    options: Mapping[str, Any]
    converts: int = 0
    samples: list[tuple[str, str]] = dataclass_field(default_factory=list)
    reasons: dict[str, Reason] = dataclass_field(default_factory=dict)
    uses: list[Use] = dataclass_field(default_factory=list)
    #: More values are there than were looked at.
    is_part: bool = False

    @property
    def fails(self) -> int:
        return sum(reason.count for reason in self.reasons.values())

    @property
    def blocks(self) -> list[Use]:
        return list(broken(self.uses))


def kind_preview(field_id: int, kind: str, *, actor: Actor, options: Mapping[str, Any] | None = None) -> Preview:
    """What the change would do; writes nothing. Raises Denied, NotFound and Invalid.

    ``options`` are settings of the new kind, such as the ``target`` of a link; choices that are not given are made from the values.
    """
    row = CustomField.objects.filter(pk=field_id).first()
    if not actor.has(PRIVILEGE):
        raise Denied(FIELD, PRIVILEGE)
    if row is None:
        raise NotFound(FIELD, field_id)
    object_type = customisable_object(row.object_key)
    old = _changeable(row, kind)
    context = context_for(actor)
    listed = values_of(object_type, row.key, MOST_LOOKED_AT + 1)
    values = listed[:MOST_LOOKED_AT]
    with naming("options"):
        settings = _settings(row, old, kind, dict(options or {}), [value for value, _count in values], actor)
    new = field_of(row.key, row.label, {"kind": kind, "options": settings})
    found = Preview(new, settings, is_part=len(listed) > len(values))
    conversion = Conversion(old, new, context)
    conversion.look_up([value for value, _count in values])
    for value, count in values:
        shown = _shown(old, value, context)
        try:
            result = conversion(value)
        except ValueRefused as refusal:
            reason = found.reasons.setdefault(refusal.code, Reason(refusal.message))
            reason.count += count
            if len(reason.samples) < MOST_SAMPLES:
                reason.samples.append(shown)
        else:
            found.converts += count
            if len(found.samples) < MOST_SAMPLES and result is not None:
                found.samples.append((shown, _shown(new, result, context)))
    found.uses = uses(object_type, object_type.field(row.key), new)
    return found


def _shown(field: Field, value: Any, context: Any) -> str:
    if field.type.link_targets(field) is not None:
        return f"#{value}"
    return str(field.type.text(field.type.from_json(value, field), field, context))[:80]


def _changeable(row: CustomField, kind: str) -> Field:
    """The field as it is; raises Invalid where the kind cannot become the other."""
    if row.retired_at is not None:
        refuse("kind", "retired", _("Take the field into use again first."))
    if kind not in {found.key for found in targets_of(row.kind)}:
        refuse("kind", "not_possible", _("A field of this kind cannot become that one."))
    return custom_field(row)


def _settings(
    row: CustomField, old: Field, kind: str, given: dict[str, Any], values: list[Any], actor: Actor
) -> dict[str, Any]:
    """Options of the new kind: what both kinds know stays, and choices are made from the values."""
    known = field_type(kind).settings
    kept = {name: value for name, value in (row.options or {}).items() if name in known}
    if kind in CHOICES and "choices" not in given and row.kind not in CHOICES:
        given["choices"] = new_choices(old, values, context_for(actor))
    return read_settings(field_type(kind), {**kept, **{name: value for name, value in given.items() if name in known}})


def kind_change(field_id: int, kind: str, *, actor: Actor, options: Mapping[str, Any] | None = None) -> Job:
    """Start the change as a job; the field is out of use until it is done. Raises Denied, NotFound and Invalid."""
    told = kind_preview(field_id, kind, actor=actor, options=options)
    if told.blocks:
        raise Invalid({"kind": [Problem("in_use", sentence(use)) for use in told.blocks]})
    with defining(actor):
        row = found_field(field_id)
        _changeable(row, kind)
        object_type = customisable_object(row.object_key)
        old = definition_of(row)
        new_type = field_type(kind)
        new = {
            **old,
            "kind": kind,
            "options": dict(told.options),
            "default": None,
            "unique": row.unique and new_type.can_be_unique,
            "indexed": row.indexed and new_type.sortable,
        }
        change = KindChange.objects.create(
            field_id=row.pk,
            object_key=row.object_key,
            field_key=row.key,
            old=old,
            new=new,
            at=timezone.now(),
            by_id=actor.user_id,
            dependents=set_aside_with(object_type, object_type.field(row.key), told.new, actor),
        )
        set_aside(row, actor)
        return enqueue(CHANGE, {"change": change.pk}, actor_id=actor.user_id, message=row.label)


def set_aside(row: CustomField, actor: Actor) -> None:
    """Take the field out of use while its values are of two kinds."""
    change_definition(
        row, {"retired_at": timezone.now(), "options": {**(row.options or {}), CHANGING: True}}, actor=actor
    )


def set_aside_with(object_type: ObjectType, field: Field, after: Field, actor: Actor) -> list[dict[str, Any]]:
    """Take what is computed from the field out of use too; returns how each was and how it goes on."""
    found = []
    for one in remade(object_type, field, after):
        row = CustomField.objects.get(pk=one.row.pk)
        found.append({"id": row.pk, "before": dict(row.options or {}), "after": one.options})
        set_aside(row, actor)
    return found


def definition_of(row: CustomField) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "options": {name: value for name, value in (row.options or {}).items() if name not in KEPT_OPTIONS},
        "default": row.default,
        "unique": row.unique,
        "indexed": row.indexed,
        "required": row.required,
    }


def last_change(field_id: int) -> KindChange | None:
    """The latest change of the field, if it can be taken back or is under way."""
    found = KindChange.objects.filter(field_id=field_id).order_by("-pk").first()
    if found is None or found.state == KindChange.State.UNDONE:
        return None
    return found if timezone.now() - found.at <= KEPT_FOR else None


def kind_undo(field_id: int, *, actor: Actor) -> Job:
    """Start taking the last change back; raises Denied, NotFound and Invalid."""
    with defining(actor):
        row = found_field(field_id)
        change = last_change(field_id)
        if change is None or change.state != KindChange.State.DONE or row.retired_at is not None:
            raise Invalid({"kind": [Problem("nothing_to_undo", _("There is no change of kind to take back."))]})
        before = field_of(row.key, row.label, change.old)
        object_type = registry.get(row.object_key)
        stands = list(broken(uses(object_type, object_type.field(row.key), before)))
        if stands:
            raise Invalid({"kind": [Problem("in_use", sentence(use)) for use in stands]})
        change.state = KindChange.State.UNDOING
        change.dependents = set_aside_with(object_type, object_type.field(row.key), before, actor)
        change.save(update_fields=["state", "dependents"])
        set_aside(row, actor)
        return enqueue(UNDO, {"change": change.pk}, actor_id=actor.user_id, message=row.label)
