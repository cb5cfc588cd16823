"""One line of text."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, ClassVar

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html
from zhike.lib.normalise import is_han
from zhike.metadata.fields import markup, operators
from zhike.metadata.fields.base import Context, Field, Label, Operator, Piece
from zhike.metadata.fields.input import is_blank, plain_text, too_long
from zhike.metadata.fields.scalar import ScalarType
from zhike.metadata.fields.schema import with_null

#: Where a field names no limit of its own.
LONGEST = 200

SAMPLES = ("重点跟进", "老客户介绍", "华东区", "年度框架", "样品已寄", "价格敏感", "决策较慢", "合作意向强")


class TextType(ScalarType):
    """A name, a code, a remark: at most one line."""

    key = "text"
    label: ClassVar[Label] = _("Text")
    icon = "letter-case"
    settings: ClassVar[tuple[str, ...]] = ("max_length",)
    longest = 500
    can_be_unique = True
    joins = True
    operators: ClassVar[tuple[Operator, ...]] = operators.TEXT

    def limit(self, field: Field) -> int:
        return int(field.options.get("max_length") or LONGEST)

    def parse(self, raw: Any, field: Field, context: Context) -> str | None:
        if is_blank(raw):
            return None
        text = self.tidy(plain_text(raw))
        if len(text) > self.limit(field):
            raise too_long(self.limit(field))
        return text or None

    def join(self, pieces: Sequence[Piece], field: Field) -> Any:
        """Han characters are written together (a family name and a given name), other words apart."""
        texts = [plain_text(piece.cell) for piece in pieces]
        return ("" if all(text and is_han(text[0]) for text in texts) else " ").join(texts)

    def tidy(self, text: str) -> str:
        """White space of any kind, line ends included, becomes one space."""
        return " ".join(text.split())

    def filter_field(self, field: Field) -> Field:
        return field.with_changes(options={**field.options, "max_length": max(self.limit(field), LONGEST)})

    def mask(self, value: Any, field: Field) -> str:
        """张三 becomes 张*; long texts do not tell their length."""
        return str(value[:1] + "*" * min(max(len(value) - 1, 1), 8))

    def sample(self, field: Field, rng: Random) -> str:
        return rng.choice(SAMPLES)[: self.limit(field)]

    def schema(self, field: Field) -> dict[str, Any]:
        return with_null({"type": "string", "maxLength": self.limit(field)}, field)

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        limit = format_html('maxlength="{}"', self.limit(field))
        return markup.text_input(name, self.edit_text(value, field, context), attrs, more=limit)
