"""Searching within a list: by the search index, or by "contains" where the index cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from zhike.engines.search.query import candidates
from zhike.metadata import policy
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.object_type import ObjectType

MOST_FIELDS = 4
#: Beyond this many hits a list is narrowed by the words themselves: so many ids do not fit into a statement.
MOST_CANDIDATES = 2_000


def within(object_type: ObjectType, q: str, context: Context) -> tuple[Mapping[str, Any] | None, Q | None]:
    """What narrows a list to records that ``q`` finds: a filter, or a condition on ids."""
    if not q:
        return None, None
    found = candidates(context.actor, object_type, q, limit=MOST_CANDIDATES)
    if found is not None:
        return None, Q(pk__in=found)
    fields = searched_fields(object_type, context)
    if not fields:
        return None, None
    words = [
        {"any": [{"field": field.key, "op": "contains", "value": word} for field in fields]} for word in q.split()[:5]
    ]
    return {"all": words}, None


def searched_fields(object_type: ObjectType, context: Context) -> list[Field]:
    """The title and the first fields of the search that take "contains" and that the actor may compare by."""
    fields = [object_type.field(key) for key in dict.fromkeys((object_type.title, *object_type.search))]
    return [
        field
        for field in fields
        if not field.retired
        and policy.comparable(context.actor, object_type, field)
        and any(operator.key == "contains" for operator in field.type.operators)
    ][:MOST_FIELDS]
