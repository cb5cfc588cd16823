"""Taking in vCards: into one's own address book, or as the contacts of a customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from zhike.lib.phones import parse_phone
from zhike.lib.refusal import Refused
from zhike.lib.vcards import Card, read_vcards
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, Problem, Problems
from zhike.metadata.fields.base import Label
from zhike.metadata.object_type import ObjectType
from zhike.metadata.policy import queryset_for
from zhike.metadata.records import Origin, Row, save

ORIGIN = Origin("import", "vCard")
REFUSALS: Mapping[str, Label] = {
    "too_large": _("The file is larger than 20 MB."),
    "too_many": _("The file has more than 20,000 cards."),
    "not_a_vcard": _("This is not a vCard file (.vcf)."),
}
NAME_LENGTH = 80


@dataclass(slots=True)
class CardsTaken:
    """How many cards made a new entry, added to one, or said nothing new; and the names of those refused, with the reasons."""

    created: int = 0
    updated: int = 0
    known: int = 0
    refused: list[tuple[str, Problems]] = dataclass_field(default_factory=list)
    batch_id: int | None = None


def address_book_import(data: bytes, *, actor: Actor) -> CardsTaken:
    """Take the cards of a .vcf file into the actor's private address book; raises Invalid for an unreadable file.

    A card with the name and a phone or mail of an entry adds to it what is new and overwrites nothing.
    """
    return _take(registry.get("address_entry"), _read(data), {}, actor=actor)


def contacts_import(data: bytes, *, customer: int, actor: Actor) -> CardsTaken:
    """Take the cards of a .vcf file as contacts of a customer, in the same way."""
    return _take(registry.get("contact"), _read(data), {"customer": customer}, actor=actor)


def _read(data: bytes) -> list[Card]:
    try:
        return read_vcards(data)
    except Refused as refusal:
        raise Invalid({"": [Problem(refusal.code, REFUSALS[refusal.code])]}) from refusal


def _take(object_type: ObjectType, cards: Sequence[Card], fixed: Mapping[str, Any], *, actor: Actor) -> CardsTaken:
    rows: QuerySet[Any] = queryset_for(actor, object_type, "edit").filter(**fixed)
    stored = list(rows.filter(name__in={card.name[:NAME_LENGTH] for card in cards}).values())
    taken = CardsTaken()
    names, changes = [], []
    for card in _merged(cards):
        values = _values(card, object_type)
        known = next((row for row in stored if _same(row, values)), None)
        new = values if known is None else _additions(known, values)
        if known is not None and not new:
            taken.known += 1
            continue
        names.append(card.name)
        changes.append(Row({**fixed, **new}) if known is None else Row(new, id=known["id"], version=known["version"]))
    if changes:
        _note(taken, names, save(object_type, changes, actor=actor, origin=ORIGIN, partial=True))
    return taken


def _note(taken: CardsTaken, names: Sequence[str], result: Any) -> None:
    taken.batch_id = result.batch_id
    taken.created, taken.updated = result.count("created"), result.count("updated")
    taken.known += result.count("unchanged")
    taken.refused = [(name, row.problems) for name, row in zip(names, result.rows, strict=True) if row.problems]


def _merged(cards: Sequence[Card]) -> list[Card]:
    """Cards of one person in one file (telephones keep one per account) as one."""
    found: list[Card] = []
    for card in cards:
        known = next((one for one in found if one.name == card.name and _share(one, card)), None)
        if known is None:
            found.append(card)
            continue
        known.phones += [phone for phone in card.phones if phone not in known.phones]
        known.emails += [mail for mail in card.emails if mail not in known.emails]
        for key in ("wechat", "birthday", "address", "organisation", "title", "note"):
            setattr(known, key, getattr(known, key) or getattr(card, key))
    return found


def _share(one: Card, other: Card) -> bool:
    return bool(set(_dialled(one.phones)) & set(_dialled(other.phones)) or set(one.emails) & set(other.emails))


def _dialled(phones: Sequence[str]) -> list[str]:
    """Phones in their stored form, as far as they have one, each once."""
    found: dict[str, None] = {}
    for phone in phones:
        try:
            found[parse_phone(phone)] = None
        except Refused:
            found[phone] = None
    return list(found)


def _values(card: Card, object_type: ObjectType) -> dict[str, Any]:
    """What the card says, by field key of the object type."""
    note = "\n".join(part for part in (card.organisation, card.note) if part)
    values = {
        "name": card.name[:NAME_LENGTH],
        "phones": _dialled(card.phones),
        "emails": card.emails,
        "wechat": card.wechat,
        "birthday": card.birthday,
        "address": card.address,
        "job_title": card.title,
        "note": note,
    }
    return {key: value for key, value in values.items() if value and key in object_type.fields}


def _same(row: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a stored row and a card mean the same person: the name, and a phone or mail unless neither has any."""
    if row["name"] != values["name"]:
        return False
    shared = any(set(row[key] or ()) & set(values.get(key, ())) for key in ("phones", "emails"))
    return shared or not any(row[key] or values.get(key) for key in ("phones", "emails"))


def _additions(row: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """What the card knows and the row does not."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        stored = row.get(key)
        if isinstance(value, list):
            more = [one for one in value if one not in (stored or ())]
            if more:
                found[key] = [*(stored or ()), *more]
        elif not stored:
            found[key] = value
    return found
