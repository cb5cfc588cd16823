"""Finding the records that incoming rows mean, by a key that both have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zhike.metadata import policy
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context
from zhike.metadata.filters import comparable_field
from zhike.metadata.object_type import ObjectType


def match_by_key(
    object_type: ObjectType,
    key: str,
    values: Iterable[Any],
    *,
    actor: Actor,
    context: Context,
    deleted: bool = False,
) -> dict[Any, list[int]]:
    """Ids of the live records within the actor's sight by plain value of the field ``key``; one query.

    With ``deleted`` those in the bin that the actor may restore.

    A value with several ids is ambiguous, and it is for the caller to say so. Raises BadQuery for a field that the
    actor may not compare by, for that would tell what it holds.
    """
    field = comparable_field(object_type, key, context)
    wanted = {field.type.to_json(value, field): value for value in values if not field.type.is_empty(value)}
    if not wanted:
        return {}
    within = policy.queryset_for(actor, object_type, "restore" if deleted else "view", deleted=deleted)
    rows = within.alias(_key=field.type.expression(field))
    stored = list(wanted) if field.is_custom else list(wanted.values())
    found: dict[Any, list[int]] = {}
    for value, pk in rows.filter(_key__in=stored).order_by("pk").values_list(field.type.expression(field), "pk"):
        plain = wanted.get(value, value) if field.is_custom else value
        found.setdefault(plain, []).append(pk)
    return found
