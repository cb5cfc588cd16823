"""Text of many lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, ClassVar

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html
from zhike.metadata.fields import markup, operators
from zhike.metadata.fields.base import Context, Field, Label, Operator, Piece
from zhike.metadata.fields.input import plain_text
from zhike.metadata.fields.text import TextType

LONGEST = 20_000
#: Characters shown in a list; the record's page shows all.
SHOWN = 200

SAMPLES = (
    "客户对交货周期比较敏感，希望两周内到货。",
    "上次拜访提到年底会有新项目，预算由总部审批。",
    "喜欢喝茶，不喝酒；沟通前先发微信。",
    "主要采购包装材料，对环保认证有要求。\n竞争对手报价低约 5 %。",
    "老客户转介绍，信任度高，决策快。",
)


class LongTextType(TextType):
    """Notes, needs, habits: line ends are kept."""

    key = "long_text"
    label: ClassVar[Label] = _("Long text")
    icon = "align-left"
    longest = LONGEST
    can_be_unique = False
    operators: ClassVar[tuple[Operator, ...]] = (operators.CONTAINS, operators.NOT_CONTAINS, *operators.EMPTINESS)
    sortable = False
    parts: ClassVar[Mapping[str, Label]] = {"+": _("with its heading")}

    def join(self, pieces: Sequence[Piece], field: Field) -> str:
        """One line a column; the heading stands before what would not explain itself."""
        return "\n".join(
            f"{piece.heading}: {plain_text(piece.cell)}" if piece.part else plain_text(piece.cell)
            for piece in sorted(pieces, key=lambda piece: piece.part)
        )

    def limit(self, field: Field) -> int:
        return int(field.options.get("max_length") or LONGEST)

    def tidy(self, text: str) -> str:
        if "\n" not in text and "\r" not in text:
            return text.strip()
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return "\n".join(line.rstrip() for line in lines).strip()

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        if value is None:
            return markup.NOTHING
        shown = value if len(value) <= SHOWN else value[:SHOWN].rstrip() + "…"
        return mark_safe(escape(shown).replace("\n", "<br>"))  # noqa: S308 - escaped first

    def sample(self, field: Field, rng: Random) -> str:
        return rng.choice(SAMPLES)[: self.limit(field)]

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        text = self.edit_text(value, field, context)
        # HTML drops one line end right behind the tag, so a text that begins with one needs another.
        return format_html(
            '<textarea class="form-control" name="{}" rows="3" maxlength="{}"{}>\n{}</textarea>',
            name,
            self.limit(field),
            markup.markup(attrs),
            text,
        )
