"""The order of names as a phone book has it."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, strategies as st

from zhike.lib.reading_order import LONGEST_KEY, order_key


@pytest.mark.parametrize(
    "ordered",
    [
        ["艾青", "白居易", "曹操", "丁一", "鄂尔泰", "张三"],
        # The surname's own reading: dān, zēng, qiú, zhā, xiè, yùchí.
        ["单强", "沈从文", "卫东", "解小龙", "尉迟敬德", "曾国藩", "查理", "张飞"],
        ["钱学森", "仇英", "任正非"],
        # Words keep theirs: what is longer than a name is read as words are.
        ["长城汽车", "重庆火锅", "单位大院食堂", "解放路书店"],
        # All of one surname together, though the second character would stand before.
        ["张三", "章安"],
        ["占豪", "张三"],
        # Latin letters among the syllables, whatever case or width; digits before them.
        ["3M中国", "阿里巴巴", "Alibaba", "北京银行", "ＢＭＷ", "zoo"],
    ],
)
def test_names_stand_as_in_a_phone_book(ordered: list[str]) -> None:
    mixed = Random(1).sample(ordered, len(ordered))
    assert sorted(mixed, key=order_key) == ordered


def test_what_nobody_can_read_comes_last() -> None:
    assert sorted(["\U0002a6d6家", "祖冲之"], key=order_key) == ["祖冲之", "\U0002a6d6家"]


@given(st.text())
def test_a_key_fits_its_column_whatever_the_text(text: str) -> None:
    key = order_key(text)
    assert len(key) <= LONGEST_KEY
    assert "\0" not in key
    assert order_key(text) == key
