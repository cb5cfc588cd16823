"""What is known of the values of a record, for programs: read it, and say that one is verified or invalid."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from zhike.api.endpoint import Call, json_response
from zhike.api.problems import Refused
from zhike.api.views.record_parts import visible
from zhike.engines.verification.marking import mark_value, states_of
from zhike.engines.verification.verifiable import verifiable_fields
from zhike.metadata import registry
from zhike.metadata.errors import NotFound
from zhike.metadata.query import record_row

PARTS = ("field", "value", "state", "means")


def record_values(call: Call, slug: str, record_id: int) -> HttpResponse:
    """GET /<objects>/<id>/values: every value that can be verified, with state, means, moment and person."""
    object_type = visible(call, slug, record_id)
    if not verifiable_fields(object_type):
        raise NotFound(object_type.key, record_id)
    row = record_row(object_type, record_id, actor=call.actor, context=call.context)
    if row is None:
        raise NotFound(object_type.key, record_id)
    return json_response({"data": states_of(object_type, record_id, row.values, call.actor)})


def record_value_said(call: Call, slug: str, record_id: int) -> HttpResponse:
    """POST /<objects>/<id>/values: say what ``value`` of ``field`` is (``state``), by what ``means``, with a ``note``."""
    object_type = registry.by_slug(slug)
    body = call.object_body()
    told = {name: body.get(name) for name in (*PARTS, "note")}
    for name in PARTS:
        if not isinstance(told[name], str):
            raise Refused(422, "not_a_text", _("This must be a text."), field=name)
    note = told["note"] if isinstance(told["note"], str) else ""
    field, value, state, means = (str(told[name]) for name in PARTS)
    mark_value(object_type.key, record_id, field, value, state, means=means, note=note, actor=call.actor)
    return json_response({"id": record_id, "field": field, "value": value, "state": state})
