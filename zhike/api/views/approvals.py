"""Approvals for programs: the path of one, what a record needs, and asking for it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from zhike.api.endpoint import Call, json_response
from zhike.api.problems import Refused
from zhike.api.views.record_parts import visible
from zhike.engines.approvals import queries
from zhike.engines.approvals.kinds import UnknownKind, approval_kind
from zhike.engines.approvals.models import Approval
from zhike.engines.approvals.needs import approval_need, planned
from zhike.engines.approvals.starting import approval_offer
from zhike.engines.approvals.story import need_words, paths_of, who_words

MOST_LISTED = 50


def approval_path(call: Call, approval_id: int) -> HttpResponse:
    """GET /approvals/<id>/path: its steps with their people, and all that happened."""
    visible(call, "approvals", approval_id)
    row = Approval.objects.get(pk=approval_id)
    return json_response({"data": _path(row, call)})


def _path(row: Approval, call: Call) -> dict[str, Any]:
    path = paths_of([row], call.context.language)[row.pk]
    return {"id": row.pk, "state": row.state, "round": row.round, **asdict(path)}


def record_approvals(call: Call, slug: str, record_id: int) -> HttpResponse:
    """GET /<objects>/<id>/approvals: those of a record; with ``kind`` also whether one is needed, why and whose."""
    object_type = visible(call, slug, record_id)
    rows = queries.about(object_type.key, record_id, call.actor)[:MOST_LISTED]
    listed = [{"id": row.pk, "title": row.title, "kind": row.kind, "state": row.state} for row in rows]
    kind = call.parameter("kind")
    if not kind:
        return json_response({"data": listed})
    try:
        approval_kind(kind)
    except UnknownKind:
        raise Refused(400, "unknown_kind", _("There is no such kind of approval."), field="kind") from None
    need = approval_need(object_type, record_id, kind=kind, actor=call.actor)
    if need is None:
        return json_response({"data": listed, "need": None})
    steps = planned(need, object_type, record_id, actor=call.actor)
    told = {
        "flow": need.flow.label(call.context.language) if need.flow is not None else None,
        "version": need.version.number if need.version is not None else None,
        "when": need.definition.when,
        "asker": need.definition.asker,
        "covers": list(need.definition.covers),
        "steps": [
            {
                "stage": step.stage,
                "name": step.step.name,
                "who": who_words(step.step.who),
                "need": need_words(step.step.need, step.step.share),
                "is_needed": step.is_needed,
                "people": step.found.people,
                "fell_back": step.found.fell_back,
            }
            for step in steps
        ],
    }
    return json_response({"data": listed, "need": told})


def record_approval_asked(call: Call, slug: str, record_id: int) -> HttpResponse:
    """POST /<objects>/<id>/approvals: ask for one; the body holds ``kind`` and ``reason``."""
    object_type = visible(call, slug, record_id)
    body = call.object_body()
    kind, reason = body.get("kind"), body.get("reason") or ""
    if not isinstance(kind, str) or not isinstance(reason, str):
        raise Refused(422, "bad_kind", _("“kind” and “reason” are texts."), field="kind")
    made = approval_offer(object_type, record_id, kind=kind, reason=reason, actor=call.actor)
    return json_response({"id": made}, status=201)
