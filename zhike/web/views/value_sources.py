"""Where the values of a record come from, fetched once somebody points at one of them."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for
from zhike.web.edges import object_view
from zhike.web.records.subject import load
from zhike.web.records.value_sources import sources


@require_safe
@object_view
def record_sources(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """A sentence by field key."""
    load(request.actor, object_type, record_id)
    return JsonResponse(sources(object_type, record_id, context_for(request.actor)))
