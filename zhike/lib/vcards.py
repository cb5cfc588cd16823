"""vCards (2.1, 3.0, 4.0), as telephones and mail programs give them, as plain cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field as dataclass_field
from typing import Any

import vobject
from vobject.base import ParseError

from zhike.lib.refusal import Refused

LARGEST = 20_000_000
MOST_CARDS = 20_000
HAN = re.compile(r"[\u3400-\u9fff]")
#: 1985-03-12, 19850312, --0312, --03-12, with or without a time behind.
BIRTHDAY = re.compile(r"(?:(\d{4})-?|--)(\d{2})-?(\d{2})(?:T.*)?\Z")
ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(slots=True)
class Card:
    """One person of an address book; ``phones`` and ``emails`` as written."""

    name: str
    phones: list[str] = dataclass_field(default_factory=list)
    emails: list[str] = dataclass_field(default_factory=list)
    wechat: str = ""
    #: In the code of the birthday field: 1985-03-12 or --03-12.
    birthday: str = ""
    address: dict[str, str] = dataclass_field(default_factory=dict)
    organisation: str = ""
    title: str = ""
    note: str = ""


def read_vcards(data: bytes) -> list[Card]:
    """The cards of a file in its order; cards without any name are left out.

    Refuses with "too_large", "not_a_vcard" (nothing in it is a card) and "too_many" (``most``).
    """
    if len(data) > LARGEST:
        raise Refused("too_large")
    found: list[Card] = []
    try:
        for component in vobject.readComponents(_text(data), ignoreUnreadable=True, allowQP=True):
            card = _card(component) if component.name == "VCARD" else None
            if card is not None:
                found.append(card)
            if len(found) > MOST_CARDS:
                raise Refused("too_many", most=MOST_CARDS)
    except (ParseError, ValueError, AttributeError, IndexError) as error:
        raise Refused("not_a_vcard") from error
    if not found:
        raise Refused("not_a_vcard")
    return found


def _text(data: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", errors="replace")


def _card(component: Any) -> Card | None:
    name = _name(component)
    if not name:
        return None
    return Card(
        name=name,
        phones=[phone.removeprefix("tel:") for phone in _values(component, "tel")],
        emails=list(_values(component, "email")),
        wechat=_wechat(component),
        birthday=_birthday(next(_values(component, "bday"), "")),
        address=_address(component),
        organisation=" ".join(_parts(component, "org")),
        title=next(_values(component, "title"), ""),
        note=next(_values(component, "note"), ""),
    )


def _values(component: Any, key: str) -> Iterator[str]:
    """Texts of a property, without those that are empty."""
    for line in component.contents.get(key, ()):
        if isinstance(line.value, str) and (text := line.value.strip()):
            yield text


def _parts(component: Any, key: str) -> list[str]:
    for line in component.contents.get(key, ()):
        return [part.strip() for part in line.value if part.strip()] if isinstance(line.value, list) else [line.value]
    return []


def _name(component: Any) -> str:
    """The written name; put together from its parts where it is missing, the surname first in Chinese."""
    if written := next(_values(component, "fn"), ""):
        return written
    for line in component.contents.get("n", ()):
        family, given = _joined(line.value.family), _joined(line.value.given)
        if HAN.search(family + given):
            return family + given
        return " ".join(part for part in (given, family) if part)
    return ""


def _joined(part: Any) -> str:
    return " ".join(part) if isinstance(part, list) else str(part or "").strip()


def _wechat(component: Any) -> str:
    for key in ("x-wechat", "x-weixin"):
        if text := next(_values(component, key), ""):
            return text
    for line in component.contents.get("impp", ()):
        service = " ".join(line.params.get("X-SERVICE-TYPE", ())).lower()
        if service in {"wechat", "weixin"} or str(line.value).lower().startswith(("wechat:", "weixin:")):
            return str(line.value).partition(":")[2].strip() or str(line.value).strip()
    return ""


def _birthday(text: str) -> str:
    match = BIRTHDAY.match(text)
    if match is None:
        return ""
    year, month, day = match.groups()
    # Telephones write 1604 for a birthday without a year.
    return f"--{month}-{day}" if year in {None, "1604"} else f"{year}-{month}-{day}"


def _address(component: Any) -> dict[str, str]:
    for line in component.contents.get("adr", ()):
        value = line.value
        parts = {
            "country": _joined(value.country),
            "province": _joined(value.region),
            "city": _joined(value.city),
            "street": " ".join(part for part in (_joined(value.street), _joined(value.extended)) if part),
            "postcode": _joined(value.code),
        }
        if filled := {key: text for key, text in parts.items() if text}:
            return filled
    return {}
