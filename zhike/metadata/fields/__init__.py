"""The kinds of field: one file each; ``FIELD_TYPES`` is the list of them."""

from __future__ import annotations

from zhike.metadata.fields.address import AddressType
from zhike.metadata.fields.auto_number import AutoNumberType
from zhike.metadata.fields.base import FieldType
from zhike.metadata.fields.birthday import BirthdayType
from zhike.metadata.fields.boolean import BooleanType
from zhike.metadata.fields.choice import ChoiceType
from zhike.metadata.fields.date import DateType
from zhike.metadata.fields.datetime import DateTimeType
from zhike.metadata.fields.decimal import DecimalType
from zhike.metadata.fields.email import EmailType
from zhike.metadata.fields.file import FileType
from zhike.metadata.fields.filter import FilterType
from zhike.metadata.fields.id_number import IdNumberType
from zhike.metadata.fields.integer import IntegerType
from zhike.metadata.fields.link import LinkType
from zhike.metadata.fields.links import LinksType
from zhike.metadata.fields.long_text import LongTextType
from zhike.metadata.fields.money import MoneyType
from zhike.metadata.fields.multi_choice import MultiChoiceType
from zhike.metadata.fields.percent import PercentType
from zhike.metadata.fields.phone import PhoneType
from zhike.metadata.fields.recurrence import RecurrenceType
from zhike.metadata.fields.text import TextType
from zhike.metadata.fields.url import UrlType
from zhike.metadata.fields.user import UserType

#: In the order in which an administrator chooses among them.
FIELD_TYPES: dict[str, FieldType] = {
    kind.key: kind
    for kind in (
        TextType(),
        LongTextType(),
        IntegerType(),
        DecimalType(),
        MoneyType(),
        PercentType(),
        DateType(),
        DateTimeType(),
        BirthdayType(),
        BooleanType(),
        ChoiceType(),
        MultiChoiceType(),
        PhoneType(),
        EmailType(),
        UrlType(),
        IdNumberType(),
        AddressType(),
        AutoNumberType(),
        LinkType(),
        LinksType(),
        UserType(),
        FileType(),
        FilterType(),
        RecurrenceType(),
    )
}


def field_type(key: str) -> FieldType:
    """The kind of field with this key; an unknown key is a bug or a row that nobody checked."""
    try:
        return FIELD_TYPES[key]
    except KeyError:
        raise LookupError(f"no kind of field is called {key!r}") from None
