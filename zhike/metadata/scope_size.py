"""Whether somebody reaches few records or many, on which the way of the database to a page depends."""

from __future__ import annotations

import time
from typing import Any

from django.db.models import Max

from zhike.metadata import policy
from zhike.metadata.actor import Actor
from zhike.metadata.object_type import ObjectType
from zhike.metadata.ordered_ids import counted

#: Up to this many rows a scope is gathered before it is sorted.
SMALL_SCOPE = 10_000
#: From this many rows on nobody waits for all to be counted: PostgreSQL counts nine a microsecond.
LARGE_TABLE = 250_000
SECONDS_KEPT = 60.0

_sizes: dict[tuple[Any, ...], tuple[float, int]] = {}
_highest: dict[str, tuple[float, int]] = {}


def is_small(actor: Actor, object_type: ObjectType, action: str) -> bool:
    """Whether the actor reaches at most SMALL_SCOPE records; what is only the actor's own always counts as few."""
    return object_type.is_private or scope_size(actor, object_type, action) <= SMALL_SCOPE


def scope_size(actor: Actor, object_type: ObjectType, action: str) -> int:
    """How many rows the actor reaches, each part of them counted up to a little over SMALL_SCOPE; kept for a minute."""
    key = (actor.user_id, actor.role_keys, actor.department_ids, object_type.key, action)
    known = _sizes.get(key)
    now = time.monotonic()
    if known is not None and known[0] > now:
        return known[1]
    parts = policy.parts_for(actor, object_type, action, apart=True)
    if parts is None:
        parts = [policy.queryset_for(actor, object_type, action, gathered=True)]
    [size] = counted([parts], SMALL_SCOPE + 1)
    _sizes[key] = (now + SECONDS_KEPT, size)
    return size


def is_large(object_type: ObjectType) -> bool:
    """Whether the type's table may hold more than LARGE_TABLE rows, by its highest id; kept for a minute."""
    known = _highest.get(object_type.key)
    now = time.monotonic()
    if known is None or known[0] <= now:
        highest = object_type.model._default_manager.aggregate(last=Max("pk"))["last"] or 0
        known = _highest[object_type.key] = (now + SECONDS_KEPT, highest)
    return known[1] > LARGE_TABLE
