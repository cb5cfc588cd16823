"""Which fields hold values that can be verified, how a value is named, and what its mere form tells."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.lib.addresses import address_text
from zhike.lib.credit_code import parse_credit_code
from zhike.lib.districts import address_gap
from zhike.lib.phone_segments import carrier_of, phone_fault
from zhike.lib.refusal import Refused
from zhike.metadata.fields.base import Field, Label
from zhike.metadata.object_type import ObjectType

LONGEST = 300
#: Kinds of field each of whose values can be verified.
KINDS = ("phone", "email", "address", "id_number")

FAULTS: Mapping[str, Label] = {
    "no_segment": _("No carrier has numbers that begin like this."),
    "machine": _("Numbers that begin like this are in machines: nobody answers."),
    "no_such_area": _("There is no such area code, or the number is too long or too short for it."),
    "bad_checksum": _("The check character does not fit the others."),
    "province": _("The province is missing."),
    "city": _("The city is missing."),
    "district": _("The district is missing."),
    "district_unknown": _("The city has no district of this name."),
    "street": _("The street is missing."),
}
CARRIERS: Mapping[str, Label] = {
    "mobile": pgettext_lazy("carrier", "China Mobile"),
    "unicom": pgettext_lazy("carrier", "China Unicom"),
    "telecom": pgettext_lazy("carrier", "China Telecom"),
    "broadnet": pgettext_lazy("carrier", "China Broadnet"),
    "virtual": pgettext_lazy("carrier", "virtual carrier"),
    "satellite": pgettext_lazy("carrier", "satellite"),
}


@dataclass(frozen=True, slots=True)
class FormCheck:
    """What the form of a value tells: ``code`` of the fault ("" for none), whether it rules the value out, and a hint."""

    code: str = ""
    is_final: bool = False
    hint: Label = ""

    @property
    def message(self) -> Label:
        return FAULTS.get(self.code, "")


def has_findings(object_type: ObjectType) -> bool:
    """Whether values of such records can be confirmed: not where records are somebody's own or know no identity."""
    return not object_type.is_private and (object_type.identity is not None or object_type.is_custom)


def verifiable_fields(object_type: ObjectType) -> tuple[Field, ...]:
    """Fields by which people and firms are known and reached: each of their values can be right or wrong by itself.

    Every other stored field can be confirmed too, such as a name in an archive review, but nobody is asked to.
    """
    return tuple(field for field in object_type.active_fields if is_verifiable(object_type, field))


def is_verifiable(object_type: ObjectType, field: Field) -> bool:
    if not has_findings(object_type):
        return False
    is_code = object_type.identity is not None and field.key == object_type.identity.code
    return field.computed is None and not field.retired and (field.type.key in KINDS or is_code)


def texts_of(field: Field, value: Any) -> list[str]:
    """The names of a plain value: each phone and mail by itself, an address as one line, anything else as a whole."""
    if field.type.is_empty(value):
        return []
    if field.type.key == "address":
        return [address_text(value)[:LONGEST]]
    if field.type.key in KINDS:
        return [str(item)[:LONGEST] for item in (value if field.type.multiple else [value])]
    return [name_of(field.type.to_json(value, field))]


def name_of(value: Any) -> str:
    """The name of a JSON value: a text is its own, and what is too long goes by its digest."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= LONGEST else f"sha256:{sha256(text.encode()).hexdigest()}"


def check_form(field: Field, item: Any) -> FormCheck:
    """What can be told without asking anybody; ``item`` is one phone or mail, or the whole plain value."""
    return CHECKS.get(field.type.key, _check_code)(item)


def _check_phone(number: Any) -> FormCheck:
    fault = phone_fault(str(number))
    return FormCheck(fault or "", fault is not None, CARRIERS.get(carrier_of(str(number)) or "", ""))


def _check_address(address: Any) -> FormCheck:
    return FormCheck(address_gap(address) or "")


def _check_code(code: Any) -> FormCheck:
    try:
        parse_credit_code(str(code))
    except Refused:
        return FormCheck("bad_checksum", is_final=True)
    return FormCheck()


def _fine(_item: Any) -> FormCheck:
    """The syntax of mails and identity numbers is checked when they are saved."""
    return FormCheck()


CHECKS: dict[str, Callable[[Any], FormCheck]] = {
    "phone": _check_phone,
    "address": _check_address,
    "email": _fine,
    "id_number": _fine,
}
