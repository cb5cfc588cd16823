"""What belongs to one record: its history, its timeline, and the actions that can be run on it."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext as _

from zhike.api.endpoint import Call, json_response
from zhike.api.problems import Refused
from zhike.api.serialise import history_json, timeline_json
from zhike.api.views.bulk import MOST_RECORDS, checked_id
from zhike.api.views.records import whole_number
from zhike.metadata import changes, policy, registry, timeline
from zhike.metadata.errors import Invalid, NotFound, Problem, Problems
from zhike.metadata.fields.base import ValueRefused
from zhike.metadata.object_type import Action, ObjectType
from zhike.metadata.records import SaveResult
from zhike.metadata.writes import Made

MOST_ENTRIES = 100


def record_history(call: Call, slug: str, record_id: int) -> HttpResponse:
    """GET /<objects>/<id>/history: changes, newest first; ``before`` goes on from the last id."""
    object_type = visible(call, slug, record_id)
    before = whole_number(call, "before", 0, 1, 2**63 - 1) or None
    limit = whole_number(call, "limit", 50, 1, MOST_ENTRIES)
    entries = changes.history(call.actor, object_type, record_id, before_id=before, everything=True, limit=limit)
    return json_response({"data": history_json(entries)})


def record_timeline(call: Call, slug: str, record_id: int) -> HttpResponse:
    """GET /<objects>/<id>/timeline: what happened, newest first; ``cursor`` goes on, ``kind`` and ``q`` narrow."""
    object_type = visible(call, slug, record_id)
    limit = whole_number(call, "limit", 30, 1, MOST_ENTRIES)
    cursor = call.parameter("cursor")
    entries = timeline.entries_for(
        call.actor,
        object_type,
        record_id,
        before=_decode(cursor) if cursor else None,
        kinds=tuple(part for part in call.parameter("kind").split(",") if part),
        text=call.parameter("q"),
        limit=limit + 1,
    )
    more = len(entries) > limit
    last = entries[limit - 1] if more else None
    following = None if last is None else _encode(last.at, last.pk)
    return json_response({"data": timeline_json(entries[:limit]), "next": following})


def _encode(at: datetime, pk: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([at, pk])).decode().rstrip("=")


def _decode(text: str) -> tuple[datetime, int]:
    try:
        at, pk = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        moment = datetime.fromisoformat(at)
    except (ValueError, TypeError, binascii.Error) as failure:
        raise Refused(
            400, "bad_cursor", _("This page no longer exists: start from the first one."), field="cursor"
        ) from failure
    if moment.tzinfo is None or not isinstance(pk, int):
        raise Refused(400, "bad_cursor", _("This page no longer exists: start from the first one."), field="cursor")
    return moment, pk


def visible(call: Call, slug: str, record_id: int) -> ObjectType:
    """The object type of a record that the caller sees; raises NotFound."""
    object_type = registry.by_slug(slug)
    policy.require(call.actor, object_type, "view")
    if not policy.queryset_for(call.actor, object_type).filter(pk=record_id).exists():
        raise NotFound(object_type.key, record_id)
    return object_type


# Actions ----------------------------------------------------------------------------------------------------------


def record_action(call: Call, slug: str, record_id: int, action: str) -> HttpResponse:
    """POST /<objects>/<id>/actions/<action>: run an action on one record; the body holds its arguments."""
    return _run(call, slug, action, [record_id], call.object_body())


def records_action(call: Call, slug: str, action: str) -> HttpResponse:
    """POST /<objects>/actions/<action>: run an action on the records named in ``ids``."""
    body = dict(call.object_body())
    ids = body.pop("ids", None)
    if not isinstance(ids, list) or not 0 < len(ids) <= MOST_RECORDS:
        raise Refused(422, "bad_ids", _("“ids” must be a list of 1 to 1,000 ids."), field="ids")
    return _run(call, slug, action, [checked_id(pk, f"ids.{index}") for index, pk in enumerate(ids)], body)


def _run(call: Call, slug: str, key: str, ids: list[int], body: Any) -> HttpResponse:
    object_type = registry.by_slug(slug)
    found = object_type.actions.get(key)
    if found is None:
        raise Refused(404, "unknown_action", _("There is no such action."))
    policy.require(call.actor, object_type, found.permission)
    reached = policy.queryset_for(call.actor, object_type, found.permission).filter(pk__in=ids)
    missing = set(ids) - set(reached.values_list("pk", flat=True))
    if missing:
        raise NotFound(object_type.key, min(missing))
    result = found.run(ids, actor=call.actor, **arguments(call, found, body))
    refused = refusals(result)
    if refused and len(refused) == len(ids):
        raise Invalid(refused[ids[0]])
    told: dict[str, Any] = {"ids": [pk for pk in ids if pk not in refused], "action": key}
    if isinstance(result, Made):
        told["made"] = {"object": result.object_key, "ids": list(result.ids)}
    if refused:
        told["refused"] = [
            {"id": pk, "code": found[0].code, "message": str(found[0].message)}
            for pk, problems in refused.items()
            for found in list(problems.values())[:1]
        ]
    return json_response(told)


def refusals(result: Any) -> dict[int, Problems]:
    """Which records an action that answers row by row left as they were, and why."""
    rows = result.rows if isinstance(result, SaveResult) else []
    return {row.id: row.problems for row in rows if row.problems and row.id is not None}


def arguments(call: Call, action: Action, body: Any) -> dict[str, Any]:
    """Plain values of the action's arguments; raises Invalid."""
    problems: Problems = {}
    fields = {field.key: field for field in action.arguments}
    for key in set(body) - set(fields):
        problems[key] = [Problem("unknown_field", _("There is no such field."))]
    parsed: dict[str, Any] = {}
    for key, field in fields.items():
        raw = body.get(key)
        try:
            parsed[key] = None if raw is None else field.type.parse(raw, field, call.context)
        except ValueRefused as refusal:
            problems[key] = [Problem(refusal.code, refusal.message)]
            continue
        if field.required and field.type.is_empty(parsed[key]):
            problems[key] = [Problem("required", _("Please fill this in."))]
    if problems:
        raise Invalid(problems)
    return parsed
