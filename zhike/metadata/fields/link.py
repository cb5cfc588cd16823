"""A link to one record of another object."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from random import Random
from typing import Any, ClassVar

from django.db.models import BigIntegerField
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html
from zhike.metadata.fields import comparison, markup, operators
from zhike.metadata.fields.base import Condition, Context, Field, Label, Operator, ValueRefused
from zhike.metadata.fields.input import is_blank, short_text
from zhike.metadata.fields.integer import LARGEST
from zhike.metadata.fields.picker import picker
from zhike.metadata.fields.scalar import ScalarType, several
from zhike.metadata.fields.schema import with_null

#: Words of the filter language that stand for records of the actor.
MY_DEPARTMENT = "my_department"
MY_DEPARTMENTS = "my_department_and_below"
ME = "me"


def record_id(raw: Any) -> int:
    """A primary key out of a form, a file or JSON; names are for the caller to look up beforehand."""
    if isinstance(raw, Mapping):
        raw = raw.get("id")
    text = "" if raw is None or isinstance(raw, bool | list | Mapping) else short_text(raw)
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= LARGEST:
        raise ValueRefused("not_a_record", _("Choose a record from the list."))
    return int(text)


def label_of(key: str, identity: int, context: Context) -> tuple[str, str] | None:
    """Title and URL of a linked record, None when the reader may not see it."""
    return context.labels.get((key, identity))


def link_html(key: str, identity: int, context: Context) -> SafeString:
    label = label_of(key, identity, context)
    if label is None:
        return format_html('<span class="faint">{}</span>', markup.HIDDEN)
    title, url = label
    return format_html('<a href="{}">{}</a>', url, title) if url else format_html("{}", title)


def own_ids(word: Any, target: str, context: Context) -> Collection[int] | None:
    """Ids that "me", "my_department" and "my_department_and_below" stand for; None for anything else."""
    if target == "user" and word == ME:
        return () if context.actor.user_id is None else (context.actor.user_id,)
    if target == "department" and word == MY_DEPARTMENT:
        return context.actor.department_ids
    if target == "department" and word == MY_DEPARTMENTS:
        return context.actor.subtree_ids
    return None


def wanted_ids(operand: Any, target: str, context: Context) -> list[int]:
    """Ids of a filter's operand, words for the actor's own records included, in stable order."""
    found: set[int] = set()
    for raw in several(operand):
        own = own_ids(raw, target, context)
        found.update([record_id(raw)] if own is None else own)
    return sorted(found)


class LinkType(ScalarType):
    """The customer of a contact, the parent of a department."""

    key = "link"
    label: ClassVar[Label] = _("Link to a record")
    icon = "link"
    settings: ClassVar[tuple[str, ...]] = ("target",)
    can_be_unique = True
    sql_kind = "number"
    custom_output = BigIntegerField
    operators: ClassVar[tuple[Operator, ...]] = operators.ONE_OF

    def target(self, field: Field) -> str:
        return str(field.options["target"])

    def link_targets(self, field: Field) -> str | None:
        return self.target(field)

    def link_ids(self, value: Any) -> Collection[int]:
        return (value,) if isinstance(value, int) else ()

    def parse(self, raw: Any, field: Field, context: Context) -> int | None:
        return None if is_blank(raw) else record_id(raw)

    def compared(self, operator: str, operand: Any, field: Field, context: Context) -> Condition:
        if operator in {"is_empty", "not_empty"}:
            return super().compared(operator, operand, field, context)
        if is_blank(operand):
            raise ValueRefused("operand_missing", _("Give a value to compare with."))
        found = comparison.one_of(self.expression(field), wanted_ids(operand, self.target(field), context))
        return found if operator in {"eq", "in"} else ~found

    def text(self, value: Any, field: Field, context: Context) -> str:
        if value is None:
            return ""
        label = label_of(self.target(field), value, context)
        return markup.HIDDEN if label is None else label[0]

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        return markup.NOTHING if value is None else link_html(self.target(field), value, context)

    def edit_text(self, value: Any, field: Field, context: Context) -> str:
        return "" if value is None else str(value)

    def search_text(self, value: Any, field: Field) -> str:
        return ""

    def mask(self, value: Any, field: Field) -> str:
        return "***"

    def sample(self, field: Field, rng: Random) -> int:
        return rng.randint(1, 9)

    def schema(self, field: Field) -> dict[str, Any]:
        schema = {"type": "integer", "minimum": 1, "maximum": LARGEST, "x-target": self.target(field)}
        return with_null(schema, field)

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        chosen = [] if value is None else [(value, self.text(value, field, context))]
        return picker(chosen, self.target(field), context, name=name, attrs=attrs, multiple=False)
