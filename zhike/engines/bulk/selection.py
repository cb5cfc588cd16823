"""Which records are meant: some by their ids, or all that a filter finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from zhike.metadata.actor import Actor
from zhike.metadata.object_type import ObjectType
from zhike.metadata.query import Query
from zhike.metadata.saving import context_for


@dataclass(frozen=True, slots=True)
class Selection:
    """``ids`` where the person chose rows; otherwise everything that ``filter`` lets through, as it is when work gets there."""

    ids: tuple[int, ...] | None = None
    filter: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        return {"ids": None if self.ids is None else list(self.ids), "filter": self.filter}

    def count(self, object_type: ObjectType, *, actor: Actor) -> int:
        """How many records it is about; of chosen ones some may be out of reach by now."""
        if self.ids is not None:
            return len(self.ids)
        return _query(object_type, actor, self.filter).rows().count()

    def ids_after(self, object_type: ObjectType, last: int, limit: int, *, actor: Actor) -> list[int]:
        """The next ids above ``last`` that the actor may see, in their order. Raises BadQuery."""
        if self.ids is None:
            rows = _query(object_type, actor, self.filter).rows().filter(pk__gt=last)
            return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
        waiting = sorted(pk for pk in set(self.ids) if pk > last)
        for start in range(0, len(waiting), limit):
            # Only so many at a time fit into one statement.
            part = Q(pk__in=waiting[start : start + limit])
            if found := _query(object_type, actor, self.filter, part).ids():
                return found
        return []


def _query(object_type: ObjectType, actor: Actor, tree: Mapping[str, Any] | None, where: Q | None = None) -> Query:
    return Query(object_type, actor, context_for(actor), filter=tree, where=where)


def from_json(told: Mapping[str, Any]) -> Selection:
    ids = told.get("ids")
    return Selection(None if ids is None else tuple(ids), told.get("filter"))
