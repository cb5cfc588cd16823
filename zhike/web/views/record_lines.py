"""Sums and filled-in values of the lines in a form that is not saved yet."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from zhike.accounts.middleware import AccountRequest
from zhike.metadata import policy
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for
from zhike.web.edges import object_view
from zhike.web.records import forms, line_grid
from zhike.web.records.forms import Form
from zhike.web.records.subject import load


@require_POST
@object_view
def line_sums(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """The whole form comes, with ``changed`` = "<token>.<field>" and ``record`` where it is stored; nothing is written."""
    if object_type.lines is None:
        raise Http404
    if not any(policy.may(request.actor, object_type, action) for action in ("create", "edit")):
        raise PermissionDenied
    context = context_for(request.actor)
    text = request.POST.get("record", "")
    record_id = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    values = forms.defaults(object_type, context)
    if record_id is not None:
        values = dict(load(request.actor, object_type, record_id).row.values)
    form = Form(object_type, context, forms.full_sections(object_type, context), values)
    form.grid = line_grid.grid_of(object_type, context, record_id, values)
    forms.read(form, request.POST)
    if form.grid is None:
        raise Http404
    told = line_grid.answer(form.grid, object_type, form.values, request.POST.get("changed", ""))
    return JsonResponse(told)
