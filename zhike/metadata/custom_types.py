"""Descriptors from rows: what administrators define in the browser becomes the same data as what code registers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.utils.functional import lazystr
from django.utils.translation import get_language, gettext_lazy as _

from zhike.metadata.computed_kinds import computed_fields
from zhike.metadata.fields import FIELD_TYPES, field_type
from zhike.metadata.fields.base import Field, Label
from zhike.metadata.fields.native import field_from_column
from zhike.metadata.fields.settings import options_from_json
from zhike.metadata.models import CustomField, CustomObject, CustomRecord, FieldLabel
from zhike.metadata.object_type import ObjectType, Section

SYSTEM_KEYS = ("owner", "department", "created_at", "created_by", "updated_at", "updated_by")


class TwoLanguages:
    """A label that an administrator wrote, in English where given and asked for."""

    def __init__(self, chinese: str, english: str) -> None:
        self.chinese = chinese
        self.english = english

    def __str__(self) -> str:
        return self.english if self.english and (get_language() or "").startswith("en") else self.chinese


def label(row: CustomField | CustomObject) -> Label:
    """The row's name in the language of whoever looks."""
    return lazystr(TwoLanguages(row.label, row.label_en)) if row.label_en else row.label


class Renamed:
    """A field's name here, or its shipped one in a language in which it was not renamed."""

    def __init__(self, shipped: Label, row: FieldLabel) -> None:
        self.shipped = shipped
        self.row = row

    def __str__(self) -> str:
        own = self.row.label_en if (get_language() or "").startswith("en") else self.row.label
        return own or str(self.shipped)


def with_label(found: ObjectType, field: Field, row: FieldLabel) -> ObjectType:
    """The object type with one of the product's fields renamed."""
    renamed = replace(field, label=lazystr(Renamed(field.label, row)))
    return replace(found, fields={**found.fields, field.key: renamed})


def custom_field(row: CustomField) -> Field:
    """The descriptor of one custom field."""
    kind = field_type(row.kind)
    found = Field(
        key=row.key,
        type=kind,
        label=label(row),
        help=row.help,
        required=row.required,
        unique=row.unique,
        readonly=kind.is_assigned,
        indexed=row.indexed,
        sensitive=row.sensitive,
        retired=row.retired_at is not None,
        options=options_from_json(row.options or {}),
        custom_id=row.pk,
    )
    return found if row.default is None else replace(found, default=kind.from_json(row.default, found))


def stored_fields(rows: list[CustomField]) -> dict[str, Field]:
    """Descriptors of the fields whose values stand in the records, by key."""
    return {row.key: custom_field(row) for row in rows if row.kind in FIELD_TYPES}


def with_computed_fields(
    found: ObjectType, rows: list[CustomField], catalogue: Mapping[str, ObjectType], stage: int
) -> ObjectType:
    """The object type with those of its fields that are computed from others, in the order of the administrator."""
    labels = {row.pk: label(row) for row in rows}
    own = computed_fields(rows, labels, catalogue, stage)
    if not own:
        return found
    fields = {**found.fields, **own}
    order = {row.key: place for place, row in enumerate(rows)}
    first = [key for key in fields if key not in order]
    return replace(
        found,
        fields={key: fields[key] for key in [*first, *sorted(fields.keys() & order.keys(), key=order.__getitem__)]},
    )


def with_custom_fields(found: ObjectType, rows: list[CustomField]) -> ObjectType:
    """The object type with its custom fields, in sections of their own at the end of the form."""
    if not rows:
        return found
    own = stored_fields(rows)
    return replace(
        found,
        fields={**found.fields, **own},
        form=(*found.form, *sections(rows)),
        filters=(*found.filters, *(row.key for row in rows if row.retired_at is None and row.indexed)),
        search=(
            *found.search,
            *(row.key for row in rows if row.retired_at is None and row.indexed and row.kind == "text"),
        ),
    )


def sections(rows: list[CustomField]) -> tuple[Section, ...]:
    """Sections named by the administrator; fields without one come under "More"."""
    named: dict[str, list[str]] = {}
    for row in rows:
        if row.retired_at is None:
            named.setdefault(row.section, []).append(row.key)
    return tuple(Section(name or _("More"), tuple(keys)) for name, keys in named.items())


def descriptor(made: CustomObject, rows: list[CustomField]) -> ObjectType:
    """The object type of a custom object; all of them share the table of CustomRecord."""
    own = stored_fields(rows)
    found = {key: field_from_column(CustomRecord._meta.get_field(key)) for key in ("name", *SYSTEM_KEYS)}
    native = {key: field for key, field in found.items() if field is not None}
    active = [row for row in rows if row.retired_at is None]
    number = Field(key="id", type=field_type("integer"), label=_("number"), column="id", readonly=True, indexed=True)
    return ObjectType(
        model=CustomRecord,
        key=made.key,
        slug=made.key,
        label=label(made),
        label_plural=label(made),
        fields={
            "name": replace(native["name"], indexed=True),
            **own,
            **{key: field for key, field in native.items() if key != "name"},
            "id": number,
        },
        title="name",
        icon=made.icon,
        group=made.group,
        order=made.order,
        columns=("name", *(row.key for row in active[:6]), "owner", "updated_at"),
        filters=("owner", *(row.key for row in active if row.indexed)),
        search=("name", *(row.key for row in active if row.indexed and row.kind in {"text", "phone", "email"})),
        form=(Section(label(made), ("name",)), *sections(rows), Section(_("Responsibility"), ("owner", "department"))),
        quick=("name", *(row.key for row in active if row.required)),
        board_by=made.board_by if made.board_by in own else None,
        import_keys=("name", *(row.key for row in active if row.unique)),
        has_timeline=True,
        custom_id=made.pk,
    )
