"""Reading and writing records of any object: list, one, create, change, delete, restore, remove."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext as _

from zhike.api.endpoint import Call, json_response
from zhike.api.problems import Refused
from zhike.api.serialise import lines_json, record_json, wanted_fields
from zhike.engines.merging.services import survivor_of
from zhike.metadata import policy, records, registry
from zhike.metadata.errors import Invalid, NotFound
from zhike.metadata.object_type import ObjectType
from zhike.metadata.query import Query, record_row
from zhike.metadata.records import Origin
from zhike.metadata.recycle_bin import IN_USE, PARENT_DELETED, BinResult

ORIGIN = Origin(source="api")
MOST_ROWS = 200


def records_list(call: Call, slug: str) -> HttpResponse:
    """GET /<objects>: a page of records; ``filter``, ``sort``, ``cursor``, ``limit``, ``fields``, ``deleted``, ``count``."""
    object_type = registry.by_slug(slug)
    deleted = truth(call, "deleted")
    action = "restore" if deleted else "view"
    policy.require(call.actor, object_type, action)
    query = Query(
        object_type,
        call.actor,
        call.context,
        columns=wanted_fields(object_type, call.actor, call.parameter("fields")),
        filter=filter_of(call),
        sort=tuple(part for part in call.parameter("sort").split(",") if part),
        cursor=call.parameter("cursor") or None,
        limit=whole_number(call, "limit", 50, 1, MOST_ROWS),
        deleted=deleted,
        action=action,
    )
    page = query.page()
    keys = query.columns or None
    body: dict[str, Any] = {
        "data": [record_json(object_type, row, keys) for row in page.rows],
        "next": page.next_cursor,
        "previous": page.previous_cursor,
    }
    if truth(call, "count"):
        count = query.count()
        body["count"] = {"value": count.value, "capped": count.capped}
    return json_response(body)


def record_read(call: Call, slug: str, record_id: int) -> HttpResponse:
    """GET /<objects>/<id>: one record with its version as ETag."""
    object_type = registry.by_slug(slug)
    policy.require(call.actor, object_type, "view")
    try:
        return record_response(call, object_type, record_id)
    except NotFound:
        following = survivor_of(object_type.key, record_id)
        if following is None or not policy.queryset_for(call.actor, object_type).filter(pk=following).exists():
            raise
        told = _("This record was merged into number %(id)d.") % {"id": following}
        location = {"Location": f"/api/v1/{object_type.slug}/{following}"}
        raise Refused(410, "merged", told, headers=location) from None


def record_create(call: Call, slug: str) -> HttpResponse:
    """POST /<objects>: create a record."""
    object_type = creatable(slug)
    record_id = records.record_save(object_type, call.object_body(), actor=call.actor, origin=ORIGIN)
    location = {"Location": f"/api/v1/{object_type.slug}/{record_id}"}
    return record_response(call, object_type, record_id, status=201, headers=location)


def record_change(call: Call, slug: str, record_id: int) -> HttpResponse:
    """PATCH /<objects>/<id>: change the given fields; If-Match must hold the version that was read."""
    object_type = registry.by_slug(slug)
    policy.require(call.actor, object_type, "edit")
    version = if_match(call)
    records.record_save(object_type, call.object_body(), actor=call.actor, id=record_id, version=version, origin=ORIGIN)
    return record_response(call, object_type, record_id)


def record_delete(call: Call, slug: str, record_id: int) -> HttpResponse:
    """DELETE /<objects>/<id>: put a record and its children into the recycle bin."""
    object_type = registry.by_slug(slug)
    settle(object_type, record_id, records.delete(object_type, [record_id], actor=call.actor, origin=ORIGIN))
    return HttpResponse(status=204)


def record_restore(call: Call, slug: str, record_id: int) -> HttpResponse:
    """POST /<objects>/<id>/restore: bring back a deleted record with what went with it."""
    object_type = registry.by_slug(slug)
    settle(object_type, record_id, records.restore(object_type, [record_id], actor=call.actor, origin=ORIGIN))
    return record_response(call, object_type, record_id)


def record_purge(call: Call, slug: str, record_id: int) -> HttpResponse:
    """POST /<objects>/<id>/purge: remove a deleted record for good."""
    object_type = registry.by_slug(slug)
    settle(object_type, record_id, records.purge(object_type, [record_id], actor=call.actor, origin=ORIGIN))
    return HttpResponse(status=204)


# Parts of requests ------------------------------------------------------------------------------------------------


def record_response(
    call: Call, object_type: ObjectType, record_id: int, *, status: int = 200, headers: dict[str, str] | None = None
) -> HttpResponse:
    """The record as the caller may see it now; one who may write but not see gets the id alone."""
    row = record_row(object_type, record_id, actor=call.actor, context=call.context)
    if row is None:
        if status == 201:
            return json_response({"id": record_id}, status, headers)
        raise NotFound(object_type.key, record_id)
    told = record_json(object_type, row)
    if object_type.lines is not None:
        told["lines"] = lines_json(object_type, record_id, call.actor)
    return json_response(told, status, {**(headers or {}), "ETag": f'"{row.version}"'})


def creatable(slug: str) -> ObjectType:
    """The object type, if its records come into being by the general write path."""
    object_type = registry.by_slug(slug)
    if not object_type.creatable:
        raise Refused(405, "not_creatable", _("Such records are made in the settings."), headers={"Allow": "GET"})
    return object_type


def settle(object_type: ObjectType, record_id: int, result: BinResult) -> None:
    """Raise for a record that could not be deleted, restored or removed."""
    problem = result.refused.get(record_id)
    if problem is None:
        return
    if problem in (IN_USE, PARENT_DELETED):
        raise Invalid({"": [problem]})
    raise NotFound(object_type.key, record_id)


def if_match(call: Call) -> int | None:
    """The version in If-Match; None for ``*``. Raises Refused when it is absent (428) or no version."""
    header = call.request.headers.get("If-Match", "").strip()
    if not header:
        raise Refused(428, "version_required", _("Send the version that you read as If-Match."))
    if header == "*":
        return None
    text = header.removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refused(412, "stale", _("If-Match does not hold a version of this record."))
    return int(text)


def filter_of(call: Call) -> Any:
    """The ``filter`` parameter: the filter language as JSON."""
    text = call.parameter("filter")
    if not text:
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as failure:
        raise Refused(400, "bad_filter", _("The filter is not JSON that can be read."), field="filter") from failure


def whole_number(call: Call, name: str, default: int, least: int, most: int) -> int:
    """A whole number parameter within bounds."""
    text = call.parameter(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 19 and least <= int(text) <= most):
        detail = _("This must be a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}
        raise Refused(400, "bad_parameter", detail, field=name)
    return int(text)


def truth(call: Call, name: str) -> bool:
    """A yes-or-no parameter."""
    text = call.parameter(name)
    if text not in {"", "true", "false", "1", "0"}:
        raise Refused(400, "bad_parameter", _("This must be true or false."), field=name)
    return text in {"true", "1"}
