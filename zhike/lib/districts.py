"""Districts, counties and county-level cities of China by their city (GB/T 2260 as python-stdnum 2.2 lists it, with 杭州 as of 2021).

Cities without any, such as 东莞, stand there with none: their addresses are complete without a district.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "districts.txt"


@cache
def districts() -> dict[tuple[str, str], frozenset[str]]:
    """(province, city) → its districts, by full names."""
    found = {}
    for line in DATA.read_text(encoding="utf-8").splitlines():
        place, _, listed = line.partition("=")
        province, _, city = place.partition(" ")
        found[province, city] = frozenset(listed.split())
    return found


def address_gap(address: Mapping[str, str]) -> str | None:
    """What an address lacks down to the district and the street; None when it is complete.

    "province", "city", "district", "district_unknown" (the city has no district of this name) or "street". Addresses abroad, in Hong Kong,
    Macau and Taiwan are held to country or province and street alone.
    """
    if address.get("country") not in (None, "", "中国"):
        return None if address.get("street") else "street"
    if not address.get("province"):
        return "province"
    of_province = [place for place in districts() if place[0] == address["province"]]
    if not of_province:
        return None if address.get("street") or address.get("district") else "street"
    if not address.get("city"):
        return "city"
    known = districts().get((address["province"], address["city"]))
    if known is None or known:
        if not address.get("district"):
            return "district"
        if known is not None and address["district"] not in known:
            return "district_unknown"
    return None if address.get("street") else "street"
