"""Re-attaching what links to merged records: by the registry's links, so that objects of later domains follow too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType
from zhike.metadata.records import Origin, Row, save
from zhike.metadata.undo import stored

#: Records per call of the write path.
AT_ONCE = 500


def links_to(target: ObjectType) -> Iterator[tuple[ObjectType, Field]]:
    """Every field of every type that links to records of this type."""
    for object_type in registry.all_types():
        for field in object_type.active_fields:
            if field.computed is None and field.type.link_targets(field) == target.key:
                yield object_type, field


def linked_ids(object_type: ObjectType, field: Field, ids: Sequence[int]) -> list[int]:
    """Live records whose field links to any of ``ids``."""
    rows: Any = policy.every_record(object_type).filter(deletion__isnull=True)
    if field.type.multiple:
        rows = rows.filter(field.type.has_any(list(ids), field))  # type: ignore[attr-defined]
    else:
        rows = rows.alias(_link=field.type.expression(field)).filter(_link__in=list(ids))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def attached_count(target: ObjectType, ids: Sequence[int]) -> dict[str, int]:
    """How many records of each type hang on these, by object key."""
    found: dict[str, int] = {}
    for object_type, field in links_to(target):
        if count := len(linked_ids(object_type, field, ids)):
            found[object_type.key] = found.get(object_type.key, 0) + count
    return found


def reattach(
    target: ObjectType, losers: Sequence[int], survivor: int, *, actor: Actor, origin: Origin
) -> dict[str, int]:
    """Let every link to ``losers`` lead to ``survivor``; returns by object key how many records changed.

    What a rule forbids (a relation of the record to itself, or one that is there already) stays and goes with its record.
    """
    moved: dict[str, int] = {}
    for object_type, field in links_to(target):
        ids = linked_ids(object_type, field, losers)
        if object_type.key == target.key:
            ids = [pk for pk in ids if pk != survivor and pk not in losers]
        for start in range(0, len(ids), AT_ONCE):
            rows = _rows(object_type, field, ids[start : start + AT_ONCE], losers, survivor)
            result = save(object_type, rows, actor=actor, origin=origin, partial=True)
            moved[object_type.key] = moved.get(object_type.key, 0) + result.count("updated")
    return moved


def _rows(object_type: ObjectType, field: Field, ids: Sequence[int], losers: Sequence[int], survivor: int) -> list[Row]:
    if not field.type.multiple:
        return [Row({field.key: survivor}, id=pk) for pk in ids]
    now = stored(object_type, ids)
    return [
        Row(
            {field.key: list(dict.fromkeys(survivor if link in losers else link for link in now[pk][field.key]))}, id=pk
        )
        for pk in ids
        if pk in now
    ]
