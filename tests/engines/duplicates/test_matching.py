"""Whether two records are the same: the labelled test half, and the traps one by one."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.duplicates.labelled import pairs
from benchmarks.duplicates.measure import finder, measure
from zhike.engines.duplicates.names import firm_name, person_name
from zhike.engines.duplicates.scoring import Reason, is_slip
from zhike.engines.duplicates.traits import is_placeholder, phone_digits


def test_the_test_half_is_told_apart_well_enough() -> None:
    measured = measure(pairs("test"))
    print(*measured.lines(), sep="\n")
    assert not list(measured.shortfalls())


def test_the_bounds_can_be_missed() -> None:
    """A matcher that compares names letter by letter, and one that trusts a shared number, both fail."""
    by_name = measure(pairs("test"), lambda left, right: left["name"] == right["name"])
    by_phone = measure(pairs("test"), lambda left, right: bool(_digits(left) & _digits(right)))
    assert list(by_name.shortfalls())
    assert list(by_phone.shortfalls())


def _digits(record: dict[str, Any]) -> set[str]:
    return {phone_digits(number) for number in record.get("phones", ())} - {""}


@pytest.mark.parametrize(
    ("text", "core", "place"),
    [
        ("苏州恒泰精密模具有限公司", "恒泰精密模具", "苏州市"),
        ("恒泰（苏州）精密模具有限责任公司", "恒泰精密模具", "苏州市"),
        ("江蘇省蘇州市恒泰精密模具", "恒泰精密模具", "苏州市"),
        ("阿里巴巴（中国）有限公司", "阿里巴巴", ""),
        ("上海吉林大药房有限公司", "吉林大药房", "上海市"),
        ("苏州有限公司", "苏州", ""),
        ("ＡＢＣ科技(上海) Co., Ltd.", "abc科技", "上海市"),
    ],
)
def test_a_firms_name_without_place_and_legal_form(text: str, core: str, place: str) -> None:
    found = firm_name(text)
    assert (found.core, found.place) == (core, place)


def test_a_person_is_known_in_any_order_and_by_pinyin() -> None:
    assert len({person_name(text).key for text in ("单强", "单 强", "强·单")}) == 1
    assert len({person_name(text).key for text in ("王伟", "Wang Wei", "WEI, WANG", "伟 王")}) == 1


@pytest.mark.parametrize(
    "digits", ["13800000000", "13888888888", "11111111111", "051200000000", "12345678", "13800138000"]
)
def test_placeholders_are_no_numbers(digits: str) -> None:
    assert is_placeholder(digits)


def test_ordinary_numbers_are_no_placeholders() -> None:
    assert not any(is_placeholder(digits) for digits in ("13800012345", "051262345678", "13912341234", "4008208820"))


@pytest.mark.parametrize(("one", "other", "slip"), [("恒泰", "恒秦", True), ("恒泰模具", "泰恒模具", True), ("恒泰", "恒泰新", True), ("恒泰", "鼎新", False), ("恒泰", "恒泰新材", False)])  # fmt: skip
def test_one_slip_of_the_pen(one: str, other: str, slip: bool) -> None:
    assert is_slip(one, other) is is_slip(other, one) is slip


def firm(name: str, **more: Any) -> dict[str, Any]:
    return {"kind": "company", "name": name, **more}


def test_branches_differ_though_they_share_switchboard_and_mail() -> None:
    """DOMAINS and the brief: branch 1 and branch 2 are different customers, and so is the head office."""
    shared = {"phones": ["0512-62345678"], "emails": ["info@hengtai.example.com"]}
    names = (
        "恒泰超市有限公司",
        "恒泰超市有限公司第一分公司",
        "恒泰超市有限公司第二分公司",
        "恒泰超市有限公司吴中分公司",
    )
    assert not any(
        finder(firm(one, **shared), firm(other, **shared)) for one in names for other in names if one < other
    )


def test_one_switchboard_is_no_identity() -> None:
    shared = {"phones": ["0512-62345678"], "address": "苏州市姑苏区人民路1号"}
    assert not finder(firm("恒泰精密模具有限公司", **shared), firm("鼎新商贸有限公司", **shared))


def test_parent_and_subsidiary_differ() -> None:
    shared = {"phones": ["0512-62345678"], "emails": ["info@hengtai.example.com"], "legal_representative": "王建国"}
    assert not finder(firm("恒泰控股集团有限公司", **shared), firm("苏州恒泰精密模具有限公司", **shared))


def test_offices_of_two_districts_differ() -> None:
    assert not finder(firm("上海杨浦区市场监督管理局"), firm("上海长宁区市场监督管理局"))
    assert finder(firm("上海杨浦区市场监督管理局"), firm("上海市杨浦区市场监督管理局"))


def test_two_credit_codes_are_two_firms() -> None:
    one, other = (
        firm("苏州恒泰精密模具有限公司", credit_code=code) for code in ("91320500MA1MABCD0X", "91320500MA1MABCD1X")
    )
    assert not finder(one, other)


def test_every_reason_has_words() -> None:
    from zhike.engines.duplicates.words import WORDS  # noqa: PLC0415

    assert WORDS.keys() == set(Reason)
