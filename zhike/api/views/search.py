"""Quick search over everything that the caller may see."""

from __future__ import annotations

from django.http import HttpResponse

from zhike.api.endpoint import Call, json_response
from zhike.api.views.records import whole_number
from zhike.engines.search.query import search
from zhike.metadata.labels import record_url

MOST_HITS = 50


def everything_search(call: Call) -> HttpResponse:
    """GET /search: ``q`` in Chinese, pinyin, initials or part of a number; ``objects`` narrows, ``limit`` is per object."""
    keys = tuple(part for part in call.parameter("objects").split(",") if part)
    groups = search(
        call.actor,
        call.parameter("q"),
        object_keys=keys or None,
        limit=whole_number(call, "limit", 5, 1, MOST_HITS),
        context=call.context,
    )
    return json_response(
        {
            "data": [
                {
                    "object": hit.object_key,
                    "id": hit.id,
                    "title": hit.title,
                    "subtitle": hit.subtitle,
                    "url": record_url(group.object_type, hit.id),
                }
                for group in groups
                for hit in group.hits
            ],
            "more": [group.object_type.key for group in groups if group.more],
        }
    )
