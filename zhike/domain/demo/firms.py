"""Rows of firms: names by industry and city, codes, addresses, what they buy."""

from __future__ import annotations

from random import Random
from typing import Any

from zhike.domain.demo import identifiers
from zhike.domain.demo.persons import full_name
from zhike.domain.demo.vocabulary import City, Name, Trade, Weighted, names, one_of, toml

LEGAL_FORMS = Weighted([("有限公司", 80), ("股份有限公司", 6), ("有限责任公司", 6), ("集团有限公司", 3)])
SIZES = Weighted([("micro", 22), ("small", 46), ("medium", 24), ("large", 8)])
#: Lowest and highest annual revenue in 万元.
REVENUES = {"micro": (30, 500), "small": (300, 5_000), "medium": (3_000, 50_000), "large": (40_000, 1_000_000)}
ORDINALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")
#: Share of firms with a name of a special pattern (schools, shops, offices) where the industry has some.
SPECIAL_SHARE = {"12": 0.7, "11": 1.0, "91": 0.25}

Row = dict[str, Any]


class Firms:
    """Generates firms; one instance serves all blocks."""

    def __init__(self) -> None:
        profiles = toml("profiles.toml")
        self.preferences = profiles["preferences"]["company"]
        self.buildings = profiles["streets"]["buildings"]

    def row(self, number: int, trade: Trade, city: City, rng: Random) -> tuple[Row, str]:
        """A firm's own fields and the mail domain of its people."""
        vocabulary = names()
        brand = (one_of(vocabulary.brand_first, rng), one_of(vocabulary.brand_second, rng))
        district, division = one_of(city.districts, rng)
        name = firm_name(trade, city, district, brand, rng)
        size = SIZES.pick(rng)
        low, high = REVENUES[size]
        row: Row = {
            "kind": "company",
            "name": name,
            "legal_name": name,
            "industry": trade.key,
            "size": size,
            "annual_revenue": round(low * (high / low) ** rng.random()) * 10_000 * 100,
            "credit_code": identifiers.credit_code(trade, division, number),
            "founded_year": 1985 + int(rng.random() ** 0.6 * 40),
            "phones": [identifiers.landline(city, rng)],
            "address": street_address(city, district, rng, one_of(self.buildings, rng)),
            "needs": one_of(trade.needs, rng),
            "product_preferences": "、".join(dict.fromkeys((one_of(trade.goods, rng), one_of(trade.goods, rng)))),
        }
        self._sometimes(row, number, brand, rng)
        return row, identifiers.firm_domain(brand)

    def _sometimes(self, row: Row, number: int, brand: tuple[Name, Name], rng: Random) -> None:
        """What the file knows of some firms only."""
        if rng.random() < 0.3:
            row["phones"].append(identifiers.mobile(number * 8))
        if rng.random() < 0.45:
            row["emails"] = [
                f"{one_of(('info', 'caigou', 'office', 'xingzheng'), rng)}@{identifiers.firm_domain(brand)}"
            ]
        if rng.random() < 0.25:
            row["website"] = f"https://www.{identifiers.firm_domain(brand)}"
        if rng.random() < 0.6:
            row["legal_representative"] = full_name(rng, "male" if rng.random() < 0.7 else "female")[0]
        if rng.random() < 0.35:
            row["preferences"] = one_of(self.preferences, rng)
        if rng.random() < 0.3:
            del row["credit_code"]


def firm_name(trade: Trade, city: City, district: str, brand: tuple[Name, Name], rng: Random) -> str:
    """A name as the trade's firms carry it: 苏州恒泰精密模具有限公司."""
    word = brand[0].text + brand[1].text
    if trade.special and rng.random() < SPECIAL_SHARE[trade.prefix]:
        return one_of(trade.special, rng).format(
            city=city.plain_name,
            district=district,
            brand=word,
            trade=one_of(trade.trades, rng),
            ordinal=one_of(ORDINALS, rng),
        )
    place = "" if rng.random() < 0.12 else city.plain_name
    return f"{place}{word}{one_of(trade.trades, rng)}{LEGAL_FORMS.pick(rng)}"


def street_address(city: City, district: str, rng: Random, building: str) -> dict[str, str]:
    """An address in the plain form of the address field."""
    house = f"{one_of(city.streets, rng)}{int(rng.random() * 980) + 2}号"
    return {
        "country": "中国",
        "province": city.province,
        "city": city.name,
        "district": district,
        "street": f"{house}{building}{int(rng.random() * 20) + 1}幢{int(rng.random() * 18 + 1)}{int(rng.random() * 12) + 1:02d}室",
        "postcode": city.postcode,
    }
