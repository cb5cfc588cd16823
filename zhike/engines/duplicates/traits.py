"""What the matcher knows of one record: normalised names, numbers, addresses, from plain values or from what was just typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from zhike.engines.duplicates.names import Name, firm_name, person_name
from zhike.lib.addresses import parse_address
from zhike.lib.normalise import normalised
from zhike.lib.phones import MOBILE, dialled_digits, parse_phone
from zhike.lib.refusal import Refused

COMPANY = "company"
PERSON = "person"
#: A house in its street; behind it come building and room.
HOUSE = re.compile(r"^.*?\d+号")
NOT_WRITTEN = re.compile(r"[\s,，.。·\-—()（）#]+")
RISING = "01234567890123456789"


@dataclass(frozen=True, slots=True)
class Traits:
    """One record in the form in which records are compared; phones, mails and the like without placeholders."""

    kind: str
    names: tuple[Name, ...]
    mobiles: frozenset[str] = frozenset()
    landlines: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    handles: frozenset[str] = frozenset()
    code: str = ""
    #: Full date of birth, in the code of the birthday field.
    birthday: str = ""
    representative: str = ""
    #: Cities, and houses as (district, street with number), of all its addresses.
    cities: frozenset[str] = frozenset()
    houses: frozenset[tuple[str, str]] = frozenset()
    #: What it belongs to, such as the customer of a contact.
    parent: int | None = None


def traits_of(values: Mapping[str, Any]) -> Traits | None:
    """Traits from values by role: kind, names, phones, emails, handles, code, birthday, representative, addresses, parent.

    None for a record without a name that says anything.
    """
    kind = values.get("kind") or COMPANY
    read = person_name if kind == PERSON else _firm_name
    names = tuple(dict.fromkeys(name for text in values.get("names", ()) if text and (name := read(text)).core))
    if not names:
        return None
    numbers = [number for text in values.get("phones") or () if (number := phone_digits(text))]
    places = [_place(address) for address in values.get("addresses", ()) if address]
    birthday = values.get("birthday") or ""
    return Traits(
        kind=kind,
        names=names,
        mobiles=frozenset(number for number in numbers if MOBILE.fullmatch(number)),
        landlines=frozenset(number for number in numbers if not MOBILE.fullmatch(number)),
        emails=frozenset(_lower(values.get("emails"))),
        handles=frozenset(_lower(values.get("handles"))),
        code=re.sub(r"[\s\-]", "", normalised(values.get("code") or "")).upper(),
        birthday=birthday if len(birthday) >= 10 and "--" not in birthday else "",
        representative=normalised(values.get("representative") or ""),
        cities=frozenset(city for city, _house in places if city),
        houses=frozenset(house for _city, house in places if house),
        parent=values.get("parent"),
    )


#: The same firm's name is read many times when a whole base is compared.
_firm_name = lru_cache(maxsize=200_000)(firm_name)


def phone_digits(text: str) -> str:
    """The number as it is dialled at home, without extension; "" for what is no number or a placeholder."""
    try:
        number = text if text.startswith("+") and text.partition(";")[0][1:].isdigit() else parse_phone(text)
    except Refused:
        return ""
    digits = dialled_digits(number)
    return "" if is_placeholder(digits) else digits


def is_placeholder(digits: str) -> bool:
    """Numbers that people type when they know none: 13800000000, 13888888888, 12345678, 13800138000."""
    tail, longer = digits[-7:], digits[-8:]
    return (
        len(digits) < 7
        or len(set(tail)) == 1
        or longer in RISING
        or longer[::-1] in RISING
        or digits == f"{digits[:3]}00{digits[:3]}000"
    )


def _lower(texts: Iterable[str] | None) -> Iterable[str]:
    return (normalised(text) for text in texts or () if text)


def _place(address: Mapping[str, str] | str) -> tuple[str, tuple[str, str] | None]:
    """City, and the house if the address names one."""
    parts = parse_address(address) if isinstance(address, str) else address
    street = NOT_WRITTEN.sub("", normalised(parts.get("street", "")))
    house = HOUSE.match(street)
    return parts.get("city", ""), ((parts.get("district", ""), house[0]) if house else None)
