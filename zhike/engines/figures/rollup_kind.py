"""The kind of field that administrators choose for a roll-up: what they say, what is refused, and the field it becomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from secrets import token_hex
from typing import Any, ClassVar

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.engines.figures.rollup import FUNCTIONS, MOMENTS, Rollup, stored_key
from zhike.engines.figures.value import KINDS, figure_value
from zhike.metadata import computed_kinds, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.computed_kinds import Catalogue, ComputedKind
from zhike.metadata.errors import BadQuery
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field, Input, Label, ValueRefused
from zhike.metadata.fields.filter import FilterType
from zhike.metadata.filters import compile_filter
from zhike.metadata.models import CustomField
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for

#: Options of a field of the result's kind that its roll-up takes over.
KEPT = ("decimals", "digits", "currency", "choices")
#: Words of filters that mean the reader; a roll-up has none.
PERSONAL = frozenset(("me", "my_department", "my_department_and_below"))


class RollupKind(ComputedKind):
    """How many, the sum, the smallest, the largest or the latest of the records that link here."""

    key = "rollup"
    label: ClassVar[Label] = _("Roll-up")
    icon = "sum"
    settings: ClassVar[tuple[str, ...]] = ("source", "function", "of", "by", "filter")
    stage = 2

    def defined(
        self, raw: Mapping[str, Any], row: CustomField, object_type: ObjectType, actor: Actor
    ) -> dict[str, Any]:
        found = read(raw, object_type)
        if computed_kinds.reaches(
            registry.catalogue(), inputs(found, registry.catalogue()), (object_type.key, row.key)
        ):
            raise ValueRefused("circle", _("It would be computed from itself."))
        return found.options

    def redefined(self, row: CustomField, changed: tuple[str, str], catalogue: Catalogue) -> dict[str, Any]:
        found = read(row.options or {}, catalogue[row.object_key], catalogue)
        for comparison in comparisons(found.filter):
            path = str(comparison["field"]).split(".")
            if len(path) > 1 and changed in set(steps(found.object_key, path, catalogue)):
                raise ValueRefused("bad_filter", _("It filters by the field through a link; take that out first."))
        return {**found.options, "remade": token_hex(4)}

    def described(self, row: CustomField, label: Label, catalogue: Catalogue) -> Field | None:
        found = rollup_of(row.options or {})
        child = catalogue.get(found.object_key)
        of = None if child is None else child.fields.get(found.of)
        if child is None or found.via not in child.fields or found.function not in FUNCTIONS or (found.of and not of):
            return None
        kind = field_type("integer") if of is None else of.type
        default = FUNCTIONS[found.function].default
        return Field(
            key=row.key,
            type=kind,
            label=label,
            help=row.help,
            readonly=True,
            sensitive=row.sensitive,
            retired=row.retired_at is not None,
            options={
                "rollup": found,
                **({} if of is None else {name: of.options[name] for name in KEPT if name in of.options}),
            },
            custom_id=row.pk,
            computed=partial(figure_value, row.object_key, stored_key(row.pk, found), kind, default),
            inputs=inputs(found, catalogue),
        )


def rollup_of(options: Mapping[str, Any]) -> Rollup:
    """The roll-up that a row of CustomField holds."""
    object_key, _dot, via = str(options.get("source", "")).partition(".")
    told = {name: str(options.get(name) or "") for name in ("function", "of", "by", "remade")}
    return Rollup(object_key, via, **told, filter=options.get("filter") or None)


def read(raw: Mapping[str, Any], object_type: ObjectType, catalogue: Catalogue | None = None) -> Rollup:
    """The roll-up that an administrator describes; raises ValueRefused with what to mend."""
    stored_filter = FilterType().parse(raw.get("filter"), Field("filter", FilterType(), ""), context_for(SYSTEM))
    found = rollup_of({**raw, "filter": stored_filter})
    child = next(
        (
            child
            for child, link in sources(object_type, catalogue)
            if (child.key, link.key) == (found.object_key, found.via)
        ),
        None,
    )
    if child is None:
        raise ValueRefused("unknown_source", _("Choose the records that are rolled up."))
    function = FUNCTIONS.get(found.function)
    if function is None:
        raise ValueRefused("unknown_function", _("Choose what to make of the records."))
    if not function.kinds:
        found = Rollup(found.object_key, found.via, found.function, filter=found.filter)
    elif found.of not in {field.key for field in fields_for(child, function.kinds)}:
        raise ValueRefused(
            "unknown_field", format_lazy(_("Choose a field of {object} that this can be made of."), object=child.label)
        )
    if not function.by_moment:
        found = Rollup(found.object_key, found.via, found.function, found.of, filter=found.filter)
    elif found.by and found.by not in {field.key for field in fields_for(child, MOMENTS)}:
        raise ValueRefused("unknown_field", _("Choose the date that says which record is the latest."))
    check_filter(child, found.filter)
    return found


def sources(object_type: ObjectType, catalogue: Catalogue | None = None) -> Iterator[tuple[ObjectType, Field]]:
    """Object types with the link that leads here."""
    for child in tuple((catalogue or registry.catalogue()).values()):
        for field in child.active_fields:
            leads_here = field.type.link_targets(field) == object_type.key
            if leads_here and not field.type.multiple and field.computed is None and not child.is_private:
                yield child, field


def fields_for(child: ObjectType, kinds: tuple[str, ...]) -> list[Field]:
    """Fields of the rows that a function takes; figures are not among them, for nobody would tell when they change."""
    return [
        field
        for field in child.active_fields
        if field.type.key in kinds and field.type.key in KINDS and (field.computed is None or is_of_its_row(field))
        if field.key != "id"
    ]


def is_of_its_row(field: Field) -> bool:
    """Whether a computed field changes only when its record does."""
    return (
        bool(field.inputs)
        and all(not source.every_row and source.field_key for source in field.inputs)
        and "rollup" not in field.options
    )


def check_filter(child: ObjectType, node: Mapping[str, Any] | None) -> None:
    try:
        compile_filter(child, node, context_for(SYSTEM))
    except BadQuery as refusal:
        raise ValueRefused("bad_filter", refusal.message) from refusal
    if any(value in PERSONAL for comparison in comparisons(node) for value in listed(comparison.get("value"))):
        raise ValueRefused("bad_filter", _("A roll-up counts for everybody: “me” and “my department” do not fit here."))


def listed(value: Any) -> list[Any]:
    values = value if isinstance(value, list) else [value]
    return [found for found in values if isinstance(found, str)]


def comparisons(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every comparison of a filter."""
    if isinstance(node, list):
        for part in node:
            yield from comparisons(part)
    elif isinstance(node, Mapping):
        if "field" in node:
            yield node
        for key in ("all", "any", "not"):
            yield from comparisons(node.get(key))


def inputs(found: Rollup, catalogue: Catalogue) -> tuple[Input, ...]:
    """Whoever may not see the rows' fields may not see what is made of them, nor learn it from the filter."""
    places = {(found.object_key, key) for key in ("", found.via, found.of, found.by)}
    for comparison in comparisons(found.filter):
        places.update(steps(found.object_key, str(comparison["field"]).split("."), catalogue))
    return tuple(Input(object_key, key) for object_key, key in sorted(places))


def steps(object_key: str, path: list[str], catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Object and field keys along a path of the filter language."""
    object_type = catalogue.get(object_key)
    if object_type is None or not path:
        return
    field = object_type.fields.get(path[0])
    below = [child.object_key for child in object_type.children if child.object_key in catalogue]
    target = next((key for key in below if catalogue[key].slug == path[0]), "")
    if field is not None or not target:
        yield object_key, path[0]
        target = (field.type.link_targets(field) if field is not None else None) or ""
    if len(path) > 1:
        yield from steps(target, path[1:], catalogue)


computed_kinds.register(RollupKind())
