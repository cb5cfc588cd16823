"""Addresses taken apart into province, city, district and street, from the free text that people write."""

from __future__ import annotations

import re
from collections.abc import Mapping

from zhike.lib.normalise import is_han, narrow, simplified
from zhike.lib.regions import CITY_PROVINCES, city_names, province_names

#: Keys of an address in the order in which Chinese writes them; empty ones are left out of the dict.
PARTS = ("country", "province", "city", "district", "street", "postcode")
COUNTRY = re.compile(r"^(?:中华人民共和国|中国|china|p\.?r\.?\s?china)[,\s]*", re.IGNORECASE)
POSTCODE = re.compile(r"[(（]?(?:邮编|邮政编码)?[:：]?\s*(?<!\d)(\d{6})(?!\d)[)）]?\s*$|^\s*(\d{6})(?=[^\d])")
#: 浦东新区, 南山区, 昆山市, 歙县, 自治县, 旗; not 小区, 园区, 社区 and the like, which belong to the street.
DISTRICT = re.compile(
    r"^([\u4e00-\u9fff]{1,12}?(?:自治县|自治旗|新区|林区|矿区|特区|(?<![小园社街厂校辖片])区|(?<![超门夜集都城])市|县|旗))(?![场政道])"
)
ENDINGS = ("特别行政区", "自治区", "省", "市")
LONGEST_NAME = 12


def parse_address(text: str) -> dict[str, str]:
    """Split an address written in one line; what is not recognised stays in "street", nothing is lost or guessed.

    上海浦东新区世纪大道1号 → province 上海市, city 上海市, district 浦东新区, street 世纪大道1号. A city alone brings its province.
    """
    rest = simplified(narrow(text)).strip()
    found: dict[str, str] = {}
    if match := POSTCODE.search(rest):
        found["postcode"] = match[1] or match[2]
        rest = (rest[: match.start()] + rest[match.end() :]).strip(" ,")
    if match := COUNTRY.match(rest):
        found["country"] = "中国"
        rest = rest[match.end() :]
    rest = _take_province(_strip(rest), found)
    rest = _take_city(_strip(rest), found)
    rest = _take_district(_strip(rest), found)
    found["street"] = _strip(rest)
    return {part: found[part] for part in PARTS if found.get(part)}


def address_text(address: Mapping[str, str]) -> str:
    """The address in one line, largest part first; a city that is its own province is written once."""
    parts = [address.get(part, "") for part in PARTS if part != "postcode"]
    if address.get("province") == address.get("city"):
        parts[1] = ""
    line = (
        "".join(parts) if any(is_han(part) for part in parts) else ", ".join(part for part in reversed(parts) if part)
    )
    return f"{line} {address['postcode']}" if address.get("postcode") else line


def address_to_district(address: Mapping[str, str]) -> dict[str, str]:
    """The address without street and postcode, for those who may not know the door."""
    return {part: text for part, text in address.items() if part not in {"street", "postcode"}}


def _take_province(rest: str, found: dict[str, str]) -> str:
    for length in range(min(LONGEST_NAME, len(rest)), 1, -1):
        name = province_names().get(rest[:length])
        # 吉林市 and 海南州 begin like provinces but are cities of other names.
        if name is None or _is_city(rest):
            continue
        found["province"] = name
        if name in CITY_PROVINCES:
            found["city"] = name
        return _without_ending(rest[length:], rest[:length])
    return rest


def _is_city(rest: str) -> bool:
    return any(rest[:length] in city_names() for length in range(2, min(LONGEST_NAME, len(rest)) + 1))


def _without_ending(rest: str, taken: str) -> str:
    """Drop 省 after a short name that the data know without it, such as 广西省 in old lists."""
    if taken.endswith(ENDINGS):
        return rest
    return rest.removeprefix("省")


def _take_city(rest: str, found: dict[str, str]) -> str:
    if found.get("city"):
        # 上海上海市…, 上海市市辖区…
        return rest.removeprefix(found["city"]).removeprefix("市辖区")
    for length in range(min(LONGEST_NAME, len(rest)), 1, -1):
        place = city_names().get(rest[:length])
        if place is None or found.get("province", place[0]) != place[0]:
            continue
        if not rest[:length].endswith(("市", "州", "盟", "区", "县")) and rest[length : length + 1] in set(
            "路街道巷区县镇"
        ):
            # Streets and districts bear names of cities too: 南京路, 朝阳区.
            continue
        found["province"], found["city"] = place
        return rest[length:]
    return rest


def _take_district(rest: str, found: dict[str, str]) -> str:
    match = DISTRICT.match(rest)
    if match is None or not (found.get("city") or found.get("province")):
        return rest
    found["district"] = match[1]
    return rest[match.end() :]


def _strip(text: str) -> str:
    return text.strip(" ,，-/·\t\r\n")
