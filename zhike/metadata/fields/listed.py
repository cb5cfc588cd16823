"""Kinds of field whose value is a list: what their conditions, JSON and forms have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.lib.enumeration import separator
from zhike.metadata.fields import operators
from zhike.metadata.fields.base import Condition, Context, Field, FieldType, Operator, Piece, ValueRefused
from zhike.metadata.fields.input import is_blank
from zhike.metadata.fields.scalar import check_operator, searched_text, several
from zhike.metadata.fields.schema import with_null
from zhike.metadata.json_membership import HasAll, HasAny, HasItems, HasText

#: Most items of one list, where the field names no other number.
MOST_ITEMS = 50


class ListType(FieldType):
    """A kind with several values. An empty list is stored as nothing, so ``parse`` gives None for it."""

    sql_kind = "json"
    multiple = True
    joins = True
    sortable = False
    operators: ClassVar[tuple[Operator, ...]] = operators.SEVERAL

    # What a subclass says -----------------------------------------------------------------------------------------

    def parse_item(self, raw: Any, field: Field, context: Context) -> Any:
        """One item as plain value, or ValueRefused."""
        raise NotImplementedError

    def split(self, text: str) -> list[str]:
        """The items of one cell of text."""
        return [part.strip() for part in text.replace("，", ",").replace("；", ",").replace(";", ",").split(",")]

    def item_schema(self, field: Field) -> dict[str, Any]:
        raise NotImplementedError

    # Values -------------------------------------------------------------------------------------------------------

    def join(self, pieces: Sequence[Piece], field: Field) -> list[Any]:
        return [item for piece in pieces for item in self.raw_items(self.from_cell(piece.cell, field))]

    def raw_items(self, raw: Any) -> list[Any]:
        if isinstance(raw, str):
            return self.split(raw)
        return list(raw) if isinstance(raw, list | tuple) else [raw]

    def parse(self, raw: Any, field: Field, context: Context) -> list[Any] | None:
        """The items in the given order, each once."""
        if is_blank(raw):
            return None
        items = [self.parse_item(item, field, context) for item in self.raw_items(raw) if not is_blank(item)]
        found = list(dict.fromkeys(items))
        most = int(field.options.get("max_items") or MOST_ITEMS)
        if len(found) > most:
            raise ValueRefused("too_many", format_lazy(_("At most {most} values fit here."), most=most))
        return found or None

    def texts(self, value: Any, field: Field, context: Context) -> Iterable[str]:
        """Each item as a person reads it."""
        return (str(item) for item in value)

    def text(self, value: Any, field: Field, context: Context) -> str:
        return separator(context.language).join(self.texts(value, field, context)) if value else ""

    def edit_text(self, value: Any, field: Field, context: Context) -> str:
        return ", ".join(str(item) for item in value or ())

    def from_form(self, data: Any, name: str) -> Any:
        values = data.getlist(name) if hasattr(data, "getlist") else data.get(name)
        return None if values is None else [item for item in values if not is_blank(item)]

    def search_text(self, value: Any, field: Field) -> str:
        return " ".join(str(item) for item in value or ())

    def schema(self, field: Field) -> dict[str, Any]:
        most = int(field.options.get("max_items") or MOST_ITEMS)
        schema = {"type": "array", "items": self.item_schema(field), "maxItems": most, "uniqueItems": True}
        return with_null(schema, field)

    # Database -----------------------------------------------------------------------------------------------------

    def condition(self, operator: str, operand: Any, field: Field, context: Context) -> Condition:
        check_operator(self, operator)
        match operator:
            case "is_empty":
                return ~self.filled(field)
            case "not_empty":
                return self.filled(field)
            case "contains":
                return self.has_text(searched_text(operand), field)
            case "not_contains":
                return ~self.has_text(searched_text(operand), field)
            case "all":
                return self.has_all(self.operands(operand, field, context), field)
            case "eq" | "in":
                return self.has_any(self.operands(operand, field, context), field)
            case _:
                return ~self.has_any(self.operands(operand, field, context), field)

    def operands(self, operand: Any, field: Field, context: Context) -> list[Any]:
        """Parsed items to look for; a filter never looks for nothing."""
        if is_blank(operand):
            raise ValueRefused("operand_missing", _("Give a value to compare with."))
        return [self.parse_item(item, field, context) for item in several(operand)]

    def filled(self, field: Field) -> Condition:
        return Q(HasItems(self.expression(field)))

    def has_any(self, items: Sequence[Any], field: Field) -> Condition:
        return Q(HasAny(self.expression(field), items)) if items else Q(pk__in=[])

    def has_all(self, items: Sequence[Any], field: Field) -> Condition:
        return Q(HasAll(self.expression(field), items)) if items else Q(pk__in=[])

    def has_text(self, text: str, field: Field) -> Condition:
        return Q(HasText(self.expression(field), [text]))
