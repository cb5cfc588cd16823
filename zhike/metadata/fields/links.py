"""Links to any number of records of another object."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from random import Random
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html
from zhike.metadata.fields import markup
from zhike.metadata.fields.base import Condition, Context, Field, Label, ValueRefused
from zhike.metadata.fields.input import is_blank
from zhike.metadata.fields.integer import LARGEST
from zhike.metadata.fields.link import label_of, link_html, record_id, wanted_ids
from zhike.metadata.fields.listed import ListType
from zhike.metadata.fields.picker import picker


class LinksType(ListType):
    """Tags, members, participants: rows of a table in between for columns, a list of ids for custom fields."""

    key = "links"
    label: ClassVar[Label] = _("Links to records")
    icon = "tags"
    settings: ClassVar[tuple[str, ...]] = ("target",)

    def target(self, field: Field) -> str:
        return str(field.options["target"])

    def link_targets(self, field: Field) -> str | None:
        return self.target(field)

    def link_ids(self, value: Any) -> Collection[int]:
        return () if isinstance(value, str) else value or ()

    def parse_item(self, raw: Any, field: Field, context: Context) -> int:
        return record_id(raw)

    def texts(self, value: Any, field: Field, context: Context) -> Iterable[str]:
        labels = (label_of(self.target(field), identity, context) for identity in value)
        return (label[0] for label in labels if label is not None)

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        target = self.target(field)
        seen = [identity for identity in value or () if label_of(target, identity, context)]
        return markup.badges(
            format_html('<span class="badge tag">{}</span>', link_html(target, identity, context)) for identity in seen
        )

    def search_text(self, value: Any, field: Field) -> str:
        return ""

    def mask(self, value: Any, field: Field) -> str:
        return "***"

    def sample(self, field: Field, rng: Random) -> list[int]:
        return sorted(rng.sample(range(1, 10), rng.randint(1, 3)))

    def item_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "integer", "minimum": 1, "maximum": LARGEST, "x-target": self.target(field)}

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        target = self.target(field)
        labels = ((identity, label_of(target, identity, context)) for identity in value or ())
        chosen = [(identity, label[0] if label else markup.HIDDEN) for identity, label in labels]
        return picker(chosen, target, context, name=name, attrs=attrs, multiple=True)

    def operands(self, operand: Any, field: Field, context: Context) -> list[Any]:
        if is_blank(operand):
            raise ValueRefused("operand_missing", _("Give a value to compare with."))
        return wanted_ids(operand, self.target(field), context)

    def owners(self, field: Field, items: Sequence[int] | None = None) -> Any:
        """Ids of the records with a link, to one of ``items`` where given; a query, for use inside another."""
        options = field.options
        rows = options["through"]._default_manager.all()
        if items is not None:
            rows = rows.filter(**{f"{options['to']}__in": items})
        return rows.values(options["from"])

    def filled(self, field: Field) -> Condition:
        return super().filled(field) if field.column is None else Q(pk__in=self.owners(field))

    def has_any(self, items: Sequence[Any], field: Field) -> Condition:
        if field.column is None or not items:
            return super().has_any(items, field)
        return Q(pk__in=self.owners(field, items))

    def has_all(self, items: Sequence[Any], field: Field) -> Condition:
        if field.column is None or not items:
            return super().has_all(items, field)
        condition = Q()
        for item in items:
            condition &= Q(pk__in=self.owners(field, [item]))
        return condition
