"""Approval flows for programs whose token was given the settings: their versions, order and activity."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from zhike.api.endpoint import Call, json_response
from zhike.api.openapi.definitions import FLOW, FLOW_CHANGE, FLOW_VERSION
from zhike.api.shape import shaped
from zhike.api.views.settings import changed, day_of, looked_at, version_told
from zhike.engines.approvals.flows import flow_change, flow_create, matters, version_save
from zhike.engines.approvals.models import ApprovalFlow
from zhike.engines.approvals.needs import version_in_force
from zhike.metadata import registry
from zhike.metadata.errors import NotFound


def approval_flows(call: Call) -> HttpResponse:
    """GET /settings/approval-flows: all flows in the order in which they are asked, and what flows can be drawn for."""
    looked_at(call)
    offered = [{"kind": kind.key, "object": object_type.key} for kind, object_type in matters()]
    rows = ApprovalFlow.objects.filter(object_key__in=registry.catalogue())
    return json_response({"data": [_told(row) for row in rows], "offered": offered})


def _told(flow: ApprovalFlow) -> dict[str, Any]:
    version = version_in_force(flow)
    return {
        "id": flow.pk,
        "name": flow.name,
        "name_en": flow.name_en,
        "object": flow.object_key,
        "kind": flow.kind,
        "order": flow.order,
        "is_active": flow.is_active,
        "version": version.number if version is not None else None,
    }


def approval_flow_made(call: Call) -> HttpResponse:
    """POST /settings/approval-flows: a flow without a version yet."""
    changed(call)
    body = dict(shaped(call.object_body(), FLOW))
    return json_response(_told(flow_create(object_key=body.pop("object"), **body, actor=call.actor)), 201)


def approval_flow(call: Call, flow_id: int) -> HttpResponse:
    """GET /settings/approval-flows/<id>: a flow with all its versions, the newest first."""
    looked_at(call)
    flow = _found(flow_id)
    current = version_in_force(flow)
    versions: Any = flow.versions.order_by("-number")
    return json_response({**_told(flow), "versions": [version_told(row, current) for row in versions]})


def approval_flow_changed(call: Call, flow_id: int) -> HttpResponse:
    """PATCH /settings/approval-flows/<id>: rename it, move it before others, switch it off or on."""
    changed(call)
    flow = _found(flow_id)
    stored = {name: getattr(flow, name) for name in ("name", "name_en", "order", "is_active")}
    flow_change(flow, **{**stored, **shaped(call.object_body(), FLOW_CHANGE)}, actor=call.actor)
    return json_response(_told(_found(flow_id)))


def approval_version_saved(call: Call, flow_id: int) -> HttpResponse:
    """POST /settings/approval-flows/<id>/versions: a new version from a day on; what runs keeps its own."""
    changed(call)
    flow = _found(flow_id)
    body = shaped(call.object_body(), FLOW_VERSION)
    made = version_save(flow, body["definition"], effective_on=day_of(body), actor=call.actor)
    return json_response(version_told(made, version_in_force(flow)), 201)


def _found(flow_id: int) -> ApprovalFlow:
    flow = ApprovalFlow.objects.filter(pk=flow_id, object_key__in=registry.catalogue()).first()
    if flow is None:
        raise NotFound("approval_flow", flow_id)
    return flow
