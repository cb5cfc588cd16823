"""Firms and persons as they truly are, and the records that two colleagues would make of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from zhike.domain.demo import identifiers
from zhike.domain.demo.firms import LEGAL_FORMS
from zhike.domain.demo.persons import full_name
from zhike.domain.demo.vocabulary import City, cities, industries, names, one_of, toml

#: A record as it would be typed: field → raw text, or a list of them.
Record = dict[str, Any]

#: How often a record has a field that the entity has.
PRESENT = {"phones": 0.8, "emails": 0.55, "credit_code": 0.4, "address": 0.75, "wechat": 0.4, "birthday": 0.5, "legal_representative": 0.4}  # fmt: skip
#: Words of one's own in front of or behind the brand, as the trade register has many of.
LATIN = ("A8", "K2", "3D", "VR", "EHS", "IC", "LED", "PVC", "CNC", "360")
#: What a shared value must be one of to prove anything when the names differ.
EVIDENCE = ("phones", "emails", "credit_code", "wechat", "birthday", "legal_representative", "address")


@dataclass(frozen=True)
class Entity:
    """What is true of one firm or person; ``parts`` are the parts of a firm's name in order: place, brand, trade, form."""

    kind: str
    name: str
    city: City
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    district: str
    street: str
    parts: tuple[str, str, str, str] = ("", "", "", "")
    credit_code: str = ""
    wechat: str = ""
    birthday: str = ""
    legal_representative: str = ""
    latin: tuple[str, str] = ("", "")
    #: Fields that both records of a pair must have.
    shared: tuple[str, ...] = field(default=())


class Entities:
    """Draws entities; no two firms of one instance have the same brand and trade."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.serial = rng.randrange(1_000_000, 2_000_000)
        self.taken: set[str] = set()
        self.buildings = toml("profiles.toml")["streets"]["buildings"]
        self.estates = toml("profiles.toml")["streets"]["estates"]

    def firm(self, *, city: City | None = None, latin: bool = False) -> Entity:
        """A firm with every field known."""
        rng = self.rng
        city = city or cities().pick(rng)
        trade = industries().pick(rng)
        while True:
            first, second = one_of(names().brand_first, rng), one_of(names().brand_second, rng)
            word = one_of(trade.trades, rng)
            brand = first.text + second.text + (one_of(LATIN, rng) if latin else "")
            if brand[:2] + word not in self.taken:
                break
        self.taken.add(brand[:2] + word)
        self.serial += 1
        parts = (city.plain_name, brand, word, LEGAL_FORMS.pick(rng))
        district, division = one_of(city.districts, rng)
        return Entity(
            kind="company",
            name="".join(parts),
            city=city,
            phones=(identifiers.landline(city, rng), identifiers.mobile(self.serial), self._mobile_elsewhere()),
            emails=(f"{one_of(('info', 'caigou', 'office', 'hr'), rng)}@{first.pinyin}{second.pinyin}{self.serial % 89}.example.com",),
            district=district,
            street=f"{one_of(city.streets, rng)}{rng.randrange(2, 980)}号{one_of(self.buildings, rng)}{rng.randrange(1, 20)}幢{rng.randrange(101, 1900)}室",
            parts=parts,
            credit_code=identifiers.credit_code(trade, division, self.serial),
            legal_representative=full_name(rng, "male")[0],
        )  # fmt: skip

    def person(self, *, city: City | None = None, surname: str = "") -> Entity:
        """A person with every field known."""
        rng = self.rng
        city = city or cities().pick(rng)
        gender = one_of(("male", "female"), rng)
        name, parts = full_name(rng, gender)
        while surname and not name.startswith(surname):
            name, parts = full_name(rng, gender)
        self.serial += 1
        return Entity(
            kind="person",
            name=name,
            city=city,
            phones=(identifiers.mobile(self.serial), self._mobile_elsewhere()),
            emails=(f"{parts[0].pinyin}{parts[1].pinyin}{self.serial % 977}@mail.example.com",),
            district=one_of(city.districts, rng)[0],
            street=f"{one_of(city.streets, rng)}{rng.randrange(2, 600)}号{one_of(self.estates, rng)}{rng.randrange(1, 30)}幢{rng.randrange(101, 1804)}室",
            wechat=identifiers.wechat(parts, self.serial),
            birthday=f"{rng.randrange(1955, 2003)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}",
            latin=(parts[0].pinyin.capitalize(), parts[1].pinyin.capitalize()),
        )

    def _mobile_elsewhere(self) -> str:
        self.serial += 1
        return identifiers.mobile(self.serial)

    def evidence(self, entity: Entity) -> Entity:
        """The entity with one or two fields that both records of it will show."""
        usable = [key for key in EVIDENCE if key == "address" or getattr(entity, key)]
        strong = [key for key in usable if key in {"phones", "emails", "credit_code", "wechat"}]
        chosen = [one_of(strong, self.rng)]
        if self.rng.random() < 0.5:
            chosen.append(one_of(usable, self.rng))
        return replace(entity, shared=tuple(dict.fromkeys(chosen)))


def record(entity: Entity, rng: Random, *, name: str = "", absent: tuple[str, ...] = ()) -> Record:
    """What one colleague wrote down: the name, and of the rest what they happened to know."""
    found: Record = {"kind": entity.kind, "name": name or entity.name}
    for key, share in PRESENT.items():
        if key in entity.shared or (key not in absent and rng.random() < share):
            value = address(entity, rng) if key == "address" else getattr(entity, key)
            if value:
                found[key] = list(value) if isinstance(value, tuple) else value
    if len(found.get("phones", ())) > 1 and rng.random() < 0.6:
        # Whoever knows one number of several knows the first more often.
        found["phones"] = (
            found["phones"][:1] if "phones" in entity.shared or rng.random() < 0.7 else found["phones"][1:2]
        )
    if "phones" in found:
        found["phones"] = [written(number, rng) for number in found["phones"]]
    if "emails" in found and rng.random() < 0.2:
        found["emails"] = [mail.upper() for mail in found["emails"]]
    return found


def address(entity: Entity, rng: Random) -> str:
    """The address in one line, with or without province, district, building."""
    province = entity.city.province if rng.random() < 0.5 and entity.city.province != entity.city.name else ""
    street = (
        entity.street if "address" in entity.shared or rng.random() < 0.7 else re.split(r"(?<=号)", entity.street)[0]
    )
    return f"{province}{entity.city.name}{entity.district}{street}"


def written(number: str, rng: Random) -> str:
    """A phone number in one of the ways in which people write it."""
    digits = re.sub(r"\D", "", number)
    if len(digits) == 11 and digits[0] == "1":
        ways = (
            digits,
            f"{digits[:3]}-{digits[3:7]}-{digits[7:]}",
            f"+86 {digits}",
            f"{digits[:3]} {digits[3:7]} {digits[7:]}",
        )
        return one_of(ways, rng)
    return number if rng.random() < 0.6 else number.replace("-", one_of((" ", "－", "—"), rng))
