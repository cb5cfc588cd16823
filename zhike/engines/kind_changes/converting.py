"""From a value of one kind to the value of another, by the text that people read, and why some do not convert."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import Count, TextField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.custom_sql import checked_key
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Context, Field, FieldType, ValueRefused
from zhike.metadata.fields.settings import LONGEST_LABEL, MOST_CHOICES, options_from_json
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for

#: Kinds that a field may come from, and those that it may become.
SOURCES = frozenset(
    "text long_text integer decimal money percent date datetime boolean choice multi_choice phone email url id_number".split()  # noqa: SIM905
)
TARGETS = (
    *("text", "long_text", "integer", "decimal", "money", "percent", "date", "datetime", "boolean"),
    *("choice", "multi_choice", "phone", "email", "url", "id_number", "link"),
)
CHOICES = ("choice", "multi_choice")
NOT_FOUND = ValueRefused("no_such_name", _("No record has this name."))
TWICE = ValueRefused("name_twice", _("Several records have this name."))
AT_ONCE = 500
#: Different values whose result is remembered.
MOST_REMEMBERED = 100_000


def targets_of(kind: str) -> list[FieldType]:
    """Kinds that a field of this kind may become."""
    return [field_type(key) for key in TARGETS if key != kind] if kind in SOURCES else []


def values_of(object_type: ObjectType, key: str, most: int) -> list[tuple[Any, int]]:
    """The JSON values that records hold, deleted ones included, with how many hold each; the most frequent first."""
    # As JSON text: Django takes a text such as "12" out of SQLite for the number.
    name, is_postgresql = checked_key(key), connection.vendor == "postgresql"
    sql = f"(\"custom\" -> '{name}')::text" if is_postgresql else f"\"custom\" -> '$.{name}'"
    text = RawSQL(sql, (), TextField())  # noqa: S611 - a checked key
    rows: Any = policy.every_record(object_type).filter(custom__has_key=key).annotate(_value=text)
    counted = rows.order_by().values("_value").annotate(_count=Count("pk")).order_by("-_count", "_value")
    return [(json.loads(row["_value"]), row["_count"]) for row in counted[:most]]


def new_choices(old: Field, values: Iterable[Any], context: Context) -> list[str]:
    """The names of choices that text values need, in the order given; raises ValueRefused for too many or too long ones."""
    found = dict.fromkeys(name for value in values for name in names_in(old, value, context))
    if len(found) > MOST_CHOICES:
        raise ValueRefused("choice_count", _("There are more different values than a choice may have; at most 200."))
    return [name for name in found if len(name) <= LONGEST_LABEL]


def names_in(old: Field, value: Any, context: Context) -> list[str]:
    """The words of one value of which choices are made."""
    plain = old.type.from_json(value, old)
    if old.type.numeric or old.type.is_dated:
        return [text] if (text := old.type.edit_text(plain, old, context)) else []
    listed = plain if old.type.multiple else [plain]
    texts = [" ".join(old.type.text([item] if old.type.multiple else item, old, context).split()) for item in listed]
    return [text for text in texts if text]


class Conversion:
    """Converts JSON values of one definition into those of another; remembers what each became."""

    def __init__(self, old: Field, new: Field, context: Context | None = None) -> None:
        self.old, self.new = old, new
        self.context = context or context_for(SYSTEM)
        self._known: dict[str, Any] = {}
        self._ids: dict[str, list[int]] = {}

    def look_up(self, values: Iterable[Any]) -> None:
        """Find the records that texts name, set-wise, where the new kind links to records."""
        target = self.new.type.link_targets(self.new)
        if target is None:
            return
        object_type = registry.get(target)
        title = object_type.field(object_type.title)
        names = sorted(
            {name for value in values for name in names_in(self.old, value, self.context)} - self._ids.keys()
        )
        for start in range(0, len(names), AT_ONCE):
            part = names[start : start + AT_ONCE]
            self._ids |= {name: [] for name in part}
            condition = title.type.condition("in", part, title, self.context)
            rows: Any = policy.every_record(object_type).filter(condition, deletion__isnull=True)
            for pk, name in rows.annotate(_name=title.type.expression(title)).values_list("pk", "_name"):
                self._ids.setdefault(name, []).append(pk)

    def __call__(self, value: Any) -> Any:
        """The JSON value, or None for an empty one; raises ValueRefused with the reason."""
        key = repr(value)
        if key not in self._known:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            try:
                self._known[key] = self._converted(value)
            except ValueRefused as refusal:
                self._known[key] = refusal
        found = self._known[key]
        if isinstance(found, ValueRefused):
            raise found
        return found

    def _converted(self, value: Any) -> Any:
        old, new = self.old, self.new
        if old.type.key in CHOICES and new.type.key in CHOICES:
            keys = value if isinstance(value, list) else [value]
            if new.type.key == "multi_choice":
                return keys
            if len(keys) > 1:
                raise ValueRefused("several", _("There are several values, and one fits."))
            return keys[0] if keys else None
        plain = old.type.from_json(value, old)
        if new.type.link_targets(new) is not None:
            return self._linked(value)
        names = names_in(old, value, self.context)
        raw: Any
        if new.type.key == "multi_choice":
            raw = names
        elif old.type.key in CHOICES or new.type.key in {"text", "long_text", "choice"}:
            if len(names) > 1 and new.type.key == "choice":
                raise ValueRefused("several", _("There are several values, and one fits."))
            raw = "、".join(names)
        else:
            raw = old.type.edit_text(plain, old, self.context)
        parsed = new.type.parse(raw, new, self.context)
        return None if new.type.is_empty(parsed) else new.type.to_json(parsed, new)

    def _linked(self, value: Any) -> int:
        names = names_in(self.old, value, self.context)
        found = self._ids.get(names[0], []) if len(names) == 1 else []
        if not found:
            raise NOT_FOUND
        if len(found) > 1:
            raise TWICE
        return found[0]


def field_of(key: str, label: str, definition: Mapping[str, Any]) -> Field:
    """The descriptor of a definition that a KindChange holds."""
    return Field(
        key=key,
        type=field_type(definition["kind"]),
        label=label,
        options=options_from_json(definition.get("options") or {}),
        custom_id=0,
    )
