"""Whether two records are the same firm or person, how sure that is, and why: rules, not weights that nobody can explain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from zhike.engines.duplicates.names import Name, place_is_within
from zhike.engines.duplicates.traits import PERSON, Traits

#: From here on two records count as duplicates.
THRESHOLD = 0.8


class Reason(StrEnum):
    """Why two records are taken for the same; ``words.py`` says each in the reader's language."""

    CODE = "code"
    MOBILE = "mobile"
    LANDLINE = "landline"
    EMAIL = "email"
    HANDLE = "handle"
    BIRTHDAY = "birthday"
    HOUSE = "house"
    CITY = "city"
    REPRESENTATIVE = "representative"
    PARENT = "parent"
    NAME = "name"
    NAME_WRITTEN = "name_written"
    NAME_AFFIXES = "name_affixes"
    NAME_ORDER = "name_order"
    NAME_SOUND = "name_sound"
    NAME_SLIP = "name_slip"


#: What only one firm or person has.
OWN = frozenset({Reason.MOBILE, Reason.EMAIL, Reason.HANDLE, Reason.CODE})
#: The name means the same, whatever its affixes, script, width and order.
SAME_NAME = frozenset({Reason.NAME, Reason.NAME_WRITTEN, Reason.NAME_AFFIXES, Reason.NAME_ORDER})


@dataclass(frozen=True, slots=True)
class Match:
    """How sure it is (0–1), and the reasons, the name first."""

    score: float
    reasons: tuple[Reason, ...]


def compare(one: Traits, other: Traits) -> Match | None:
    """The match of two records; None when they are not the same or too little speaks for it."""
    if one.kind != other.kind:
        return None
    shared = _shared(one, other)
    name, pair = _best_name(one, other)
    score = _of_persons(one, other, name, shared) if one.kind == PERSON else _of_firms(one, other, name, pair, shared)
    if score < THRESHOLD:
        return None
    return Match(score, (*([name] if name else ()), *shared))


def _shared(one: Traits, other: Traits) -> tuple[Reason, ...]:
    told = {
        Reason.CODE: bool(one.code) and one.code == other.code,
        Reason.MOBILE: one.mobiles & other.mobiles,
        Reason.EMAIL: one.emails & other.emails,
        Reason.HANDLE: one.handles & other.handles,
        Reason.LANDLINE: one.landlines & other.landlines,
        Reason.BIRTHDAY: bool(one.birthday) and one.birthday == other.birthday,
        Reason.REPRESENTATIVE: bool(one.representative) and one.representative == other.representative,
        Reason.PARENT: one.parent is not None and one.parent == other.parent,
        Reason.HOUSE: _same_house(one, other),
        Reason.CITY: one.cities & other.cities,
    }
    return tuple(reason for reason, holds in told.items() if holds)


def _same_house(one: Traits, other: Traits) -> bool:
    return any(
        street == street_too and (not district or not district_too or district == district_too)
        for district, street in one.houses
        for district_too, street_too in other.houses
    )


# Names ------------------------------------------------------------------------------------------------------------


def _best_name(one: Traits, other: Traits) -> tuple[Reason | None, tuple[Name, Name]]:
    """How the most alike of their names resemble each other."""
    order = list(Reason)
    found = [
        (order.index(reason) if reason else len(order), reason, (left, right))
        for left in one.names
        for right in other.names
        for reason in (likeness(left, right),)
    ]
    _place, reason, pair = min(found, key=lambda entry: entry[0])
    return reason, pair


def likeness(one: Name, other: Name) -> Reason | None:
    """How two names resemble each other, if they do."""
    if one.written == other.written:
        return Reason.NAME
    if one.core == other.core:
        return Reason.NAME_AFFIXES
    if len(one.core) == len(other.core) and sorted(one.core) == sorted(other.core):
        return Reason.NAME_ORDER
    if one.key == other.key:
        return Reason.NAME_SOUND
    return Reason.NAME_SLIP if is_slip(one.core, other.core) else None


def is_slip(one: str, other: str) -> bool:
    """One character wrong, missing, too many, or two neighbours swapped (Damerau-Levenshtein distance 1)."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) < 2 or len(other) - len(one) > 1:
        return False
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    swapped = one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]
    return swapped or one[start + 1 :] == other[start + 1 :]


# Decisions --------------------------------------------------------------------------------------------------------


def _of_firms(
    one: Traits, other: Traits, name: Reason | None, pair: tuple[Name, Name], shared: tuple[Reason, ...]
) -> float:
    """Parts of a firm, firms with different codes and firms of different cities are never the same."""
    if Reason.CODE in shared:
        return 0.99
    left, right = pair
    if one.code and other.code:
        return 0.0
    if name is None or left.branch != right.branch or not place_is_within(left.place, right.place):
        return 0.0
    if left.district and right.district and left.district != right.district:
        return 0.0
    if left.is_group != right.is_group and len(left.core) < 4:
        return 0.0
    proofs = len(set(shared) - {Reason.CITY})
    if name in SAME_NAME:
        return _by_proofs(proofs, same_place=_same_place(one, other, left, right))
    if left.is_branch or not proofs:
        return 0.0
    return 0.9 if OWN & set(shared) or proofs > 1 else 0.84


def _by_proofs(proofs: int, *, same_place: bool | None) -> float:
    """The same brand and trade: sure with a proof, likely unless the cities differ."""
    if proofs:
        return min(0.95 + 0.01 * proofs, 0.98)
    if same_place is None:
        return 0.82
    return 0.92 if same_place else 0.0


def _same_place(one: Traits, other: Traits, left: Name, right: Name) -> bool | None:
    """Whether they are in one city by name or address; None when one of them says nothing."""
    here, there = one.cities | ({left.place} - {""}), other.cities | ({right.place} - {""})
    if not here or not there:
        return None
    return any(place_is_within(city, city_too) for city in here for city_too in there)


def _of_persons(one: Traits, other: Traits, name: Reason | None, shared: tuple[Reason, ...]) -> float:
    """A name is shared by many: it needs a proof, and one that is not quite the same needs a better one."""
    told = set(shared)
    if name is None:
        return 0.0
    apart = bool(one.birthday and other.birthday) and Reason.BIRTHDAY not in told
    if OWN & told:
        return 0.86 if apart or name not in SAME_NAME | {Reason.NAME_SOUND} else 0.96
    if apart:
        return 0.0
    if name in SAME_NAME | {Reason.NAME_SOUND} and Reason.PARENT in told:
        return 0.9
    proofs = told & {Reason.BIRTHDAY, Reason.HOUSE, Reason.LANDLINE}
    if name in SAME_NAME or (name is Reason.NAME_SOUND and len(proofs) > 1):
        return 0.93 if Reason.BIRTHDAY in proofs else 0.88 if proofs else 0.0
    return 0.84 if Reason.BIRTHDAY in proofs and len(proofs) > 1 else 0.0
