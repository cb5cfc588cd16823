"""Who asks by a field: views, groups, rules. Each says whether it goes on when the field becomes another kind.

Engines and parts of the business register what of theirs holds filters and orders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.metadata import computed_kinds, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import BadQuery
from zhike.metadata.fields.base import Field, Label, ValueRefused
from zhike.metadata.filters import compile_filter
from zhike.metadata.models import CustomField
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for


@dataclass(frozen=True, slots=True)
class Holder:
    """Something with a name that holds filters over records of ``object_key``, orders, columns or numbers made of its fields."""

    kind: Label
    name: str
    object_key: str
    filters: tuple[Mapping[str, Any] | None, ...] = ()
    sort: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    #: Keys of fields that it calculates with, so that they must stay numbers or dates.
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Use:
    """A holder that uses the field; ``reason`` says why it would break, "" when it goes on."""

    kind: Label
    name: str
    reason: Label = ""


@dataclass(frozen=True, slots=True)
class Remade:
    """A field that is computed from the changing one, directly or over others, as it would go on.

    ``after`` is None where it cannot, and ``reason`` says why.
    """

    row: CustomField
    options: dict[str, Any]
    before: Field
    after: Field | None
    reason: Label = ""

    @property
    def is_other(self) -> bool:
        """Whether its own values are of another kind afterwards."""
        return self.after is not None and self.after.type.key != self.before.type.key


Finder = Callable[[], Iterable[Holder]]
_finders: list[Finder] = []


def holders(finder: Finder) -> Finder:
    """Register a finder of everything of one kind that holds filters."""
    _finders.append(finder)
    return finder


def uses(object_type: ObjectType, field: Field, after: Field) -> list[Use]:
    """What uses a custom field, and what of it would break with ``after`` in its place."""
    made = remade(object_type, field, after)
    found = [Use(_("computed field"), str(one.before.label), _why(one)) for one in made]
    changed = {(object_type.key, field.key): after}
    changed |= {(one.row.object_key, one.row.key): one.after for one in made if one.after and one.is_other}
    for finder in _finders:
        for holder in finder():
            for (object_key, key), new in changed.items():
                over = registry.get(object_key)
                use = _use(holder, replace(over, fields={**over.fields, key: new}), key, new)
                if use is not None:
                    found.append(use)
    if field.unique and not after.type.can_be_unique:
        found.append(Use(_("setting"), str(_("unique")), _("This kind of field cannot be unique.")))
    return found


def _why(one: Remade) -> Label:
    if one.after is not None:
        return ""
    return format_lazy(_("It is computed from the field: {reason} Change or retire it first."), reason=one.reason)


def remade(object_type: ObjectType, field: Field, after: Field) -> list[Remade]:
    """Every computed field that needs the field, those that others need before them, as with ``after`` in its place."""
    catalogue = {
        **registry.catalogue(),
        object_type.key: replace(object_type, fields={**object_type.fields, field.key: after}),
    }
    found: dict[int, Remade] = {}
    waiting = [(object_type.key, field.key)]
    while waiting:
        changed = waiting.pop(0)
        for dependent in computed_kinds.dependents(registry.catalogue(), *changed):
            row = CustomField.objects.get(pk=dependent.custom_id or 0)
            one = _remade(row, dependent, changed, catalogue)
            # What hangs on two changed fields is looked at again once both stand in the catalogue.
            found.pop(row.pk, None)
            found[row.pk] = one
            if one.after is not None:
                over = catalogue[row.object_key]
                catalogue[row.object_key] = replace(over, fields={**over.fields, row.key: one.after})
                waiting.append((row.object_key, row.key))
    return list(found.values())


def _remade(row: CustomField, before: Field, changed: tuple[str, str], catalogue: Mapping[str, ObjectType]) -> Remade:
    kind = computed_kinds.KINDS[row.kind]
    try:
        options = kind.redefined(row, changed, catalogue)
    except ValueRefused as refusal:
        return Remade(row, {}, before, None, refusal.message)
    row.options = options
    after = kind.described(row, before.label, catalogue)
    return Remade(row, options, before, after, "" if after else _("what it is computed from is gone."))


def _use(holder: Holder, changed: ObjectType, key: str, after: Field) -> Use | None:
    asked = [node for node in holder.filters if node and key in set(_keys(node, holder.object_key, changed.key))]
    own = holder.object_key == changed.key
    sorts = own and any(name.lstrip("-") == key for name in holder.sort)
    counts = own and key in holder.numbers
    if not (asked or sorts or counts or (own and key in holder.columns)):
        return None
    if own:
        for node in asked:
            try:
                compile_filter(changed, node, context_for(SYSTEM))
            except BadQuery as refusal:
                return Use(holder.kind, holder.name, refusal.message)
    elif asked:
        return Use(holder.kind, holder.name, _("It filters by the field through a link; take that out first."))
    if sorts and not after.type.sortable:
        return Use(holder.kind, holder.name, _("It sorts by the field, and the new kind cannot be sorted."))
    if counts and not after.type.numeric:
        return Use(holder.kind, holder.name, _("It calculates with the field, and the new kind is no number."))
    return Use(holder.kind, holder.name)


def _keys(node: Any, over: str, wanted: str) -> Iterator[str]:
    """Keys of the fields of ``wanted`` that a filter over ``over`` compares; of paths the last step, whatever they lead over."""
    if isinstance(node, Mapping):
        path = node.get("field")
        if isinstance(path, str):
            steps = path.split(".")
            if len(steps) > 1 or over == wanted:
                yield steps[-1]
        for part in ("all", "any", "not"):
            yield from _keys(node.get(part), over, wanted)
    elif isinstance(node, list):
        for part in node:
            yield from _keys(part, over, wanted)


def broken(found: Iterable[Use]) -> Iterator[Use]:
    """Those that stand in the way."""
    return (use for use in found if use.reason)


def sentence(use: Use) -> Label:
    return format_lazy("{kind} “{name}”: {reason}", kind=use.kind, name=use.name, reason=use.reason)
