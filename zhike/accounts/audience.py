"""Who else sees a record: the question behind every notice and every mention."""

from __future__ import annotations

from collections.abc import Collection

from zhike.accounts.actors import actor_for_id
from zhike.metadata import policy
from zhike.metadata.object_type import ObjectType


def people_who_see(object_type: ObjectType, record_id: int, user_ids: Collection[int]) -> frozenset[int]:
    """Those of the people who may see the record now; asks once a person, so give it a handful."""
    found = set()
    for user_id in sorted(user_ids):
        actor = actor_for_id(user_id)
        if actor is not None and policy.queryset_for(actor, object_type).filter(pk=record_id).exists():
            found.add(user_id)
    return frozenset(found)
