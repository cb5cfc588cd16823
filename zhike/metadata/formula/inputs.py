"""The fields that a formula names: of the record itself, or of a record that it links to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery

from zhike.lib.formula.checking import Source
from zhike.lib.formula.errors import FormulaError
from zhike.lib.formula.reading import Node
from zhike.lib.money import DECIMALS
from zhike.metadata import policy
from zhike.metadata.custom_sql import CustomValue
from zhike.metadata.fields.base import Field, Input
from zhike.metadata.fields.choice_option import choices_of
from zhike.metadata.object_type import ObjectType

#: Kind of field → kind of value in a formula. A day is what remains of a moment.
TYPES = {
    "text": "text", "long_text": "text", "url": "text", "email": "text", "auto_number": "text", "choice": "choice",
    "integer": "number", "decimal": "number", "percent": "number", "money": "money",
    "date": "date", "datetime": "date", "boolean": "boolean",
}  # fmt: skip
Catalogue = Mapping[str, ObjectType]


@dataclass(frozen=True, slots=True)
class Place:
    """A field of a formula: ``link`` leads to the record that it belongs to, None for the record itself."""

    object_type: ObjectType
    link: Field | None
    field: Field

    @property
    def kind(self) -> str:
        return self.field.type.key

    @property
    def minor(self) -> int:
        """Decimals of the currency of an amount."""
        return DECIMALS.get(str(self.field.options.get("currency") or "CNY"), 2)

    def source(self) -> Source:
        labels = {choice.key: str(choice.label) for choice in choices_of(self.field)} if self.kind == "choice" else {}
        return Source(TYPES[self.kind], labels)

    def inputs(self) -> tuple[Input, ...]:
        """What a reader must see; who sees a record sees its parent, but not whatever else it links to."""
        if self.link is None:
            return (Input(self.object_type.key, self.field.key),)
        target = str(self.link.type.link_targets(self.link))
        is_parent = self.object_type.scope_from == self.link.key
        return Input(self.object_type.key, self.link.key), Input(target, self.field.key, every_row=not is_parent)

    def expression(self, catalogue: Catalogue) -> Any:
        """Its SQL value within a query of the record; a linked record in the bin has none."""
        if self.link is None:
            return self.field.type.expression(self.field)
        target = catalogue[str(self.link.type.link_targets(self.link))]
        rows = policy.every_record(target).filter(pk=outer(self.link), deletion__isnull=True)
        return Subquery(rows.values(_found=self.field.type.expression(self.field))[:1])


def outer(link: Field) -> Any:
    """The link's value in the query around."""
    if link.column is not None:
        return OuterRef(link.column)
    output = link.type.custom_output
    made = None if output is None else output()
    return CustomValue(OuterRef("custom"), key=link.key, kind=link.type.sql_kind, output_field=made)


def place_of(node: Node, object_type: ObjectType, catalogue: Catalogue) -> Place:
    """What a node that names a field means; raises FormulaError."""
    first, _dot, rest = str(node.value).partition(".")
    field = found(object_type, first.strip(), node)
    if not rest:
        return usable(Place(object_type, None, field), node)
    target = catalogue.get(str(field.type.link_targets(field)))
    if target is None or field.type.multiple or field.computed is not None or target.is_private:
        raise FormulaError("no_link", node.at, first)
    return usable(Place(object_type, field, found(target, rest.strip(), node)), node)


def usable(place: Place, node: Node) -> Place:
    if place.kind not in TYPES:
        raise FormulaError("not_usable", node.at, str(node.value))
    return place


def found(object_type: ObjectType, name: str, node: Node) -> Field:
    """The field in use with this key, or else the one with this name."""
    field = object_type.fields.get(name)
    if field is None:
        field = next((other for other in object_type.active_fields if str(other.label) == name), None)
    if field is None or field.retired:
        raise FormulaError("no_field", node.at, name)
    return field


def canonical(place: Place) -> str:
    """How the formula names the place, whatever the names of fields become."""
    return place.field.key if place.link is None else f"{place.link.key}.{place.field.key}"
