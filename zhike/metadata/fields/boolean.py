"""Yes or no."""

from __future__ import annotations

from random import Random
from typing import Any, ClassVar

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html
from zhike.metadata.fields import markup, operators
from zhike.metadata.fields.base import Context, Field, Label, Operator, ValueRefused
from zhike.metadata.fields.input import is_blank, short_text
from zhike.metadata.fields.said import said
from zhike.metadata.fields.scalar import ScalarType
from zhike.metadata.fields.schema import with_null

YES = frozenset(("1", "true", "yes", "y", "on", "t", "是", "对", "有", "真", "√", "✓", "✔", "已", "启用"))
NO = frozenset(("0", "false", "no", "n", "off", "f", "否", "不", "无", "没有", "假", "×", "✗", "✘", "x", "未", "停用"))
YES_WORD, NO_WORD = _("Yes"), _("No")


class BooleanType(ScalarType):
    """A claim that is true or false, or not known."""

    key = "boolean"
    label: ClassVar[Label] = _("Yes or no")
    icon = "toggle-right"
    sql_kind = "boolean"
    groupable = False
    operators: ClassVar[tuple[Operator, ...]] = (operators.EQ, operators.NE, *operators.EMPTINESS)

    def parse(self, raw: Any, field: Field, context: Context) -> bool | None:
        if isinstance(raw, bool):
            return raw
        if is_blank(raw):
            return None
        word = short_text(raw).casefold()
        if word in YES:
            return True
        if word in NO:
            return False
        raise ValueRefused("not_yes_or_no", _("Write yes or no (是 or 否)."))

    def text(self, value: Any, field: Field, context: Context) -> str:
        return "" if value is None else said(YES_WORD if value else NO_WORD, context)

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        if value is None:
            return markup.NOTHING
        return markup.badge(self.text(value, field, context), "green" if value else "grey")

    def edit_text(self, value: Any, field: Field, context: Context) -> str:
        return "" if value is None else "true" if value else "false"

    def search_text(self, value: Any, field: Field) -> str:
        return ""

    def mask(self, value: Any, field: Field) -> str:
        return "***"

    def sample(self, field: Field, rng: Random) -> bool:
        return rng.random() < 0.5

    def schema(self, field: Field) -> dict[str, Any]:
        return with_null({"type": "boolean"}, field)

    def from_form(self, data: Any, name: str) -> Any:
        """The last of the values: a ticked box sends its own behind the hidden "false"."""
        values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name)]
        return values[-1] if values else None

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        return format_html(
            '<span class="form-check form-switch"><input type="hidden" name="{}" value="false">'
            '<input class="form-check-input" type="checkbox" role="switch" name="{}" value="true"{}{}></span>',
            name,
            name,
            markup.markup("checked" if value else ""),
            markup.markup(attrs),
        )
