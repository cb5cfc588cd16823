"""Entries of the change log in words: which field was what before, and what it is now."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhike.metadata import policy
from zhike.metadata.actor import FieldAccess
from zhike.metadata.changes import FieldChange, HistoryEntry
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.models import Change
from zhike.metadata.object_type import ObjectType
from zhike.web.records.subject import Wanted, want_values

#: Longer values are cut in the timeline; the record itself shows all.
LONGEST = 160


def want_changes(wanted: Wanted, object_type: ObjectType, entries: list[HistoryEntry]) -> None:
    """Note what the changed values link to."""
    for entry in entries:
        for change in entry.fields:
            want_values(wanted, object_type, {change.field.key: change.old})
            want_values(wanted, object_type, {change.field.key: change.new})


def summary(entry: HistoryEntry) -> str:
    """What was done, without the fields."""
    words = {
        Change.Action.CREATE: _("created this record"),
        Change.Action.UPDATE: _("changed facts"),
        Change.Action.DELETE: _("deleted this record"),
        Change.Action.RESTORE: _("restored this record"),
        Change.Action.PURGE: _("removed this record for good"),
    }
    return words[Change.Action(entry.change.action)]


def field_changes(entry: HistoryEntry, object_type: ObjectType, context: Context) -> list[dict[str, Any]]:
    """Old and new value of each field as the reader may see them."""
    return [
        {
            "key": change.field.key,
            "label": change.field.label,
            "old": value_text(change, change.old, object_type, context),
            "new": value_text(change, change.new, object_type, context),
        }
        for change in entry.fields
    ]


def value_text(change: FieldChange, value: Any, object_type: ObjectType, context: Context) -> str:
    field = change.field
    if field.type.is_empty(value):
        return ""
    if is_masked(field, object_type, context):
        return str(field.type.masked_cell(value))
    text = " ".join(field.type.text(value, field, context).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def is_masked(field: Field, object_type: ObjectType, context: Context) -> bool:
    """Whether ``changes.history`` gave the value masked."""
    return policy.access(context.actor, object_type, field) < FieldAccess.READ_ONLY
