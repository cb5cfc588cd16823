"""Objects that administrators define: made, changed, retired and taken up again."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.lib.enumeration import enumerated
from zhike.lib.keys import key_from_label
from zhike.metadata import computed_kinds, registry
from zhike.metadata.actor import Actor
from zhike.metadata.custom_sql import KEY
from zhike.metadata.customising import read_text, refuse
from zhike.metadata.definition_log import FIELD, LABEL, OBJECT, change_definition, defining, json_of, log_definition
from zhike.metadata.errors import NotFound
from zhike.metadata.models import Change, CustomField, CustomObject
from zhike.metadata.navigation import GROUPS

MOST_OBJECTS = 100
#: Addresses and history keys that mean something else.
RESERVED = frozenset(
    (FIELD, LABEL, OBJECT, "batch", "calendar", "demo", "file", "files", "import", "job", "jobs", "login", "me", "new", "openapi",
     "quality", "role", "search", "settings", "static", "task", "token", "tokens", "view", "views", "x")
)  # fmt: skip
ICON = re.compile(r"[a-z0-9-]{1,40}\Z", re.ASCII)
TEXTS = {"label_en": 60, "description": 300}
CHANGEABLE = frozenset(("label", "icon", "group", "order", "board_by", *TEXTS))


def object_create(*, label: str, actor: Actor, key: str = "", **details: Any) -> CustomObject:
    """Define an object with a name field; further fields come by ``field_create``. Raises Denied and Invalid."""
    with defining(actor):
        if CustomObject.objects.filter(retired_at__isnull=True).count() >= MOST_OBJECTS:
            refuse("", "too_many_objects", format_lazy(_("There are at most {most} such objects."), most=MOST_OBJECTS))
        row = CustomObject(label=checked_label(label))
        row.key = checked_key(key, row.label, str(details.get("label_en") or ""))
        apply(row, details)
        row.order = (CustomObject.objects.aggregate(last=Max("order"))["last"] or 490) + 10
        row.save()
        told = ("key", "label", "icon", "group", "order", *TEXTS)
        values = {name: (None, json_of(getattr(row, name))) for name in told}
        log_definition(row, values, actor=actor, action=Change.Action.CREATE)
        return row


def object_change(object_id: int, *, actor: Actor, **changes: Any) -> CustomObject:
    """Change label, label_en, description, icon, group, order or board_by. Raises Denied, NotFound and Invalid."""
    with defining(actor):
        row = found_object(object_id)
        unknown = [name for name in changes if name not in CHANGEABLE]
        if unknown:
            refuse(unknown[0], "not_changeable", _("This cannot be changed once the object exists."))
        draft = found_object(object_id)
        if "label" in changes:
            draft.label = checked_label(changes["label"], but=row.key)
        apply(draft, changes)
        change_definition(row, {name: getattr(draft, name) for name in CHANGEABLE}, actor=actor)
        return row


def object_retire(object_id: int, *, actor: Actor) -> CustomObject:
    """Take an object out of use; its records stay. Refused while fields in use link to it."""
    with defining(actor):
        row = found_object(object_id)
        if row.retired_at is None:
            check_unlinked(row)
            change_definition(row, {"retired_at": timezone.now()}, actor=actor)
        return row


def object_restore(object_id: int, *, actor: Actor) -> CustomObject:
    """Take a retired object into use again, with its records."""
    with defining(actor):
        row = found_object(object_id)
        checked_label(row.label, but=row.key)
        change_definition(row, {"retired_at": None}, actor=actor)
        return row


def found_object(object_id: int) -> CustomObject:
    row = CustomObject.objects.select_for_update().filter(pk=object_id).first()
    if row is None:
        raise NotFound(OBJECT, object_id)
    return row


def checked_label(raw: Any, but: str = "") -> str:
    label = read_text("label", raw)
    if not label:
        refuse("label", "required", _("Please fill this in."))
    for found in registry.all_types():
        if found.key != but and label in {str(found.label), str(found.label_plural)}:
            refuse("label", "label_taken", _("Another object has this name already."))
    return label


def checked_key(key: str, label: str, english: str) -> str:
    """The key, which is also the address; retired objects keep theirs."""
    taken = {*RESERVED, *CustomObject.objects.values_list("key", flat=True)}
    for found in registry.all_types():
        taken |= {found.key, found.slug}
    if not key:
        return key_from_label(english or label, taken, fallback="object")
    if not KEY.match(key):
        refuse("key", "bad_key", _("A key has small letters, digits and _, and begins with a letter."))
    if key in taken:
        refuse("key", "key_taken", _("This key is taken; choose another."))
    return key


def apply(row: CustomObject, details: dict[str, Any]) -> None:
    """Read the details into the row."""
    for name, longest in TEXTS.items():
        if name in details:
            setattr(row, name, read_text(name, details[name] or "", longest))
    if "icon" in details:
        row.icon = str(details["icon"] or "box")
        if not ICON.match(row.icon):
            refuse("icon", "bad_icon", _("Choose an icon from the list."))
    if "group" in details:
        row.group = str(details["group"] or "")
        if row.group and row.group not in GROUPS:
            refuse("group", "bad_group", _("Choose a group from the list."))
    if "order" in details:
        row.order = checked_order(details["order"])
    if "board_by" in details:
        row.board_by = checked_board(row, str(details["board_by"] or ""))


def checked_order(raw: Any) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 <= raw < 10_000:
        refuse("order", "out_of_range", _("Give a whole number from 0 to 9999."))
    return int(raw)


def checked_board(row: CustomObject, key: str) -> str:
    """Columns of a board come from a choice field in use."""
    if not key:
        return ""
    fields = registry.get(row.key).fields if row.pk and row.retired_at is None else {}
    field = fields.get(key)
    if field is None or field.retired or not field.type.groupable:
        refuse("board_by", "not_groupable", _("Choose a field with choices for the columns of the board."))
    return key


def check_unlinked(row: CustomObject) -> None:
    links = CustomField.objects.filter(retired_at__isnull=True).exclude(object_key=row.key)
    linking = [field.label for field in links if field.options.get("target") == row.key]
    computed = computed_kinds.dependents(registry.catalogue(), row.key)
    linking += [str(field.label) for field in computed if str(field.label) not in linking]
    if linking:
        message = _("These fields link to it; retire them first: {fields}.")
        refuse("", "linked_to", format_lazy(message, fields=enumerated(linking)))
