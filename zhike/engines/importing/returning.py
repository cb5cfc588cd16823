"""Records that an undone import put into the bin come back when the file is imported once more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zhike.metadata import policy
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context
from zhike.metadata.matching import match_by_key
from zhike.metadata.models import Change
from zhike.metadata.object_type import ObjectType
from zhike.metadata.records import Origin, restore


def bring_back(
    object_type: ObjectType, key: str, values: Iterable[Any], *, actor: Actor, context: Context, origin: Origin
) -> dict[Any, int]:
    """Restore what the actor's own undoing deleted and what holds these unique values; ids by plain value.

    What somebody deleted on purpose stays in the bin, and its row is rejected with that reason.
    """
    wanted = [value for value in values if value is not None]
    if not wanted or not object_type.field(key).unique or not policy.may(actor, object_type, "restore"):
        return {}
    binned = match_by_key(object_type, key, wanted, actor=actor, context=context, deleted=True)
    undone = _deleted_by_undoing(object_type, [pk for ids in binned.values() for pk in ids], actor)
    if not undone:
        return {}
    done = set(restore(object_type, sorted(undone), actor=actor, origin=origin).done)
    return {value: pk for value, ids in binned.items() for pk in ids if pk in done}


def _deleted_by_undoing(object_type: ObjectType, ids: list[int], actor: Actor) -> set[int]:
    """Those whose latest change is a deletion that the actor's undoing made."""
    latest = dict(policy.every_record(object_type).filter(pk__in=ids).values_list("pk", "version"))
    deletions = Change.objects.filter(
        object_key=object_type.key,
        record_id__in=list(latest),
        action=Change.Action.DELETE,
        batch__source="undo",
        batch__actor_id=actor.user_id,
    )
    return {pk for pk, version in deletions.values_list("record_id", "version") if latest[pk] == version}
