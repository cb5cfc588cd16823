"""Kinds of field that administrators define by how they are computed: formulas, roll-ups. Engines register them.

A row of CustomField whose kind is one of these becomes a read-only ``Field.computed``; nothing of it is stored in the record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django.db.models import Expression, TextField, Value

from zhike.metadata.actor import Actor
from zhike.metadata.fields import FIELD_TYPES, field_type
from zhike.metadata.fields.base import Field, FieldType, Input, Label
from zhike.metadata.models import CustomField
from zhike.metadata.object_type import ObjectType

Catalogue = Mapping[str, ObjectType]


class ComputedKind(FieldType):
    """A way to compute a field; the field itself is of the kind of its result."""

    is_computed = True
    sortable = False

    #: Kinds that others build upon are described first.
    stage: ClassVar[int] = 0

    def defined(
        self, raw: Mapping[str, Any], row: CustomField, object_type: ObjectType, actor: Actor
    ) -> dict[str, Any]:
        """The options to store (JSON), checked against the object types as they are; raises ValueRefused."""
        raise NotImplementedError

    def redefined(self, row: CustomField, changed: tuple[str, str], catalogue: Catalogue) -> dict[str, Any]:
        """The options with which a field goes on when ``changed`` (object and field key) is of another kind in ``catalogue``.

        Raises ValueRefused where it cannot be computed any more.
        """
        raise NotImplementedError

    def described(self, row: CustomField, label: Label, catalogue: Catalogue) -> Field | None:
        """The descriptor, or None where what it is computed from is gone."""
        raise NotImplementedError


KINDS: dict[str, ComputedKind] = {}


def register(kind: ComputedKind) -> ComputedKind:
    """Offer a kind to administrators."""
    KINDS[kind.key] = kind
    return kind


def kinds() -> dict[str, FieldType]:
    """Every kind of field that a row of CustomField may have, by key."""
    return {**FIELD_TYPES, **KINDS}


def computed_fields(
    rows: list[CustomField], labels: Mapping[int, Label], catalogue: Catalogue, stage: int
) -> dict[str, Field]:
    """Descriptors of the computed fields of a stage among the rows of one object."""
    found: dict[str, Field] = {}
    for row in rows:
        kind = KINDS.get(row.kind)
        if kind is not None and kind.stage == stage:
            found[row.key] = kind.described(row, labels[row.pk], catalogue) or broken(row, labels[row.pk])
    return found


def broken(row: CustomField, label: Label) -> Field:
    """A field whose sources are gone: it keeps its key, and nobody sees it."""
    return Field(
        key=row.key,
        type=field_type("text"),
        label=label,
        readonly=True,
        retired=True,
        custom_id=row.pk,
        computed=no_value,
    )


def no_value() -> Expression:
    return Value(None, output_field=TextField())


# Who needs whom ---------------------------------------------------------------------------------------------------


def dependents(catalogue: Catalogue, object_key: str, field_key: str = "") -> list[Field]:
    """Computed fields of administrators in use that are made from the field, or without ``field_key`` from anything of the object."""
    return [
        field
        for found in catalogue.values()
        for field in found.active_fields
        for source in field.inputs
        if field.custom_id is not None
        and source.object_key == object_key
        and field_key in {"", source.field_key}
        and not (not field_key and found.key == object_key)
    ]


def reaches(catalogue: Catalogue, inputs: tuple[Input, ...], target: tuple[str, str]) -> bool:
    """Whether what is computed from the inputs would need the target: a circle, if the target is what is computed."""
    return target in set(_all_inputs(catalogue, inputs))


def _all_inputs(catalogue: Catalogue, inputs: tuple[Input, ...]) -> Iterator[tuple[str, str]]:
    waiting, seen = list(inputs), set()
    while waiting:
        place = waiting.pop()
        pair = (place.object_key, place.field_key)
        if pair in seen:
            continue
        seen.add(pair)
        yield pair
        object_type = catalogue.get(place.object_key)
        field = object_type.fields.get(place.field_key) if object_type else None
        waiting += field.inputs if field is not None else ()
