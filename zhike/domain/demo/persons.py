"""Names of people, and rows of customers who are persons."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from zhike.domain.demo import identifiers
from zhike.domain.demo.vocabulary import City, Name, names, one_of, toml

Row = dict[str, Any]


def full_name(rng: Random, gender: str) -> tuple[str, tuple[Name, Name]]:
    """A name as written, and its two parts."""
    vocabulary = names()
    surname = vocabulary.surnames.pick(rng)
    given = one_of(vocabulary.male if gender == "male" else vocabulary.female, rng)
    return surname.text + given.text, (surname, given)


def birthday(rng: Random, born: int) -> str | None:
    """A birthday in the code of the birthday field, as often unknown, without year or lunar as in real files."""
    share = rng.random()
    month, day = int(rng.random() * 12) + 1, int(rng.random() * 28) + 1
    if share < 0.42:
        return f"{born}-{month:02d}-{day:02d}"
    if share < 0.52:
        return f"L{born}-{month:02d}-{day:02d}"
    if share < 0.60:
        return f"--{month:02d}-{day:02d}"
    if share < 0.63:
        return f"L--{month:02d}-{day:02d}"
    return None


class Persons:
    """Generates persons; one instance serves all blocks."""

    def __init__(self, today: date) -> None:
        profiles = toml("profiles.toml")
        self.today = today
        self.occupations = profiles["occupations"]["names"]
        self.needs = profiles["person_needs"]["lines"]
        self.preferences = profiles["preferences"]["person"]
        self.products = profiles["products"]["person"]
        self.estates = profiles["streets"]["estates"]

    def row(self, number: int, city: City, rng: Random) -> Row:
        """A person's own fields."""
        gender = "male" if rng.random() < 0.52 else "female"
        name, parts = full_name(rng, gender)
        born = self.today.year - 22 - int(rng.random() ** 1.3 * 50)
        district, _division = one_of(city.districts, rng)
        row: Row = {
            "kind": "person",
            "name": name,
            "gender": gender,
            "occupation": one_of(self.occupations, rng),
            "phones": [identifiers.mobile(number * 8)],
            "home_address": {
                "country": "中国",
                "province": city.province,
                "city": city.name,
                "district": district,
                "street": f"{one_of(city.streets, rng)}{int(rng.random() * 600) + 2}号{one_of(self.estates, rng)}"
                f"{int(rng.random() * 30) + 1}幢{int(rng.random() * 18 + 1)}0{int(rng.random() * 4) + 1}室",
            },
            "product_preferences": one_of(self.products, rng),
        }
        code = birthday(rng, born)
        if code is not None:
            row["birthday"] = code
        if (code is not None and "--" not in code[:3]) or rng.random() < 0.5:
            row["birth_year"] = born
        if rng.random() < 0.55:
            row["wechat"] = identifiers.wechat(parts, number)
        if rng.random() < 0.3:
            row["emails"] = [identifiers.person_mail(parts, "mail.example.com", number)]
        if rng.random() < 0.5:
            row["needs"] = one_of(self.needs, rng)
        if rng.random() < 0.4:
            row["preferences"] = one_of(self.preferences, rng)
        return row
