"""Lines of a business card find their fields, whatever recogniser read them."""

from __future__ import annotations

import pytest

from zhike.lib.business_cards import Card, Line, is_name, read_card


def card(*rows: tuple[str, int]) -> Card:
    """Lines from top to bottom with their heights."""
    return read_card([Line(text, 0, 30 * number, height) for number, (text, height) in enumerate(rows)])


def test_a_card_with_labels() -> None:
    found = card(
        ("苏州恒泰精密模具有限公司", 30),
        ("张 伟", 50),
        ("销售总监", 22),
        ("手机：138 1234 5678", 18),
        ("电话：0512-62345678  传真：0512-62345679", 18),
        ("邮箱：zhangwei@hengtai.example", 18),
        ("地址：江苏省苏州市工业园区星湖街218号A座", 18),
        ("1203室", 18),
        ("网址：www.hengtai.example", 18),
        ("微信：zw_hengtai", 18),
    )
    assert found == Card(
        name="张伟",
        job_title="销售总监",
        firm="苏州恒泰精密模具有限公司",
        mobiles=["13812345678"],
        phones=["0512-62345678"],
        emails=["zhangwei@hengtai.example"],
        address="江苏省苏州市工业园区星湖街218号A座1203室",
        website="www.hengtai.example",
        wechat="zw_hengtai",
    )


def test_a_card_without_labels_keeps_what_it_cannot_place() -> None:
    found = card(
        ("欧阳思远 高级工程师", 40),
        ("HENGTAI MOULD CO., LTD", 20),
        ("恒泰模具集团有限公司", 24),
        ("M: +86 139-1234-5678", 16),
        ("T: 010-88881234-801", 16),
        ("北京市朝阳区望京街10号望京SOHO T1 1802室", 16),
        ("品质成就未来", 16),
    )
    assert (found.name, found.job_title, found.firm) == ("欧阳思远", "高级工程师", "恒泰模具集团有限公司")
    assert (found.mobiles, found.phones) == (["13912345678"], ["010-88881234-801"])
    assert found.address == "北京市朝阳区望京街10号望京SOHO T1 1802室"
    assert found.rest == ["HENGTAI MOULD CO., LTD", "品质成就未来"]


@pytest.mark.parametrize(
    ("line", "name", "title"),
    [
        ("采购经理 李小梅", "李小梅", "采购经理"),
        ("李小梅 采购经理", "李小梅", "采购经理"),
        ("李小梅采购经理", "李小梅", "采购经理"),
        ("姓名：王芳", "王芳", ""),
        ("王 芳", "王芳", ""),
        ("Anna Berg", "Anna Berg", ""),
    ],
)
def test_a_name_stands_alone_or_beside_its_title(line: str, name: str, title: str) -> None:
    found = card((line, 40), ("上海晨光文具股份有限公司", 24), ("13812345678", 16))
    assert (found.name, found.job_title) == (name, title)


def test_the_mobile_number_may_be_the_wechat_id() -> None:
    found = card(("王芳", 40), ("13812345678（微信同号）", 18))
    assert (found.mobiles, found.wechat) == (["13812345678"], "13812345678")


def test_full_width_digits_are_read() -> None:
    found = card(("陈志明", 40), ("手机：１３８１２３４５６７８", 18), ("Ｅｍａｉｌ：a.b@x.example", 18))
    assert found.mobiles == ["13812345678"]
    assert found.emails == ["a.b@x.example"]


def test_a_bank_and_its_branch_are_a_firm_and_not_a_person() -> None:
    found = card(("中国建设银行深圳分行", 44), ("王芳", 30), ("客户经理", 20))
    assert (found.firm, found.name, found.job_title) == ("中国建设银行深圳分行", "王芳", "客户经理")


def test_an_empty_picture_says_nothing() -> None:
    assert read_card([]) == Card()
    assert read_card([Line("   ")]) == Card()


def test_titles_and_firms_are_no_names() -> None:
    assert [is_name(text) for text in ("王芳", "欧阳锋", "经理", "总监", "有限公司", "金", "张三李四王")] == [
        True,
        True,
        False,
        False,
        False,
        False,
        False,
    ]


def test_long_lines_are_read_in_no_time() -> None:
    found = card(("1" * 5_000, 10), ("a@" * 2_000, 10), ("张" * 3_000, 10), ("-" * 5_000, 10))
    assert found.mobiles == []
