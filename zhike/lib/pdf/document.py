"""Business papers put together from blocks: headings, text, facts, tables, pictures and two sides beside each other.

    document_pdf(Document("报价单", [Facts([("客户", "…")]), Table([Column("品名"), Column("金额", is_number=True)], rows)]))

Every value is a text that the caller has formatted in the reader's language; line breaks in it are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from zhike.lib.pdf.typesetting import HERE, typeset

TEMPLATE = HERE / "document.typ"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within the paper."""

    text: str

    def as_data(self) -> dict[str, Any]:
        return {"kind": "heading", "text": self.text}


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; ``is_muted`` for what is said by the way, ``is_strong`` for what must not be overlooked."""

    text: str
    is_muted: bool = False
    is_strong: bool = False

    def as_data(self) -> dict[str, Any]:
        return {"kind": "text", "text": self.text, "muted": self.is_muted, "strong": self.is_strong}


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values, one below the other, or in ``columns`` beside each other."""

    rows: Sequence[tuple[str, str]]
    columns: int = 1

    def as_data(self) -> dict[str, Any]:
        return {"kind": "facts", "rows": self.rows, "columns": self.columns}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: numbers stand at the right; ``width`` is its share of what is left, 0 as wide as its content."""

    label: str
    is_number: bool = False
    width: int = 1

    def as_data(self) -> dict[str, Any]:
        return {"label": self.label, "number": self.is_number, "width": self.width}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts below a head that each page repeats; ``totals`` are rows at the end that stand out."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    totals: Sequence[Sequence[str]] = ()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in (*self.rows, *self.totals)):
            raise ValueError("a row of a table has as many cells as the table has columns")

    def as_data(self) -> dict[str, Any]:
        return {
            "kind": "table",
            "columns": [column.as_data() for column in self.columns],
            "rows": self.rows,
            "totals": self.totals,
        }


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG, JPEG, GIF, WebP or SVG such as a logo, so many millimetres high."""

    content: bytes
    height_mm: int = 16
    description: str = ""

    def as_data(self) -> dict[str, Any]:
        # JSON knows no bytes, and Typst no base64.
        return {"kind": "picture", "bytes": list(self.content), "height": self.height_mm, "alt": self.description}


@dataclass(frozen=True, slots=True)
class Sides:
    """Blocks beside each other, such as buyer and seller, or two places to sign."""

    left: Sequence[Block]
    right: Sequence[Block]

    def as_data(self) -> dict[str, Any]:
        return {
            "kind": "sides",
            "left": [block.as_data() for block in self.left],
            "right": [block.as_data() for block in self.right],
        }


Block = Heading | Text | Facts | Table | Picture | Sides


@dataclass(frozen=True, slots=True)
class Document:
    """A paper on A4: ``subtitle`` below its title, ``footer`` on each page beside the page's number."""

    title: str
    blocks: Sequence[Block]
    subtitle: str = ""
    footer: str = ""
    author: str = ""
    language: str = "zh-hans"
    moment: datetime = field(default_factory=lambda: datetime.now(UTC))


def document_pdf(document: Document) -> bytes:
    """The paper as a PDF with tags for readers of screens and selectable text."""
    data = {
        "title": document.title,
        "subtitle": document.subtitle,
        "footer": document.footer,
        "author": document.author,
        "language": document.language.partition("-")[0],
        "blocks": [block.as_data() for block in document.blocks],
    }
    return typeset(TEMPLATE, data, moment=document.moment)
