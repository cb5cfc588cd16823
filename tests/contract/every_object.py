"""Every registered object type with one custom object beside them, and a record of each made from samples."""

from __future__ import annotations

from random import Random
from typing import Any

from django.db.models import Model

from tests.cast import Cast, actor
from zhike.accounts.models import User
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.customising import field_create
from zhike.metadata.customising_objects import object_create
from zhike.metadata.errors import Invalid
from zhike.metadata.fields import FIELD_TYPES
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType
from zhike.metadata.records import record_save
from zhike.metadata.saving import context_for

#: Types of which a second link points to another record.
SECOND = ("customer", "product")
CHOICES = [{"key": "new", "label": "新", "label_en": "New"}, {"key": "old", "label": "旧", "label_en": "Old"}]
OPTIONS: dict[str, dict[str, Any]] = {
    "choice": {"choices": CHOICES},
    "multi_choice": {"choices": CHOICES},
    "link": {"target": "customer"},
    "links": {"target": "tag"},
    "auto_number": {"pattern": "SB{YYYY}-{0000}"},
}


#: What samples cannot know: values that fit together, and what must be there before.
FITTING: dict[str, dict[str, Any]] = {
    "order": {"state": "confirmed", "may_exceed": False, "day": "2026-03-02"},
    "order_line": {"quantity": "10", "unit_price": "100", "discount": None, "source_amount": None},
    "delivery_line": {"quantity": "5"},
    "return_line": {"quantity": "1"},
    "receipt": {"amount": 100_000, "is_matched": False},
    "refund": {"order": None, "amount": 5_000},
    "write_off": {"amount": 5_000},
    "invoice": {"amount": 10_000, "tax": 1_000, "reverses": None},
    "credit_policy": {"dunning_days": "1,15"},
    "sales_target": {"level": "person", "measure": "orders"},
    "forecast_adjustment": {"level": "person"},
}
AFTER = {
    "delivery_line": ("order_line",),
    "return_line": ("delivery_line",),
    "refund": ("receipt",),
    "write_off": ("order_line",),
    "invoice": ("order_line",),
}


def custom_object(cast: Cast) -> None:
    """A custom object with one field of every kind that an administrator may choose."""
    adam = actor(cast.adam)
    object_create(label="设备", label_en="Device", key="x_device", actor=adam)
    for kind in FIELD_TYPES.values():
        if kind.customisable:
            options = OPTIONS.get(kind.key, {})
            field_create(
                "x_device",
                kind=kind.key,
                label=str(kind.label),
                label_en="A",
                key=f"f_{kind.key}",
                options=options,
                actor=adam,
            )


def computed_fields(cast: Cast) -> None:
    """A formula and a roll-up on a product's object and on the custom one."""
    adam = actor(cast.adam)
    for key, source in (("customer", "contact.customer"), ("x_device", "x_device.f_self")):
        if key == "x_device":
            field_create(
                key, kind="link", label="上级", label_en="A", key="f_self", options={"target": key}, actor=adam
            )
        for kind, options in (
            ("formula", {"expression": "LEN({name}) * 1.5"}),
            ("rollup", {"source": source, "function": "count"}),
        ):
            field_create(
                key,
                kind=kind,
                label={"formula": "公式", "rollup": "汇总"}[kind],
                label_en="A",
                key=f"f_{kind}",
                options=options,
                actor=adam,
            )


def assemble(cast: Cast) -> dict[str, int]:
    """Id of one record by object key; what others link to is made first."""
    custom_object(cast)
    computed_fields(cast)
    made = {"user": cast.bob.pk, "department": cast.first.pk}
    for object_type in sorted(registry.all_types(), key=order_of_making):
        if object_type.key not in made:
            made[object_type.key] = make(object_type, cast.bob, made)
    return made


def order_of_making(object_type: ObjectType) -> tuple[bool, int, int]:
    """What others must link to comes first, what services write about other records last."""
    return (not by_hand(object_type), depth(object_type), len(needs(object_type)))


def depth(object_type: ObjectType, above: tuple[str, ...] = ()) -> int:
    """How many records must be there, one for the other, before one of this type can be made."""
    required = {
        field.type.link_targets(field)
        for field in object_type.writable_fields
        if field.required and field.key != "owner"
    }
    targets = {key for key in (*required, *AFTER.get(object_type.key, ())) if key is not None} - {
        *above,
        object_type.key,
    }
    return 1 + max((depth(registry.get(key), (*above, object_type.key)) for key in targets), default=0)


def needs(object_type: ObjectType) -> list[str]:
    """Object keys that a record must or may link to."""
    targets = (field.type.link_targets(field) for field in object_type.writable_fields)
    return [target for target in targets if target is not None]


def make(object_type: ObjectType, owner: User, made: dict[str, int]) -> int:
    """A record from the samples of its kinds; what does not go together with the rest is left out, never what is required."""
    values = samples(object_type, owner, made)
    if object_type.shared_by:
        values[object_type.shared_by] = True
    try:
        return record_save(object_type, values, actor=SYSTEM)
    except Invalid as refusal:
        refused = set(refusal.problems)
        fitting = {key: value for key, value in values.items() if key not in refused}
        required = {field.key for field in object_type.writable_fields if field.required}
        if required & refused or len(refused) > len(values) / 3:
            raise
        return record_save(object_type, fitting, actor=SYSTEM)


def samples(object_type: ObjectType, owner: User, made: dict[str, int]) -> dict[str, Any]:
    """JSON values by field key; two links to one type point to two records, for few things are linked to themselves."""
    rng = Random(seed_of(object_type))
    found: dict[str, Any] = {}
    there = dict(made)
    for field in (*object_type.writable_fields, *title_field(object_type)):
        target = field.type.link_targets(field)
        value = sample(field, rng, owner, there)
        if value is not None:
            found[field.key] = value
        if target in SECOND and value is not None:
            there[target] = make(registry.get(target), owner, made)
    fitting = {key: value for key, value in FITTING.get(object_type.key, {}).items() if key in object_type.fields}
    if object_type.key == "product":
        # No other product may have its code, and there are fewer sample words than products.
        fitting["code"] = f"{found['code']} {object_type.model._default_manager.count()}"
    return {**found, **fitting}


def seed_of(object_type: ObjectType) -> str:
    """The same for every run."""
    return f"sample of {object_type.key}"


def by_hand(object_type: ObjectType) -> bool:
    """Whether people write such records themselves; of others services write every field."""
    return object_type.creatable or "edit" in object_type.permissions


def title_field(object_type: ObjectType) -> list[Field]:
    """The title of a record that services write, which the system may write here too."""
    title = object_type.field(object_type.title)
    return [] if by_hand(object_type) or title in object_type.writable_fields else [title]


def sample(field: Field, rng: Random, owner: User, made: dict[str, int]) -> Any:
    """The JSON value of a sample; links point to records that exist, files are left out."""
    target = field.type.link_targets(field)
    if field.type.key == "file":
        return None
    if target is None:
        return field.type.to_json(field.type.sample(field, rng), field)
    pk = {**made, "user": owner.pk}.get(target)
    return [pk] if field.type.multiple and pk is not None else pk


def title_of(object_type: ObjectType, pk: int) -> str:
    """The title as people read it."""
    row: Model = object_type.model._default_manager.get(pk=pk)
    field = object_type.field(object_type.title)
    return field.type.text(getattr(row, field.column or ""), field, context_for(SYSTEM))
