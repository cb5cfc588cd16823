"""Readings of names: words decide heteronyms, surnames have their own."""

from __future__ import annotations

import pytest
from pypinyin import lazy_pinyin

from scripts import readings as book
from zhike.lib import pinyin as pinyin_module
from zhike.lib.pinyin import full_pinyin, initials, name_readings, syllables
from zhike.lib.surnames import SURNAMES


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [
        ("张三", "zhangsan"), ("张建国", "zhangjianguo"), ("单强", "shanqiang"), ("曾国藩", "zengguofan"), ("仇和", "qiuhe"),
        ("查良镛", "zhaliangyong"), ("尉迟恭", "yuchigong"), ("解晓东", "xiexiaodong"), ("任正非", "renzhengfei"), ("区小明", "ouxiaoming"),
        ("朴树", "piaoshu"), ("盖叫天", "gejiaotian"), ("乐嘉", "yuejia"), ("覃秀", "qinxiu"), ("翟天临", "zhaitianlin"), ("万俟卨", "moqixie"),
        ("吕布", "lvbu"),
    ],
)  # fmt: skip
def test_a_persons_name_is_read_as_its_bearer_reads_it(name: str, pinyin: str) -> None:
    assert full_pinyin(name) == pinyin


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("重庆", "chongqing"), ("重工", "zhonggong"), ("长沙", "changsha"), ("校长", "xiaozhang"), ("银行", "yinhang"), ("音乐", "yinyue"),
        ("成都", "chengdu"), ("大厦", "dasha"), ("厦门", "xiamen"), ("朝阳", "chaoyang"), ("长治", "changzhi"), ("长丰集团", "changfengjituan"), ("都匀", "duyun"), ("会长", "huizhang"), ("建国车行", "jianguochehang"),
    ],
)  # fmt: skip
def test_a_heteronym_is_read_by_its_word(word: str, read: str) -> None:
    assert "".join(syllables(word)) == read


@pytest.mark.parametrize(
    "text",
    [
        "重庆长安汽车",
        "中国工商银行",
        "会计行业都市重工",
        "宿迁台州蔚县六安",
        "西藏藏族传奇",
        "调味品公司",
        "率先还珠参茸",
        "便利店模具",
        "佛山卡车系统",
    ],
)
def test_readings_agree_with_the_library(text: str) -> None:
    assert syllables(text) == lazy_pinyin(text)


def test_a_surname_with_two_readings_is_known_by_all() -> None:
    assert {"".join(reading) for reading in name_readings("覃秀")} == {"qinxiu", "tanxiu"}
    assert {"".join(reading) for reading in name_readings("单强")} == {"shanqiang", "danqiang"}
    assert {"".join(reading) for reading in name_readings("尉迟恭")} == {"yuchigong", "weichigong"}


def test_initials_follow_the_reading() -> None:
    assert (initials("张三"), initials("单强"), initials("重庆")) == ("zs", "sq", "cq")


def test_what_is_not_read_takes_its_place_without_a_syllable() -> None:
    assert syllables("张々三") == ["zhang", "", "san"]
    assert name_readings("") == [[]]


def test_every_surname_has_one_syllable_a_character() -> None:
    assert len(SURNAMES) > 60
    for surname, readings in SURNAMES.items():
        assert all(len(reading) == len(surname) for reading in readings), surname


def test_the_shipped_readings_are_those_of_the_book() -> None:
    alone = book.characters()
    told = book.telling(book.words() | pinyin_module.PLACES, alone | pinyin_module.IN_NAMES)

    assert pinyin_module._words() == told
    assert {
        character: read for character, read in (alone | pinyin_module.IN_NAMES).items() if read
    } == pinyin_module._characters()
