"""Records as JSON: what an actor may see, by field key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.metadata import policy
from zhike.metadata.actor import Actor
from zhike.metadata.changes import HistoryEntry
from zhike.metadata.errors import BadQuery
from zhike.metadata.line_rows import line_type_of, stored_lines
from zhike.metadata.models import TimelineEntry
from zhike.metadata.object_type import ObjectType
from zhike.metadata.query import PageRow
from zhike.metadata.registry import SYSTEM_COLUMNS


def record_json(object_type: ObjectType, row: PageRow, keys: Iterable[str] | None = None) -> dict[str, Any]:
    """One record: id, version and the values of ``keys`` (all readable ones); masked values are text."""
    wanted = row.values if keys is None else [key for key in keys if key in row.values]
    told: dict[str, Any] = {"id": row.id, "version": row.version}
    for key in wanted:
        value, field = row.values[key], object_type.fields[key]
        told[key] = value if value is None or key in row.masked else field.type.to_json(value, field)
    return told


def lines_json(object_type: ObjectType, record_id: int, actor: Actor) -> list[dict[str, Any]]:
    """The lines of one record that the caller sees already: id, and what the caller may know of each."""
    if object_type.lines is None:
        return []
    lines, line_type = object_type.lines, line_type_of(object_type.lines)
    left_out = {lines.via, lines.position, "id", *SYSTEM_COLUMNS}
    fields = [field for field in policy.readable_fields(actor, line_type) if field.key not in left_out]
    found = []
    for row in stored_lines(lines, [record_id]).get(record_id, []):
        told: dict[str, Any] = {"id": row["id"]}
        for field in fields:
            value = policy.shown(actor, line_type, field, row.get(field.key))
            told[field.key] = plain_json(field, value)
        found.append(told)
    return found


def wanted_fields(object_type: ObjectType, actor: Actor, text: str) -> tuple[str, ...]:
    """Field keys of a ``fields`` parameter; raises BadQuery for one that the actor may not read."""
    if not text:
        return ()
    readable = {field.key for field in policy.readable_fields(actor, object_type)}
    keys = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for key in keys:
        if key not in readable:
            raise BadQuery("unknown_field", _("There is no such field."), field=key)
    return keys


def history_json(entries: Sequence[HistoryEntry]) -> list[dict[str, Any]]:
    """Changes, newest first; masked and hidden values are already so."""
    return [
        {
            "id": entry.change.pk,
            "seq": entry.change.seq,
            "at": entry.change.at,
            "actor": entry.change.actor_id,
            "action": entry.change.action,
            "version": entry.change.version,
            "changes": {
                changed.field.key: [plain_json(changed.field, value) for value in (changed.old, changed.new)]
                for changed in entry.fields
            },
        }
        for entry in entries
    ]


def plain_json(field: Any, value: Any) -> Any:
    """JSON of a plain value that may have been masked to text."""
    if value is None or isinstance(value, str):
        return value
    return field.type.to_json(value, field)


def timeline_json(entries: Sequence[TimelineEntry]) -> list[dict[str, Any]]:
    """What happened, newest first."""
    return [
        {
            "id": entry.pk,
            "at": entry.at,
            "source": entry.source_key,
            "record": entry.source_id,
            "kind": entry.kind,
            "actor": entry.actor_id,
            "title": entry.title,
            "body": entry.body,
        }
        for entry in entries
    ]
