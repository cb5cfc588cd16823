"""Fields that administrators define: made, changed, ordered, retired and taken up again, while everybody works on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from django.db.models import Count, Max
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue
from zhike.lib.enumeration import enumerated
from zhike.lib.keys import key_from_label
from zhike.metadata import computed_kinds, policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.computed_kinds import ComputedKind
from zhike.metadata.custom_sql import KEY
from zhike.metadata.custom_types import custom_field
from zhike.metadata.definition_log import FIELD, change_definition, defining, json_of, log_definition
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.fields.base import FieldType, Label, ValueRefused
from zhike.metadata.fields.input import plain_text, too_long
from zhike.metadata.fields.settings import keep_old_choices, read_settings
from zhike.metadata.models import Change, CustomField
from zhike.metadata.object_type import ObjectType, UnknownObject
from zhike.metadata.saving import context_for
from zhike.metadata.storage import storage

#: Most fields in use on one object, and most of them with an index; measured: 30 indexes halve the speed of imports.
MOST_FIELDS = 200
MOST_INDEXED = 20
#: Words that address something else in records, filters and the API.
RESERVED = frozenset(("id", "custom", "version", "deletion", "pk", "all", "any", "not", "object", "team", "fields"))

TEXTS = {"label_en": 60, "help": 300, "section": 60}
SWITCHES = ("required", "unique", "indexed", "sensitive")
#: The last change of the log with values of an earlier kind, and that values are just being converted.
KEPT_OPTIONS = frozenset(("kind_since", "changing"))
CHANGEABLE = frozenset(("label", "options", "default", *TEXTS, *SWITCHES))


def field_create(object_key: str, *, kind: str, label: str, actor: Actor, key: str = "", **details: Any) -> CustomField:
    """Define a field; ``details`` as in ``field_change``. Without ``key`` the label's pinyin gives one.

    Raises Denied, NotFound (no such object), and Invalid with a problem for each bad detail.
    """
    with defining(actor):
        object_type = customisable_object(object_key)
        field_kind = customisable_kind(kind)
        if len([field for field in object_type.active_fields if field.custom_id]) >= MOST_FIELDS:
            refuse("", "too_many_fields", format_lazy(_("An object has at most {most} such fields."), most=MOST_FIELDS))
        row = CustomField(object_key=object_key, kind=kind, label=checked_label(label, object_type))
        row.key = checked_key(key, label, details.get("label_en") or "", object_type)
        apply(row, field_kind, {"options": {}, **details}, object_type, actor)
        last = CustomField.objects.filter(object_key=object_key).aggregate(last=Max("order"))["last"]
        row.order = (last or 0) + 10
        row.save()
        told = ("object_key", "key", "kind", "label", "options", "default", *TEXTS, *SWITCHES)
        values = {name: (None, json_of(getattr(row, name))) for name in told}
        log_definition(row, values, actor=actor, action=Change.Action.CREATE)
        if wants_index(row):
            build_indexes(row.object_key, actor)
        return row


def field_change(field_id: int, *, actor: Actor, **changes: Any) -> CustomField:
    """Change a definition: label, label_en, help, section, required, unique, indexed, sensitive, default, options.

    Key and kind stay as they are, for they say how the stored values read. Choices that are left out are retired, not
    lost. Raises Denied, NotFound and Invalid.
    """
    with defining(actor):
        row = found_field(field_id)
        object_type = customisable_object(row.object_key)
        unknown = [name for name in changes if name not in CHANGEABLE]
        if unknown:
            refuse(unknown[0], "not_changeable", _("This cannot be changed once the field exists."))
        draft = CustomField.objects.get(pk=field_id)
        if "label" in changes:
            draft.label = checked_label(changes["label"], object_type, but=row.key)
        apply(draft, customisable_kind(row.kind), changes, object_type, actor)
        new = {name: getattr(draft, name) for name in CHANGEABLE}
        if change_definition(row, new, actor=actor) and {"unique", "indexed"} & changes.keys():
            build_indexes(row.object_key, actor)
        return row


def numbers_fill(field_id: int, *, actor: Actor) -> Job:
    """Have a worker number the records that have no number yet; raises Denied, NotFound and Invalid."""
    with defining(actor):
        row = found_field(field_id)
        if row.retired_at is not None or not customisable_kind(row.kind).is_assigned:
            refuse("", "not_possible", _("Only running numbers in use can be filled in."))
        return enqueue(
            "metadata.numbers",
            {"object": row.object_key, "field_id": row.pk},
            actor_id=actor.user_id,
            message=row.label,
        )


def field_retire(field_id: int, *, actor: Actor) -> CustomField:
    """Take a field out of forms, lists and filters; its values stay, and return with ``field_restore``."""
    return set_retired(field_id, retired=True, actor=actor)


def field_restore(field_id: int, *, actor: Actor) -> CustomField:
    """Take a retired field into use again, with the values that it had."""
    return set_retired(field_id, retired=False, actor=actor)


def set_retired(field_id: int, *, retired: bool, actor: Actor) -> CustomField:
    with defining(actor):
        row = found_field(field_id)
        if (row.retired_at is not None) is retired:
            return row
        if (row.options or {}).get("changing"):
            refuse("", "changing", _("The values are just becoming another kind; wait until that is done."))
        if retired:
            check_unused(row)
        else:
            object_type = customisable_object(row.object_key)
            kind = customisable_kind(row.kind)
            if kind.is_computed:
                apply(row, kind, {"options": row.options}, object_type, actor)
            checked_label(row.label, object_type, but=row.key)
            check_index_count(row, object_type)
            if len([field for field in object_type.active_fields if field.custom_id]) >= MOST_FIELDS:
                refuse(
                    "", "too_many_fields", format_lazy(_("An object has at most {most} such fields."), most=MOST_FIELDS)
                )
        change_definition(row, {"retired_at": timezone.now() if retired else None}, actor=actor)
        if wants_index(row):
            build_indexes(row.object_key, actor)
        return row


def fields_order(object_key: str, keys: Sequence[str], *, actor: Actor) -> None:
    """Bring the fields of an object into this order; ``keys`` name each active one once."""
    with defining(actor):
        rows = {row.key: row for row in CustomField.objects.filter(object_key=object_key, retired_at__isnull=True)}
        if len(keys) != len(rows) or set(keys) != set(rows):
            refuse("", "order_incomplete", _("The list of fields has changed meanwhile; load the page again."))
        for position, key in enumerate(keys, 1):
            change_definition(rows[key], {"order": position * 10}, actor=actor)


def check_unused(row: CustomField) -> None:
    """Refuse to take away what formulas and roll-ups in use are made from."""
    using = computed_kinds.dependents(registry.catalogue(), row.object_key, row.key)
    if using:
        names = enumerated(sorted({str(field.label) for field in using}))
        refuse(
            "",
            "used_by",
            format_lazy(_("These fields are computed from it; retire them first: {fields}."), fields=names),
        )


# Checks -----------------------------------------------------------------------------------------------------------


def refuse(name: str, code: str, message: Label) -> NoReturn:
    """Raise Invalid for one attribute of a definition; "" stands for the whole."""
    raise Invalid({name: [Problem(code, message)]})


def customisable_object(object_key: str) -> ObjectType:
    """The object type, if fields may be added to it."""
    try:
        found = registry.get(object_key)
    except UnknownObject:
        raise NotFound("object", object_key) from None
    if not found.customisable:
        raise NotFound("object", object_key)
    return found


def customisable_kind(kind: str) -> FieldType:
    found = computed_kinds.kinds().get(kind)
    if found is None or not found.customisable:
        raise Invalid({"kind": [Problem("unknown_kind", _("There is no such kind of field."))]})
    return found


def found_field(field_id: int) -> CustomField:
    row = CustomField.objects.select_for_update().filter(pk=field_id).first()
    if row is None:
        raise NotFound(FIELD, field_id)
    return row


def checked_label(raw: Any, object_type: ObjectType, but: str = "") -> str:
    """The label, which no other field in use on the object has: imports know fields by it."""
    label = read_text("label", raw)
    if not label:
        refuse("label", "required", _("Please fill this in."))
    for field in object_type.active_fields:
        if field.key != but and str(field.label) == label:
            refuse("label", "label_taken", _("Another field has this name already."))
    return label


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Turn a refused value into a problem of the attribute."""
    try:
        yield
    except ValueRefused as refusal:
        raise Invalid({name: [Problem(refusal.code, refusal.message)]}) from refusal


def read_text(name: str, raw: Any, longest: int = 60) -> str:
    with naming(name):
        text = " ".join(plain_text(raw).split())
        if len(text) > longest:
            raise too_long(longest)
    return text


def checked_key(key: str, label: str, english: str, object_type: ObjectType) -> str:
    """The key that was asked for, or one from the label; retired fields keep theirs."""
    taken = {*object_type.fields, *RESERVED}
    if not key:
        return key_from_label(english or label, taken, fallback="field")
    if not KEY.match(key):
        refuse("key", "bad_key", _("A key has small letters, digits and _, and begins with a letter."))
    if key in taken:
        refuse("key", "key_taken", _("This key is taken; choose another."))
    return key


def apply(row: CustomField, kind: FieldType, details: Mapping[str, Any], object_type: ObjectType, actor: Actor) -> None:
    """Read the details into the row, checked against each other and against what is stored."""
    for name, longest in TEXTS.items():
        if name in details:
            setattr(row, name, read_text(name, details[name] or "", longest))
    for name in SWITCHES:
        if name in details:
            setattr(row, name, details[name] is True)
    if "options" in details:
        with naming("options"):
            row.options = read_options(row, kind, details["options"] or {}, object_type, actor)
            check_target(row, kind)
    if "default" in details and not kind.is_computed:
        with naming("default"):
            descriptor = custom_field(row)
            plain = kind.parse(details["default"], descriptor, context_for(actor))
            row.default = kind.to_json(plain, descriptor)
    if kind.is_computed:
        row.unique = row.required = row.indexed = False
        row.default = None
        return
    if kind.is_assigned:
        row.unique, row.required, row.default = True, False, None
    if row.unique and not kind.can_be_unique:
        refuse("unique", "not_possible", _("This kind of field cannot be unique."))
    if row.indexed and not kind.sortable:
        refuse("indexed", "not_possible", _("This kind of field cannot be sorted, so it has no index."))
    check_index_count(row, object_type)
    if row.unique and "unique" in details and row.pk:
        check_duplicates(row, object_type)


def read_options(
    row: CustomField, kind: FieldType, raw: Mapping[str, Any], object_type: ObjectType, actor: Actor
) -> dict[str, Any]:
    if isinstance(kind, ComputedKind):
        return kind.defined(raw, row, object_type, actor)
    options = keep_old_choices(row.options or {}, read_settings(kind, raw))
    if row.pk and options.get("target") != (row.options or {}).get("target"):
        raise ValueRefused("not_changeable", _("What a field links to cannot be changed: its values would be wrong."))
    # What a change of kind left behind stays, whatever the administrator sets.
    return options | {name: value for name, value in (row.options or {}).items() if name in KEPT_OPTIONS}


def check_target(row: CustomField, kind: FieldType) -> None:
    """What the administrator chose to link to must be an object of this installation."""
    if "target" not in kind.settings:
        return
    target = kind.link_targets(custom_field(row))
    if target is not None and all(found.key != target for found in registry.all_types()):
        raise ValueRefused("unknown_object", _("There is no such object to link to."))


def wants_index(row: CustomField) -> bool:
    return row.indexed or row.unique


def check_index_count(row: CustomField, object_type: ObjectType) -> None:
    others = [field for field in object_type.active_fields if field.is_custom and field.key != row.key]
    if wants_index(row) and sum(field.indexed or field.unique for field in others) >= MOST_INDEXED:
        message = _("At most {most} fields of an object can be fast or unique; switch it off for another one first.")
        refuse("indexed", "too_many_indexes", format_lazy(message, most=MOST_INDEXED))


def check_duplicates(row: CustomField, object_type: ObjectType) -> None:
    """A field becomes unique only while no two records, deleted ones included, share a value."""
    storage().lock_key(f"unique {row.object_key}.{row.key}")
    value = custom_field(row).type.expression(custom_field(row))
    rows = policy.every_record(object_type).annotate(_value=value).filter(_value__isnull=False)
    repeated = rows.order_by().values("_value").annotate(_count=Count("pk")).filter(_count__gt=1)
    number = repeated[:100].count()
    if number:
        message = _("{number} values occur more than once; make them different first.")
        refuse("unique", "duplicates", format_lazy(message, number=number))


def build_indexes(object_key: str, actor: Actor) -> None:
    """Let a worker bring the object's indexes in line; until then everything works, only slower."""
    enqueue("metadata.custom_indexes", {"object_key": object_key}, actor_id=actor.user_id)
