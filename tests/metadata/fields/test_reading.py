"""What people and spreadsheets write, what becomes of it, and what they are told when it cannot be read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.metadata.fields.samples import context, field
from zhike.metadata.fields.base import Field, ValueRefused

READ: list[tuple[str, Any, Any]] = [
    ("text", "  张  建国\n", "张 建国"),
    ("text", 3.0, "3"),
    ("text", 2.5, "2.5"),
    ("long_text", " 一\r\n二 \n", "一\n二"),
    ("integer", "１，２３４", 1234),
    ("integer", 3.0, 3),
    ("integer", "1 000", 1000),
    ("integer", -5, -5),
    ("decimal", "1,234.5", Decimal("1234.5")),
    ("decimal", 0.1 + 0.2, Decimal("0.3")),
    ("decimal", ".5", Decimal("0.5")),
    ("percent", "12.5%", Decimal("12.5")),
    ("percent", "１２％", Decimal("12")),
    ("money", "¥12,345.60", 1234560),
    ("money", "1.2万", 1200000),
    ("money", 12.1, 1210),
    ("money", 1210, 1210),
    ("date", "2024年5月1日", date(2024, 5, 1)),
    ("date", "2024.5.1", date(2024, 5, 1)),
    ("date", "２０２４/５/１", date(2024, 5, 1)),
    ("date", "20240501", date(2024, 5, 1)),
    ("date", datetime(2024, 5, 1, 0, 0), date(2024, 5, 1)),  # noqa: DTZ001 - as spreadsheets give it
    ("date", 45413.0, date(2024, 5, 1)),
    ("date", "明天", date(2024, 6, 16)),
    ("datetime", "2024-05-01 09:30", datetime(2024, 5, 1, 1, 30, tzinfo=UTC)),
    ("datetime", "2024-05-01T09:30", datetime(2024, 5, 1, 1, 30, tzinfo=UTC)),
    ("datetime", "2024-05-01T01:30:00Z", datetime(2024, 5, 1, 1, 30, tzinfo=UTC)),
    ("datetime", "2024年5月1日 下午3点", datetime(2024, 5, 1, 7, 0, tzinfo=UTC)),
    ("datetime", date(2024, 5, 1), datetime(2024, 4, 30, 16, 0, tzinfo=UTC)),
    ("birthday", "1985年3月12日", "1985-03-12"),
    ("birthday", "3月12日", "--03-12"),
    ("birthday", "农历八月十五", "L--08-15"),
    ("birthday", "农历1995年闰八月初十", "L1995-08-10+"),
    ("birthday", {"calendar": "lunar", "year": "1995", "month": "8", "day": "12", "leap": "1"}, "L1995-08-12+"),
    ("birthday", {"calendar": "solar", "year": "", "month": "2", "day": "29"}, "--02-29"),
    ("boolean", "是", True),
    ("boolean", "√", True),
    ("boolean", 0, False),
    ("boolean", "Ｎ", False),
    ("choice", "已成交", "won"),
    ("choice", "WON", "won"),
    ("multi_choice", "已成交、进行中", ["open", "won"]),
    ("multi_choice", ["won", "", "won"], ["won"]),
    ("phone", "138 0000 1234", ["+8613800001234"]),
    ("phone", "１３８００００１２３４、010-12345678转12", ["+8613800001234", "+861012345678;ext=12"]),
    ("phone", 13800001234.0, ["+8613800001234"]),
    ("email", "Li.Na@EXAMPLE.cn；x@y.com", ["Li.Na@example.cn", "x@y.com"]),
    ("url", "www.example.com", "https://www.example.com"),
    ("id_number", "110105 19491231 002x", "11010519491231002X"),
    ("address", {"city": " 深圳市 ", "street": ""}, {"city": "深圳市"}),
    ("link", "12", 12),
    ("link", {"id": 12, "title": "甲"}, 12),
    ("links", ["3", 4, "", 3], [3, 4]),
    ("user", 7.0, 7),
    ("file", [1, 2], [1, 2]),
]  # fmt: skip

REFUSED: list[tuple[str, Any, str]] = [
    ("text", "a\x00b", "nul_character"),
    ("text", "x" * 201, "too_long"),
    ("text", True, "wrong_kind"),
    ("text", {"a": 1}, "wrong_kind"),
    ("long_text", "x" * 20_001, "too_long"),
    ("integer", "3.5", "not_a_whole_number"),
    ("integer", True, "wrong_kind"),
    ("integer", 2**63, "out_of_range"),
    ("integer", "1" * 40, "not_a_whole_number"),
    ("decimal", "NaN", "not_a_number"),
    ("decimal", float("inf"), "not_a_number"),
    ("decimal", "1.2345", "too_many_decimals"),
    ("decimal", "1" * 20, "out_of_range"),
    ("decimal", False, "wrong_kind"),
    ("money", "abc", "not_an_amount"),
    ("money", "1.234", "too_many_decimals"),
    ("money", 2**53, "out_of_range"),
    ("money", True, "wrong_kind"),
    ("date", "2024-02-30", "no_such_day"),
    ("date", "昨儿个", "not_a_date"),
    ("date", "3/4/2024", "ambiguous_date"),
    ("date", True, "wrong_kind"),
    ("datetime", "2024-05-01 25:00", "not_a_time"),
    ("birthday", "2099-01-01", "in_the_future"),
    ("birthday", {"calendar": "solar", "year": "2099", "month": "1", "day": "1"}, "in_the_future"),
    ("birthday", "L1995-05-12+", "no_such_day"),
    ("boolean", "也许", "not_yes_or_no"),
    ("choice", "未知", "unknown_choice"),
    ("multi_choice", ["open", "x"], "unknown_choice"),
    ("phone", "1380000123", "phone_too_short"),
    ("phone", "138000012345", "phone_too_long"),
    ("phone", "12345678901", "bad_prefix"),
    ("phone", "55667788", "area_code_missing"),
    ("email", "nobody", "not_an_address"),
    ("email", "a b@", "not_an_address"),
    ("url", "javascript:alert(1)", "not_a_web_address"),
    ("id_number", "110105194912310021", "bad_checksum"),
    ("id_number", "1101051949123100", "id_too_short"),
    ("url", "ftp://example.com", "not_a_web_address"),
    ("address", {"planet": "Mars"}, "unknown_part"),
    ("address", {"street": "x" * 201}, "too_long"),
    ("link", "张三", "not_a_record"),
    ("link", 0, "not_a_record"),
    ("link", True, "not_a_record"),
    ("links", [-1], "not_a_record"),
    ("phone", [f"1380000{number:04}" for number in range(51)], "too_many"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "raw", "value"), READ, ids=lambda part: repr(part)[:30])
def test_what_people_write_is_read(kind: str, raw: Any, value: Any) -> None:
    assert field(kind).type.parse(raw, field(kind), context()) == value


@pytest.mark.parametrize(("kind", "raw", "code"), REFUSED, ids=lambda part: repr(part)[:30])
def test_what_cannot_be_read_is_refused_with_a_stable_code(kind: str, raw: Any, code: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        field(kind).type.parse(raw, field(kind), context())
    assert refused.value.code == code
    assert "{" not in str(refused.value.message)


@pytest.mark.parametrize(("cell", "minor"), [(100, 10000), (12.5, 1250), ("¥3", 300), (0, 0)])
def test_amounts_in_spreadsheets_are_whole_units(cell: Any, minor: int) -> None:
    money = field("money")
    assert money.type.parse(money.type.from_cell(cell, money), money, context()) == minor


def test_a_refusal_says_in_chinese_what_to_do() -> None:
    with pytest.raises(ValueRefused) as refused:
        field("phone").type.parse("1380000123", field("phone"), context())
    assert str(refused.value.message) == "电话号码少 1 位：请检查后四位。"


def test_bounds_of_a_field_are_kept() -> None:
    years = field("integer", options={"minimum": 1900, "maximum": 2100})
    limit = field("money", options={"minimum": 0})
    for any_field, raw in ((years, 1899), (years, "2101"), (limit, "-1")):
        with pytest.raises(ValueRefused) as refused:
            any_field.type.parse(raw, any_field, context())
        assert refused.value.code == "out_of_range"
    assert "¥0.00" in str(refused.value.message)


def round_trips(any_field: Field, value: Any) -> None:
    """Through the form and through JSON."""
    kind = any_field.type
    assert kind.parse(kind.edit_text(value, any_field, context()), any_field, context()) == value
    assert kind.from_json(kind.to_json(value, any_field), any_field) == value


@given(st.integers(-(2**63), 2**63 - 1))
def test_any_whole_number_round_trips(value: int) -> None:
    round_trips(field("integer"), value)


@given(st.integers(-(2**53) + 1, 2**53 - 1))
def test_any_amount_round_trips(value: int) -> None:
    round_trips(field("money"), value)


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 6))
def test_any_number_of_fifteen_digits_round_trips(digits: int, decimals: int) -> None:
    round_trips(field("decimal", options={"decimals": decimals}), Decimal(digits).scaleb(-decimals))


@given(st.dates(date(1800, 1, 1), date(2999, 12, 31)))
def test_any_day_round_trips(value: date) -> None:
    round_trips(field("date"), value)


@given(st.datetimes(datetime(1900, 1, 2), datetime(2999, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
def test_any_moment_round_trips_and_its_json_sorts_as_time_does(value: datetime) -> None:
    moments = field("datetime")
    round_trips(moments, value)
    later = datetime(2024, 1, 1, tzinfo=UTC)
    assert (moments.type.to_json(value, moments) < moments.type.to_json(later, moments)) == (value < later)


@given(st.text(max_size=300))
def test_any_text_is_kept_or_refused(text: str) -> None:
    for kind in ("text", "long_text"):
        any_field = field(kind)
        try:
            value = any_field.type.parse(text, any_field, context())
        except ValueRefused:
            continue
        if value is not None:
            round_trips(any_field, value)
