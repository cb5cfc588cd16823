"""Checks of numbers and addresses against published rules and lists."""

from __future__ import annotations

from datetime import date

import pytest

from zhike.lib.districts import address_gap, districts
from zhike.lib.id_number import mask_id_number, parse_id_number
from zhike.lib.phone_segments import carrier_of, phone_fault
from zhike.lib.refusal import Refused

TODAY = date(2026, 11, 22)
KUNSHAN = {"province": "江苏省", "city": "苏州市", "district": "昆山市", "street": "前进路1号"}


def test_the_number_of_the_standard_itself_passes() -> None:
    """GB 11643-1999 gives 11010519491231002X as its example."""
    assert parse_id_number(" 110105 19491231 002x", TODAY) == "11010519491231002X"
    assert mask_id_number("11010519491231002X") == "110105********002X"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("110105194912310021", "bad_checksum"),
        ("110105491231002", "too_short"),
        ("11010519491231002X1", "bad_character"),
        ("1101051949123100211", "too_long"),
        ("11010519491331002X", "bad_date"),
        ("11010521491231002X", "bad_date"),
        ("身份证", "bad_character"),
    ],
)
def test_a_wrong_number_says_what_is_wrong(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_id_number(text, TODAY)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("number", "carrier", "fault"),
    [
        ("+8613800001234", "mobile", None),
        ("+8618600001234", "unicom", None),
        ("+8619900001234", "telecom", None),
        ("+8619200001234", "broadnet", None),
        ("+8613491234567", "satellite", None),
        ("+8617012345678", "virtual", None),
        ("+8616000001234", "", "no_segment"),
        ("+8614612345678", "machine", "machine"),
        ("+861012345678", None, None),
        ("+8651288881234;ext=12", None, None),
        ("+86108888123", None, "no_such_area"),
        ("+864001234567", None, None),
        ("+12025550143", None, None),
    ],
)
def test_numbers_tell_their_carrier_and_whether_they_can_ring(
    number: str, carrier: str | None, fault: str | None
) -> None:
    assert (carrier_of(number), phone_fault(number)) == (carrier, fault)


@pytest.mark.parametrize(
    ("without", "gap"),
    [("street", "street"), ("district", "district"), ("city", "city"), ("province", "province")],
)
def test_an_address_names_what_it_lacks(without: str, gap: str) -> None:
    assert address_gap(KUNSHAN) is None
    assert address_gap({key: value for key, value in KUNSHAN.items() if key != without}) == gap


def test_districts_are_those_of_their_city() -> None:
    assert address_gap({**KUNSHAN, "district": "浦东新区"}) == "district_unknown"
    assert address_gap({"province": "广东省", "city": "东莞市", "street": "鸿福路1号"}) is None
    assert address_gap({"country": "Japan", "street": "1-1"}) is None
    assert "滨江区" in districts()["浙江省", "杭州市"]
    assert sum(map(len, districts().values())) > 2_800
