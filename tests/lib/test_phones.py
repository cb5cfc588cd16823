"""Phone numbers as people type them in China, and what is said about the wrong ones."""

from __future__ import annotations

import pytest

from zhike.lib.phones import dialled_digits, format_phone, mask_phone, parse_phone, split_phones
from zhike.lib.refusal import Refused


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("138 0000 1234", "+8613800001234", "138 0000 1234"),
        ("+86-138-0000-1234", "+8613800001234", "138 0000 1234"),
        ("0086 13800001234", "+8613800001234", "138 0000 1234"),
        ("8613800001234", "+8613800001234", "138 0000 1234"),
        ("013800001234", "+8613800001234", "138 0000 1234"),
        ("１３８００００１２３４", "+8613800001234", "138 0000 1234"),
        ("010-12345678", "+861012345678", "010-12345678"),
        ("(0755) 8888 9999", "+8675588889999", "0755-88889999"),
        ("0579-8512345", "+865798512345", "0579-8512345"),
        ("+86 10 6234 5678", "+861062345678", "010-62345678"),
        ("010-62345678 转 12", "+861062345678;ext=12", "010-62345678-12"),
        ("010-62345678-801", "+861062345678;ext=801", "010-62345678-801"),
        ("400-800-1234", "+864008001234", "400-800-1234"),
        ("95588", "+8695588", "95588"),
        ("+1 202 555 0143", "+12025550143", "+1 202-555-0143"),
        ("00852 2123 4567", "+85221234567", "+852 2123 4567"),
    ],
)
def test_a_number_is_stored_in_one_form_and_shown_in_another(typed: str, stored: str, shown: str) -> None:
    assert parse_phone(typed) == stored
    assert format_phone(stored) == shown
    assert parse_phone(shown) == stored


@pytest.mark.parametrize(
    ("typed", "code", "params"),
    [
        ("1380000123", "too_short", {"missing": 1}),
        ("138000012", "too_short", {"missing": 2}),
        ("138000012345", "too_long", {"extra": 1}),
        ("12800001234", "bad_prefix", {"prefix": "128"}),
        ("62345678", "area_code_missing", {}),
        ("010-6234567", "too_short", {"missing": 1}),
        ("0755-888899991", "too_long", {"extra": 1}),
        ("张三", "not_a_phone", {}),
        ("", "not_a_phone", {}),
        ("1380000123x", "not_a_phone", {}),
        ("+1 202 555 01", "too_short", {"missing": 1}),
    ],
)
def test_a_wrong_number_is_refused_with_what_is_wrong(typed: str, code: str, params: dict[str, object]) -> None:
    with pytest.raises(Refused) as refusal:
        parse_phone(typed)
    assert (refusal.value.code, refusal.value.params) == (code, params)


def test_several_numbers_in_one_cell_are_taken_apart() -> None:
    assert split_phones("13800001234、010-62345678；400 800 1234") == ["13800001234", "010-62345678", "400 800 1234"]


def test_a_masked_number_shows_its_ends_only() -> None:
    assert mask_phone("+8613800001234") == "138****1234"
    assert mask_phone("+861062345678;ext=12") == "010****5678"
    assert mask_phone("+8695588") == "*****"


def test_searched_digits_are_those_dialled_at_home() -> None:
    assert dialled_digits("+8613800001234") == "13800001234"
    assert dialled_digits("+861062345678;ext=12") == "01062345678"
    assert dialled_digits("+12025550143") == "12025550143"
