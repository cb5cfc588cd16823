"""PDF files: Chinese on any machine, text that stays text, and the same bytes from the same data."""

from __future__ import annotations

import base64
import re
import zlib
from datetime import UTC, datetime

import pytest
import typst

from zhike.lib.pdf.document import Column, Document, Facts, Heading, Picture, Sides, Table, Text, document_pdf
from zhike.lib.pdf.typesetting import HERE

MOMENT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def inside(content: bytes) -> str:
    """All of a PDF with its streams unpacked."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    return "\n".join(_unpacked(stream).decode("latin-1") for stream in streams)


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


def letters(content: bytes) -> set[str]:
    """The letters that can be selected and searched: those that the fonts' ToUnicode tables name."""
    found = set()
    for hexes in re.findall(r"<[0-9A-F]{4}> <((?:[0-9A-F]{4})+)>", inside(content)):
        found.add(bytes.fromhex(hexes).decode("utf-16-be"))
    return found


def paper(*blocks: object, **more: object) -> Document:
    return Document("风险客户", blocks, moment=MOMENT, **more)  # type: ignore[arg-type]


def test_chinese_is_set_in_the_font_that_comes_along_and_stays_text() -> None:
    content = document_pdf(paper(Facts([("客户", "仇珺䶮")]), Text("说明", is_muted=True), footer="内部资料"))

    assert content.startswith(b"%PDF-")
    assert b"NotoSansSC" in content
    assert set("风险客户仇珺䶮说明内部资料") <= letters(content)


def test_text_of_a_customer_is_never_read_as_markup() -> None:
    content = document_pdf(paper(Text('#panic("x") *a* $b$ @c <d> \\ // [e]'), Heading("#let x = 1")))

    assert set("#*$@<>\\[]") <= letters(content)


def test_a_long_table_goes_on_over_as_many_pages_as_it_needs() -> None:
    rows = [[str(number), "¥1.00"] for number in range(120)]
    content = document_pdf(
        paper(Table([Column("号"), Column("额", is_number=True)], rows, totals=[["合计", "¥120.00"]]))
    )

    pages = re.search(rb"/Type/Pages/Count (\d+)", content)
    assert pages is not None
    assert int(pages[1]) == 4
    assert set("合计¥") <= letters(content)


def test_pictures_and_two_sides_stand_on_the_page() -> None:
    content = document_pdf(paper(Sides([Picture(PIXEL, description="标志")], [Text("右", is_strong=True)])))

    assert b"/Image" in content or "/Image" in inside(content)


def test_the_same_data_and_moment_give_the_same_bytes() -> None:
    assert document_pdf(paper(Text("一"))) == document_pdf(paper(Text("一")))
    assert document_pdf(paper(Text("一"))) != document_pdf(paper(Text("二")))


def test_a_row_with_a_cell_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="as many cells"):
        Table([Column("一"), Column("二")], [["x"]])


def test_what_is_no_picture_is_refused_and_not_drawn_as_nothing() -> None:
    with pytest.raises(typst.TypstError):
        document_pdf(paper(Picture(b"not a picture")))


def test_the_licence_stands_beside_the_font() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (HERE / "fonts" / "OFL.txt").read_text("utf-8")
