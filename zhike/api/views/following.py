"""Following a record through the API, on behalf of the token's person."""

from __future__ import annotations

from django.http import HttpResponse

from zhike.api.endpoint import Call, json_response
from zhike.api.views.record_parts import visible
from zhike.engines.following.services import record_follow, record_unfollow


def record_followed(call: Call, slug: str, record_id: int) -> HttpResponse:
    """POST /<objects>/<id>/follow: be told of what others do with the record; 404 where nothing can be followed."""
    record_follow(visible(call, slug, record_id), record_id, actor=call.actor)
    return json_response({"id": record_id, "followed": True})


def record_left(call: Call, slug: str, record_id: int) -> HttpResponse:
    """POST /<objects>/<id>/unfollow: be told no more."""
    record_unfollow(visible(call, slug, record_id), record_id, actor=call.actor)
    return json_response({"id": record_id, "followed": False})
