"""What is known of one value of a record, and saying that it is verified or invalid."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from zhike.accounts.middleware import AccountRequest
from zhike.engines.verification.marking import checked_field, mark_value, readable_field
from zhike.metadata.errors import Invalid
from zhike.metadata.object_type import ObjectType
from zhike.web.edges import object_view
from zhike.web.quality.vouching import value_context
from zhike.web.records.subject import load
from zhike.web.views.answers import changed, refused


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def record_value(request: AccountRequest, object_type: ObjectType, record_id: int, key: str) -> HttpResponse:
    """GET tells what is known of ``value``; POST says what it is."""
    find = checked_field if request.method == "POST" else readable_field
    field = find(object_type, key, request.actor)
    subject = load(request.actor, object_type, record_id)
    if request.method == "POST":
        told = {name: request.POST.get(name, "") for name in ("value", "state", "means", "note")}
        try:
            mark_value(
                object_type.key,
                record_id,
                key,
                told["value"],
                told["state"],
                means=told["means"],
                note=told["note"],
                actor=request.actor,
            )
        except Invalid as refusal:
            return refused(refusal)
        return changed()
    context = value_context(subject, field, request.GET.get("value", ""))
    if context is None:
        raise Http404
    return render(request, "quality/value.html", context)
