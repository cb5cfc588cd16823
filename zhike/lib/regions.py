"""Provinces and prefecture-level cities of China by any of their names (GB/T 2260 level, as of 2024)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "regions.txt"
#: Provinces that are a city themselves.
CITY_PROVINCES = frozenset({"北京市", "天津市", "上海市", "重庆市"})
PROVINCE_ENDING = re.compile(r"(?:壮族|回族|维吾尔)?自治区$|特别行政区$|省$|市$")
NATIONS = "朝鲜族 土家族 苗族 藏族 羌族 彝族 布依族 侗族 哈尼族 壮族 傣族 白族 景颇族 傈僳族 回族 蒙古族 哈萨克 蒙古 柯尔克孜 黎族".split()  # noqa: SIM905
CITY_ENDING = re.compile(rf"(?:{'|'.join(NATIONS)})*(?:自治州|自治县)$|市$|盟$|地区$|林区$|新区$")


@cache
def provinces() -> dict[str, tuple[str, ...]]:
    """Province → its cities, all by their full names."""
    lines = DATA.read_text(encoding="utf-8").splitlines()
    return {name: tuple(cities.split()) for name, _, cities in (line.partition("=") for line in lines)}


def short_province(name: str) -> str:
    """广西壮族自治区 → 广西."""
    return PROVINCE_ENDING.sub("", name)


def short_city(name: str) -> str:
    """延边朝鲜族自治州 → 延边; 深圳市 → 深圳."""
    return CITY_ENDING.sub("", name)


@cache
def province_names() -> dict[str, str]:
    """Full and short name of each province → its full name."""
    return {spelling: name for name in provinces() for spelling in (name, short_province(name))}


@cache
def city_names() -> dict[str, tuple[str, str]]:
    """Full and short name of each city → its province and full name.

    Short names that are also a province's or stand for two cities are left out, short ones of one character too.
    """
    found: dict[str, tuple[str, str]] = {}
    twice: set[str] = set()
    for province, cities in provinces().items():
        for city in cities:
            for spelling in {city, short_city(city)}:
                if spelling in found:
                    twice.add(spelling)
                found[spelling] = (province, city)
    unclear = twice | set(province_names())
    return {spelling: place for spelling, place in found.items() if spelling not in unclear and len(spelling) > 1}
