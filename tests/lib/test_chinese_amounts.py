"""Amounts in capital figures, by the examples of the People's Bank and by reading them back."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from zhike.lib.chinese_amounts import DIGITS, MOST, chinese_amount

#: Examples of the rules on filling in bills, then zeros in every place.
KNOWN = {
    "1409.50": "壹仟肆佰零玖元伍角",
    "6007.14": "陆仟零柒元壹角肆分",
    "1680.32": "壹仟陆佰捌拾元零叁角贰分",
    "107000.53": "壹拾万柒仟元零伍角叁分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "325.04": "叁佰贰拾伍元零肆分",
    "100.00": "壹佰元整",
    "10.00": "壹拾元整",
    "0.00": "零元整",
    "0.50": "伍角",
    "0.05": "伍分",
    "0.15": "壹角伍分",
    "-3.00": "负叁元整",
    "-0.01": "负壹分",
    "10.01": "壹拾元零壹分",
    "1001.00": "壹仟零壹元整",
    "1010.00": "壹仟零壹拾元整",
    "10000.00": "壹万元整",
    "10001.00": "壹万零壹元整",
    "200500.00": "贰拾万零伍佰元整",
    "10100000.00": "壹仟零壹拾万元整",
    "100000000.00": "壹亿元整",
    "100000001.00": "壹亿零壹元整",
    "100010000.00": "壹亿零壹万元整",
    "105000000.00": "壹亿零伍佰万元整",
    "150000000.00": "壹亿伍仟万元整",
    "1000000000000.00": "壹万亿元整",
    "1234567890123.45": "壹万贰仟叁佰肆拾伍亿陆仟柒佰捌拾玖万零壹佰贰拾叁元肆角伍分",
    "90071992547409.91": "玖拾万零柒佰壹拾玖亿玖仟贰佰伍拾肆万柒仟肆佰零玖元玖角壹分",
}
WORTH = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(("amount", "said"), KNOWN.items())
def test_known_amounts_are_said_as_the_rules_say_them(amount: str, said: str) -> None:
    assert chinese_amount(int(amount.replace(".", ""))) == said


def read_back(said: str) -> int:
    """Minor units of capital figures, by adding up; independent of how they were made."""
    sign = -1 if said.startswith("负") else 1
    total = section = digit = 0
    cents = 0
    for character in said.removeprefix("负").removesuffix("整"):
        if character in DIGITS:
            digit = DIGITS.index(character)
        elif character in WORTH:
            section, digit = section + digit * WORTH[character], 0
        elif character == "万":
            total, section, digit = total + (section + digit) * 10_000, 0, 0
        elif character == "亿":
            total, section, digit = (total + section + digit) * 100_000_000, 0, 0
        elif character == "元":
            total, section, digit = total + section + digit, 0, 0
        else:
            cents, digit = cents + digit * {"角": 10, "分": 1}[character], 0
    return sign * (total * 100 + cents)


@given(st.integers(-(MOST * 100 - 1), MOST * 100 - 1) | st.integers(-10_000, 10_000))
def test_every_amount_reads_back_as_itself(minor: int) -> None:
    said = chinese_amount(minor)

    assert read_back(said) == minor
    assert "零零" not in said
    assert not said.startswith("零") or minor == 0


def test_what_cannot_be_said_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond"):
        chinese_amount(MOST * 100)
