"""A share of a hundred."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html
from zhike.metadata.fields.base import Context, Field, Label
from zhike.metadata.fields.decimal import DEFAULT_DECIMALS, DecimalType


class PercentType(DecimalType):
    """A discount, a margin: 12.5 stands for 12.5 %."""

    key = "percent"
    label: ClassVar[Label] = _("Percent")
    icon = "percentage"

    def unadorned(self, text: str) -> str:
        return super().unadorned(text).removesuffix("%").removeprefix("百分之")

    def text(self, value: Any, field: Field, context: Context) -> str:
        # Shares that are worked out have as many decimals as the division gave them; nobody reads more than two.
        is_result = field.readonly and value is not None
        number = super().text(round(value, DEFAULT_DECIMALS) if is_result else value, field, context)
        return f"{number}%" if number else ""

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        control = super().widget(value, field, context, name=name, attrs=attrs)
        return format_html('<div class="input-group">{}<span class="input-group-text">%</span></div>', control)
