"""Addresses from free text: what is known is split off, what is not stays in the street."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from zhike.lib.addresses import address_text, parse_address
from zhike.lib.regions import city_names, province_names, provinces, short_city


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("上海市浦东新区世纪大道1号", ("上海市", "上海市", "浦东新区", "世纪大道1号")),
        ("上海浦东新区世纪大道1号", ("上海市", "上海市", "浦东新区", "世纪大道1号")),
        ("北京市朝阳区望京街10号", ("北京市", "北京市", "朝阳区", "望京街10号")),
        ("北京北京市海淀区中关村大街1号", ("北京市", "北京市", "海淀区", "中关村大街1号")),
        ("广东省深圳市南山区科技园路1号", ("广东省", "深圳市", "南山区", "科技园路1号")),
        ("广东深圳南山区科技园1栋", ("广东省", "深圳市", "南山区", "科技园1栋")),
        ("深圳市南山区", ("广东省", "深圳市", "南山区", "")),
        ("江苏省苏州市昆山市人民路2号", ("江苏省", "苏州市", "昆山市", "人民路2号")),
        ("吉林省吉林市船营区", ("吉林省", "吉林市", "船营区", "")),
        ("吉林市船营区", ("吉林省", "吉林市", "船营区", "")),
        ("新疆维吾尔自治区伊犁哈萨克自治州伊宁市", ("新疆维吾尔自治区", "伊犁哈萨克自治州", "伊宁市", "")),
        ("内蒙古呼和浩特新城区", ("内蒙古自治区", "呼和浩特市", "新城区", "")),
        ("廣東省廣州市天河區體育西路", ("广东省", "广州市", "天河区", "体育西路")),
        ("安徽省黄山市歙县徽城镇", ("安徽省", "黄山市", "歙县", "徽城镇")),
        ("中国 浙江省 杭州市 西湖区 文三路 90号", ("浙江省", "杭州市", "西湖区", "文三路 90号")),
        ("南京路100号", ("", "", "", "南京路100号")),
        ("朝阳区望京街", ("", "", "", "朝阳区望京街")),
        ("香港特别行政区中西区中环", ("香港特别行政区", "", "中西区", "中环")),
        ("上海市幸福小区3号", ("上海市", "上海市", "", "幸福小区3号")),
        ("苏州工业园区星湖街", ("江苏省", "苏州市", "", "工业园区星湖街")),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart(text: str, parts: tuple[str, ...]) -> None:
    address = parse_address(text)
    assert tuple(address.get(part, "") for part in ("province", "city", "district", "street")) == parts


def test_postcode_and_country_are_found() -> None:
    assert parse_address("中国上海市黄浦区人民大道200号 200003") == {
        "country": "中国", "province": "上海市", "city": "上海市", "district": "黄浦区", "street": "人民大道200号", "postcode": "200003",
    }  # fmt: skip
    assert parse_address("518000 深圳市")["postcode"] == "518000"
    assert "postcode" not in parse_address("世纪大道1000000号")


def test_a_foreign_address_stays_whole() -> None:
    assert parse_address("1 Market St, San Francisco") == {"street": "1 Market St, San Francisco"}
    assert parse_address("") == {}


def test_an_address_is_written_in_one_line() -> None:
    assert address_text(parse_address("上海浦东新区世纪大道1号 200120")) == "上海市浦东新区世纪大道1号 200120"
    assert (
        address_text({"street": "1 Main St", "city": "Springfield", "country": "USA"}) == "1 Main St, Springfield, USA"
    )


def test_the_regions_are_complete() -> None:
    assert len(provinces()) == 34
    assert sum(len(cities) for cities in provinces().values()) > 330
    assert province_names()["广西"] == "广西壮族自治区"
    assert city_names()["延边"] == ("吉林省", "延边朝鲜族自治州")
    assert short_city("海西蒙古族藏族自治州") == "海西"
    assert "海南" not in city_names()


@given(st.text(alphabet="上海北京市浦东新区县省广深圳路1号 ,20000", max_size=25))
def test_reading_what_was_written_changes_nothing_more(text: str) -> None:
    once = parse_address(address_text(parse_address(text)))
    assert parse_address(address_text(once)) == once
