"""Designing web forms for programs: what visitors see, and what they could be asked; all else of a form is its record."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from zhike.api.endpoint import Call, json_response
from zhike.api.openapi.definitions import FACE
from zhike.api.shape import shaped
from zhike.domain.collection.face import OBJECTS, askable
from zhike.domain.collection.models import FormVersion, WebForm
from zhike.domain.collection.services.forms import design_save, find_form, newest


def web_form_design(call: Call, form_id: int) -> HttpResponse:
    """GET /webforms/<id>/design: the newest design, and the fields that a form may ask for."""
    form = find_form(form_id, actor=call.actor)
    return json_response(_told(form, newest(form)))


def web_form_designed(call: Call, form_id: int) -> HttpResponse:
    """POST /webforms/<id>/design: what visitors see from now on; the same again makes no new version."""
    form = find_form(form_id, actor=call.actor, action="edit")
    made = design_save(form, shaped(call.object_body(), FACE), actor=call.actor)
    return json_response(_told(form, made))


def _told(form: WebForm, version: FormVersion | None) -> dict[str, Any]:
    offered = [
        {"object": key, "key": field.key, "label": str(field.label), "kind": field.type.key}
        for key in OBJECTS
        for field in askable(key)
    ]
    return {
        "form": form.pk,
        "number": version.number if version is not None else None,
        "face": version.face if version is not None else None,
        "at": version.at if version is not None else None,
        "by": version.by_id if version is not None else None,
        "offered": offered,
    }
