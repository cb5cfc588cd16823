"""统一社会信用代码: real ones are taken, a slip of one character is found."""

from __future__ import annotations

import pytest

from zhike.lib.credit_code import make_credit_code, parse_credit_code
from zhike.lib.refusal import Refused


@pytest.mark.parametrize(
    "typed", ["91110000600037341L", " 91110000-600037341l ", "９１１１００００６０００３７３４１Ｌ"]
)
def test_a_code_is_taken_in_any_spelling(typed: str) -> None:
    assert parse_credit_code(typed) == "91110000600037341L"


@pytest.mark.parametrize(
    ("typed", "code", "params"),
    [
        ("9111000060003734L", "too_short", {"missing": 1}),
        ("91110000600037341LL", "too_long", {"extra": 1}),
        ("91110000600037341M", "bad_checksum", {}),
        ("91110000600037342L", "bad_checksum", {}),
        ("9111000060003734OL", "bad_character", {"character": "O"}),
        ("统一", "bad_character", {"character": "统"}),
        ("", "too_short", {"missing": 18}),
    ],
)
def test_a_wrong_code_is_refused_with_the_reason(typed: str, code: str, params: dict[str, object]) -> None:
    with pytest.raises(Refused) as refusal:
        parse_credit_code(typed)
    assert (refusal.value.code, refusal.value.params) == (code, params)


def test_a_made_code_is_valid() -> None:
    code = make_credit_code("91310115MA1K3ABC1")
    assert parse_credit_code(code) == code
