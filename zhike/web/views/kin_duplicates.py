"""Pairs of records of different types that may be the same firm or person: their page, and the answer that they are not."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.engines.duplicates.kin_pairs import kin_different_say
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for
from zhike.web.edges import object_view, with_events
from zhike.web.lists.kin_candidates import kin_context
from zhike.web.views.duplicates import require_identity


@require_safe
@object_view
def kin_candidates(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """The pairs that wait for a decision."""
    require_identity(request, object_type)
    after = request.GET.get("after", "")
    place = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    return render(request, "duplicates/across.html", kin_context(object_type, context_for(request.actor), after=place))


@require_POST
@object_view
def kin_different(request: AccountRequest, object_type: ObjectType, pair_id: int) -> HttpResponse:
    """Remember that the two of a pair are not the same."""
    require_identity(request, object_type)
    kin_different_say(object_type, pair_id, actor=request.actor)
    return with_events(HttpResponse(""), toast={"message": _("Remembered: these are not duplicates.")})
