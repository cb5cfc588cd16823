"""How values look in lists, to people who may see them and to people who may not, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from tests.metadata.fields.samples import NOW, context, field

LABELS = {("customer", 3): ("<华贸>", "/o/customers/3/"), ("user", 7): ("张三", "/o/users/7/"), ("tag", 1): ("要", "")}

TEXTS: list[tuple[str, Any, str, str]] = [
    ("integer", 1234567, "1,234,567", "1,234,567"),
    ("decimal", Decimal("1234.500"), "1,234.5", "1,234.5"),
    ("decimal", Decimal("1000"), "1,000", "1,000"),
    ("percent", Decimal("12.50"), "12.5%", "12.5%"),
    ("money", 1234560, "¥12,345.60", "¥12,345.60"),
    ("date", date(2024, 5, 1), "2024-05-01", "2024-05-01"),
    ("datetime", datetime(2024, 5, 1, 1, 2, tzinfo=UTC), "2024-05-01 09:02", "2024-05-01 09:02"),
    ("birthday", "L1985-08-15", "农历1985年八月十五", "lunar 1985-08-15"),
    ("boolean", True, "是", "Yes"),
    ("choice", "won", "已成交", "Won"),
    ("multi_choice", ["open", "won"], "进行中、已成交", "Open, Won"),
    ("phone", ["+8613800001234", "+861012345678"], "138 0000 1234、010-12345678", "138 0000 1234, 010-12345678"),
    ("link", 3, "<华贸>", "<华贸>"),
    ("link", 4, "—", "—"),
]


@pytest.mark.parametrize(("kind", "value", "chinese", "english"), TEXTS, ids=lambda part: repr(part)[:25])
def test_values_read_in_both_languages(kind: str, value: Any, chinese: str, english: str) -> None:
    any_field = field(kind)
    assert any_field.type.text(value, any_field, context(labels=LABELS)) == chinese
    assert any_field.type.text(value, any_field, context("en", labels=LABELS)) == english


@pytest.mark.parametrize(
    ("kind", "value", "html"),
    [
        ("link", 3, '<a href="/o/customers/3/">&lt;华贸&gt;</a>'),
        ("link", 4, '<span class="faint">—</span>'),
        ("links", [1, 2], '<span class="badges"><span class="badge tag">要</span></span>'),
        ("choice", "won", '<span class="badge tone-green">已成交</span>'),
        ("phone", ["+8613800001234"], '<a href="tel:+8613800001234" class="nowrap">138 0000 1234</a>'),
        ("email", ["z@x.cn"], '<a href="mailto:z@x.cn">z@x.cn</a>'),
        ("money", 1_234_567_890, '<span title="¥12,345,678.90">¥1,234.57万</span>'),
        (
            "url",
            "https://www.example.com/",
            '<a href="https://www.example.com/" target="_blank" rel="noopener noreferrer">example.com</a>',
        ),
        ("url", "javascript:alert(1)", "javascript:alert(1)"),
        ("date", date(2024, 6, 14), '<time datetime="2024-06-14" title="2024-06-14">昨天</time>'),
    ],
)
def test_cells_are_html_that_escapes_what_people_wrote(kind: str, value: Any, html: str) -> None:
    any_field = field(kind)
    assert any_field.type.cell(value, any_field, context(labels=LABELS)) == html


def test_people_are_shown_with_their_letter() -> None:
    cell = field("user").type.cell(7, field("user"), context(labels=LABELS))
    assert ">张</span>" in cell
    assert '<a href="/o/users/7/">张三</a>' in cell


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOW - timedelta(seconds=20), "刚刚"),
        (NOW - timedelta(minutes=5), "5 分钟前"),
        (NOW - timedelta(hours=3), "今天 09:00"),
        (NOW - timedelta(hours=15), "昨天 21:00"),
        (NOW + timedelta(days=1), "明天 12:00"),
        (NOW - timedelta(days=4), "4 天前"),
        (NOW + timedelta(days=6), "6 天后"),
        (NOW - timedelta(days=40), "5月6日"),
        (NOW - timedelta(days=400), "2023-05-12"),
    ],
)
def test_moments_are_told_as_short_as_they_are_clear(moment: datetime, text: str) -> None:
    assert f">{text}</time>" in field("datetime").type.cell(moment, field("datetime"), context())


def test_moments_are_shown_in_the_readers_zone() -> None:
    moments = field("datetime")
    value = datetime(2024, 6, 1, 20, 0, tzinfo=UTC)
    assert moments.type.text(value, moments, context()) == "2024-06-02 04:00"
    assert moments.type.text(value, moments, context(timezone=ZoneInfo("America/New_York"))) == "2024-06-01 16:00"


def test_english_is_spoken_where_the_process_speaks_chinese() -> None:
    with translation.override("zh-hans"):
        assert "3 days ago" in field("date").type.cell(date(2024, 6, 12), field("date"), context("en"))


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("phone", ["+8613800001234"], "138****1234"),
        ("email", ["zhang@x.cn"], "z***@x.cn"),
        ("text", "张三", "张*"),
        ("text", "欧阳建国", "欧***"),
        ("money", 100, "***"),
        ("date", date(1985, 3, 12), "1985-**-**"),
        ("birthday", "1985-03-12", "****-**-**"),
        ("address", {"city": "深圳市", "district": "南山区", "street": "科技园1号"}, "深圳市南山区"),
    ],
)
def test_masks_leave_just_enough_to_recognise(kind: str, value: Any, shown: str) -> None:
    any_field = field(kind)
    assert any_field.type.masked_cell(any_field.type.mask(value, any_field)) == shown
