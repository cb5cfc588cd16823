"""The words of the demo business, read once from the data files beside this module."""

from __future__ import annotations

import csv
import tomllib
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, Generic, TypeVar

T = TypeVar("T")

DATA = Path(__file__).parent / "data"


class Weighted(Generic[T]):
    """Items that are picked as often as their weights say."""

    __slots__ = ("bounds", "items")

    def __init__(self, items: Iterable[tuple[T, float]]) -> None:
        pairs = [(item, weight) for item, weight in items if weight > 0]
        total = sum(weight for _item, weight in pairs)
        self.items = [item for item, _weight in pairs]
        self.bounds = list(accumulate(weight / total for _item, weight in pairs))[:-1]

    def pick(self, rng: Random) -> T:
        return self.items[bisect(self.bounds, rng.random())]


def one_of(items: Sequence[T], rng: Random) -> T:
    """As ``Random.choice``, three times as fast."""
    return items[int(rng.random() * len(items))]


@dataclass(frozen=True, slots=True)
class Name:
    """A word and how it is written in Latin letters."""

    text: str
    pinyin: str


@dataclass(frozen=True, slots=True)
class City:
    """A city with its real districts (name → six-digit division code) and some of its streets."""

    province: str
    name: str
    area_code: str
    postcode: str
    short: str
    districts: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]

    @property
    def plain_name(self) -> str:
        """The name as firms carry it: 苏州 rather than 苏州市."""
        return self.name.removesuffix("市")


@dataclass(frozen=True, slots=True)
class Trade:
    """An industry: what its firms are called, buy and need; ``prefix`` opens their credit codes."""

    key: str
    prefix: str
    trades: tuple[str, ...]
    special: tuple[str, ...]
    goods: tuple[str, ...]
    needs: tuple[str, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """What persons and brands are called."""

    surnames: Weighted[Name]
    male: tuple[Name, ...]
    female: tuple[Name, ...]
    brand_first: tuple[Name, ...]
    brand_second: tuple[Name, ...]


def toml(name: str) -> dict[str, Any]:
    """The content of a TOML data file."""
    with (DATA / name).open("rb") as file:
        return tomllib.load(file)


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV data file."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def names() -> Names:
    given = rows("given_names.csv")
    brands = rows("brands.csv")
    return Names(
        surnames=Weighted((Name(row["surname"], row["pinyin"]), float(row["weight"])) for row in rows("surnames.csv")),
        male=tuple(Name(row["name"], row["pinyin"]) for row in given if row["gender"] == "male"),
        female=tuple(Name(row["name"], row["pinyin"]) for row in given if row["gender"] == "female"),
        brand_first=tuple(Name(row["character"], row["pinyin"]) for row in brands if row["position"] == "first"),
        brand_second=tuple(Name(row["character"], row["pinyin"]) for row in brands if row["position"] == "second"),
    )


@cache
def cities() -> Weighted[City]:
    return Weighted((_city(row), float(row["weight"])) for row in rows("cities.csv"))


def _city(row: Mapping[str, str]) -> City:
    pairs = [entry.split(":") for entry in row["districts"].split("|")]
    return City(
        province=row["province"],
        name=row["city"],
        area_code=row["area_code"],
        postcode=row["postcode"],
        short=row["short"],
        districts=tuple((name, row["division"] + code) for name, code in pairs),
        streets=tuple(row["streets"].split("|")),
    )


@cache
def industries() -> Weighted[Trade]:
    return Weighted((_trade(key, values), values["weight"]) for key, values in toml("industries.toml").items())


def _trade(key: str, values: Mapping[str, Any]) -> Trade:
    lists = {name: tuple(values[name]) for name in ("trades", "special", "goods", "needs", "titles")}
    return Trade(key=key, prefix=values["prefix"], **lists)
