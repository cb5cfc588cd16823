"""The kind of field that administrators choose for a formula: what they write, what is refused, and the field it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.lib.formula.errors import FormulaError
from zhike.lib.formula.reading import fields, read, renamed
from zhike.lib.money import DECIMALS
from zhike.metadata import computed_kinds, registry
from zhike.metadata.actor import Actor
from zhike.metadata.computed_kinds import Catalogue, ComputedKind
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field, Input, Label, ValueRefused
from zhike.metadata.fields.input import is_blank, plain_text
from zhike.metadata.fields.settings import READERS
from zhike.metadata.formula.expression import formula_value
from zhike.metadata.formula.inputs import Place, canonical, place_of
from zhike.metadata.formula.program import typed_tree
from zhike.metadata.models import CustomField
from zhike.metadata.object_type import ObjectType

DEFAULT_DECIMALS = 2
#: What is wrong with a formula, in words; {told} is what is named in it.
MESSAGES: dict[str, Any] = {
    "sign": _("“{told}” means nothing here."),
    "too_long": _("The formula is too long: split it into several fields."),
    "too_deep": _("There are too many brackets inside each other."),
    "unexpected": _("“{told}” is not expected here."),
    "ends": _("Something is missing at the end."),
    "missing": _("Here “{told}” is missing."),
    "no_function": _("There is no function {told}."),
    "arguments": _("{told} takes another number of values."),
    "kind": _("{told} does not go with values of these kinds."),
    "date": _('“{told}” is no date: write it like "2026-05-01".'),
    "choice": _("“{told}” is not one of the choices."),
    "count": _("Write a whole number up to {told} here."),
    "no_field": _("There is no field “{told}”."),
    "no_link": _("“{told}” does not lead to another record."),
    "not_usable": _("“{told}” is of a kind that formulas cannot use."),
    "currencies": _("Amounts of several currencies cannot be put together."),
    "no_result": _("The formula has no result."),
}
RESULTS = {"number": "decimal", "money": "money", "text": "text", "date": "date", "boolean": "boolean"}


class FormulaKind(ComputedKind):
    """A value worked out from other fields of the record and of those that it links to."""

    key = "formula"
    label: ClassVar[Label] = _("Formula")
    icon = "math-function"
    settings: ClassVar[tuple[str, ...]] = ("expression", "decimals", "percent")
    stage = 1

    def defined(
        self, raw: Mapping[str, Any], row: CustomField, object_type: ObjectType, actor: Actor
    ) -> dict[str, Any]:
        return self._checked(raw, row, object_type, registry.catalogue())

    def redefined(self, row: CustomField, changed: tuple[str, str], catalogue: Catalogue) -> dict[str, Any]:
        return self._checked(row.options or {}, row, catalogue[row.object_key], catalogue)

    def _checked(
        self, raw: Mapping[str, Any], row: CustomField, object_type: ObjectType, catalogue: Catalogue
    ) -> dict[str, Any]:
        source = " ".join(plain_text(raw.get("expression") or "").split())
        if not source:
            raise ValueRefused("required", _("Write the formula."))
        try:
            places = {str(node.value): place_of(node, object_type, catalogue) for node in fields(read(source))}
            tree, _places = typed_tree(source, object_type, catalogue)
        except FormulaError as failure:
            raise refused(failure) from failure
        found = {name: canonical(place) for name, place in places.items()}
        if computed_kinds.reaches(catalogue, inputs(places.values()), (object_type.key, row.key)):
            raise ValueRefused("circle", _("It would be computed from itself."))
        told: dict[str, Any] = {"expression": renamed(source, found), "result": tree.type}
        if tree.type == "number":
            given = raw.get("decimals")
            told["decimals"] = DEFAULT_DECIMALS if is_blank(given) else READERS["decimals"](given)
        if not is_blank(raw.get("percent")) and raw.get("percent") is not False:
            if tree.type != "number":
                raise ValueRefused("not_a_number", _("Only a number can be shown as a percentage."))
            told["percent"] = True
        if tree.type == "money":
            told["currency"] = currency(places.values())
        return told

    def described(self, row: CustomField, label: Label, catalogue: Catalogue) -> Field | None:
        options = row.options or {}
        object_type = catalogue[row.object_key]
        try:
            named = [str(node.value) for node in fields(read(str(options["expression"])))]
            sources = tuple(source for name in named for source in inputs_of(name, object_type))
        except (FormulaError, KeyError):
            return None
        result, decimals = str(options["result"]), int(options.get("decimals", 0))
        told = {name: options[name] for name in ("decimals", "currency") if name in options}
        is_percent = result == "number" and bool(options.get("percent"))
        whole = result == "number" and not decimals and not is_percent
        if is_percent:
            # A percentage is a decimal number, whatever is shown of it.
            decimals = told["decimals"] = max(decimals, 1)
        return Field(
            key=row.key,
            type=field_type("integer" if whole else "percent" if is_percent else RESULTS[result]),
            label=label,
            help=row.help,
            readonly=True,
            sensitive=row.sensitive,
            retired=row.retired_at is not None,
            options={} if whole else {"max_length": 2_000} if result == "text" else told,
            custom_id=row.pk,
            computed=partial(value_of, row.object_key, str(options["expression"]), decimals, minor_of(options)),
            inputs=tuple(dict.fromkeys(sources)),
        )


def value_of(object_key: str, source: str, decimals: int, minor: int) -> Any:
    """The expression of a formula, with the object types as they are now."""
    catalogue = registry.catalogue()
    return formula_value(source, catalogue[object_key], catalogue, decimals, minor)


def minor_of(options: Mapping[str, Any]) -> int:
    """Decimals of the currency of an amount; other results have no minor units."""
    return DECIMALS.get(str(options["currency"]), 2) if options["result"] == "money" else 0


def currency(places: Any) -> str:
    return next((str(place.field.options.get("currency") or "CNY") for place in places if place.kind == "money"), "CNY")


def inputs(places: Any) -> tuple[Input, ...]:
    listed: list[Place] = list(places)
    return tuple(source for place in listed for source in place.inputs())


def inputs_of(name: str, object_type: ObjectType) -> tuple[Input, ...]:
    """What a name of a stored formula stands for; other computed fields may not be described yet."""
    first, _dot, rest = name.partition(".")
    if not rest:
        return (Input(object_type.key, first),)
    link = object_type.fields[first]
    target = str(link.type.link_targets(link))
    return Input(object_type.key, first), Input(target, rest, every_row=object_type.scope_from != first)


def refused(failure: FormulaError) -> ValueRefused:
    """The refusal in words, with the place, counted from 1 as people do."""
    said = format_lazy(MESSAGES[failure.code], told=failure.told)
    return ValueRefused(
        f"formula_{failure.code}", format_lazy(_("Character {place}: {said}"), place=failure.at + 1, said=said)
    )


computed_kinds.register(FormulaKind())
