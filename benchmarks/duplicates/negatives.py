"""Pairs that look alike and are not the same: what a careless matcher would merge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from benchmarks.duplicates.entities import Entities, Entity, Record, record
from zhike.domain.demo import identifiers
from zhike.domain.demo.vocabulary import cities, industries, names, one_of

Two = tuple[Record, Record]
Negative = Callable[[Entities, Random], Two]

ORDINALS = "一二三四五六七八九"
PLACEHOLDERS = ("13800000000", "13888888888", "11111111111", "0512-00000000", "12345678901", "13800138000")


def _pair(left: Entity, right: Entity, rng: Random) -> Two:
    return record(left, rng), record(right, rng)


def _renamed(entity: Entity, name: str, **changes: object) -> Entity:
    return replace(entity, name=name, **changes)  # type: ignore[arg-type]


def same_surname_and_city(entities: Entities, rng: Random) -> Two:
    """王建国 and 王建军 of one city, often of one district."""
    left = entities.person()
    while True:
        right = entities.person(city=left.city, surname=left.name[0])
        if right.name != left.name:
            break
    if rng.random() < 0.5:
        right = replace(right, district=left.district)
    return _pair(left, right, rng)


def parent_and_subsidiary(entities: Entities, rng: Random) -> Two:
    """A group and a firm of it: mail domain, house and switchboard may be the same."""
    child = entities.firm()
    place, brand, trade, form = child.parts
    parent = entities.firm(city=child.city)
    holding = one_of(
        ("集团有限公司", "控股有限公司", "投资控股集团有限公司", "集团股份有限公司", "控股集团有限公司"), rng
    )
    parent = _renamed(parent, f"{one_of((place, '', '中国'), rng)}{brand}{holding}")
    child = _renamed(child, one_of((f"{place}{brand}{trade}{form}", f"{brand}集团{place}{trade}{form}"), rng))
    if rng.random() < 0.5:
        parent = replace(parent, phones=child.phones[:1], shared=("phones",))
        child = replace(child, shared=("phones",))
    if rng.random() < 0.4:
        parent = replace(parent, district=child.district, street=child.street)
    if rng.random() < 0.15:
        parent = replace(parent, emails=child.emails)
    if rng.random() < 0.2:
        parent = replace(parent, legal_representative=child.legal_representative)
    return _pair(parent, child, rng)


def two_branches(entities: Entities, rng: Random) -> Two:
    """Branches of one firm, or a branch and its head office; they share switchboard and mail as often as not."""
    head = entities.firm()
    other = entities.firm(city=head.city)
    base = head.name
    first, second = rng.sample(ORDINALS, 2)
    here, there = (district.rstrip("区市县") for district, _ in rng.sample(head.city.districts, 2))
    place = head.parts[0]
    elsewhere = one_of([city.plain_name for city in cities().items if city.plain_name != place], rng)
    number, next_number = rng.sample(range(1, 30), 2)
    pairs = [
        (f"{base}第{first}分公司", f"{base}第{second}分公司"),
        (f"{base}{place}分公司", f"{base}{elsewhere}分公司"),
        (base, f"{base}{elsewhere}分公司"),
        (base, f"{base}第{second}分公司"),
        (f"{place}{head.parts[1]}超市{first}店", f"{place}{head.parts[1]}超市{second}店"),
        (f"{head.parts[1]}{head.parts[2]}{here}店", f"{head.parts[1]}{head.parts[2]}{there}店"),
        (f"中国{head.parts[1]}银行{place}{here}支行", f"中国{head.parts[1]}银行{place}{there}支行"),
        (f"{head.parts[1]}{head.parts[2]}{number}号店", f"{head.parts[1]}{head.parts[2]}{next_number}号店"),
        (f"{base}{here}营业部", f"{base}{there}营业部"),
        (f"{place}第{first}中学", f"{place}第{second}中学"),
        (f"{base}({here}店)", f"{base}({there}店)"),
        (f"{base}第{number}项目部", f"{base}第{next_number}项目部"),
    ]
    left, right = one_of(pairs, rng)
    one, two = _renamed(head, left), _renamed(other, right)
    if rng.random() < 0.5:
        one, two = replace(one, shared=("phones",)), replace(two, phones=head.phones[:1], shared=("phones",))
    if rng.random() < 0.3:
        two = replace(two, emails=head.emails)
    if rng.random() < 0.4:
        two = replace(two, legal_representative=head.legal_representative)
    return _pair(one, two, rng)


def same_switchboard(entities: Entities, rng: Random) -> Two:
    """Two firms of one park, or two people of one firm, behind one number."""
    if rng.random() < 0.6:
        left = entities.firm()
        right = entities.firm(city=left.city)
    else:
        left = entities.person()
        right = entities.person(city=left.city, surname=left.name[0] if rng.random() < 0.2 else "")
        if right.name == left.name:
            right = replace(right, name=right.name + "华")
    board = identifiers.landline(left.city, rng).partition(" ")[0]
    ways = [board, f"{board}-8001", f"{board} 转 802"] if rng.random() < 0.4 else [board]
    left = replace(left, phones=(board,), shared=("phones",))
    right = replace(right, phones=(one_of(ways, rng),), shared=("phones",))
    if rng.random() < 0.5:
        right = replace(right, district=left.district, street=left.street)
    return _pair(left, right, rng)


def namesakes(entities: Entities, rng: Random) -> Two:
    """Two people of one name and city; numbers, addresses and birthdays are their own."""
    left = entities.person()
    right = replace(entities.person(city=left.city), name=left.name, latin=left.latin)
    told = ("phones", one_of(("birthday", "address", "emails"), rng))
    return _pair(replace(left, shared=told), replace(right, shared=told), rng)


def one_character_apart(entities: Entities, rng: Random) -> Two:
    """Two brands of one city and trade that differ by a character, and share nothing else."""
    left = entities.firm()
    place, brand, trade, form = left.parts
    second = one_of([name.text for name in names().brand_second if name.text != brand[1]], rng)
    right = _renamed(entities.firm(city=left.city), f"{place}{brand[0]}{second}{trade}{form}")
    told = ("phones",)
    return _pair(replace(left, shared=told), replace(right, shared=told), rng)


def another_city(entities: Entities, rng: Random) -> Two:
    """The same brand and trade in another city, of other owners."""
    left = entities.firm()
    _place, brand, trade, form = left.parts
    city = one_of([city for city in cities().items if city.name != left.city.name], rng)
    right = entities.firm(city=city)
    right = _renamed(right, f"{city.plain_name}{brand}{trade}{form}")
    return _pair(left, right, rng)


def another_trade(entities: Entities, rng: Random) -> Two:
    """The same brand in the same city in another trade."""
    left = entities.firm()
    place, brand, trade, form = left.parts
    other = one_of([word for word in industries().pick(rng).trades if word[:2] != trade[:2]], rng)
    right = _renamed(entities.firm(city=left.city), f"{place}{brand}{other}{form}")
    return _pair(left, right, rng)


def same_placeholder(entities: Entities, rng: Random) -> Two:
    """Two strangers whose number nobody knew."""
    number = one_of(PLACEHOLDERS, rng)
    left, right = (entities.firm(), entities.firm()) if rng.random() < 0.5 else (entities.person(), entities.person())
    if left.name == right.name:
        right = replace(right, name=right.name + "华")
    return _pair(
        replace(left, phones=(number,), shared=("phones",)), replace(right, phones=(number,), shared=("phones",)), rng
    )


KINDS: dict[str, Negative] = {
    "same_surname_and_city": same_surname_and_city,
    "parent_and_subsidiary": parent_and_subsidiary,
    "two_branches": two_branches,
    "same_switchboard": same_switchboard,
    "namesakes": namesakes,
    "one_character_apart": one_character_apart,
    "another_city": another_city,
    "another_trade": another_trade,
    "same_placeholder": same_placeholder,
}
