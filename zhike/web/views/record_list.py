"""The list of an object type: one address for the page and for the part of it that changes."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.metadata.errors import BadQuery
from zhike.metadata.object_type import ObjectType
from zhike.metadata.query import Count
from zhike.metadata.saving import context_for
from zhike.web.edges import object_view, with_events
from zhike.web.lists.chosen import listing_of, readable_listing
from zhike.web.lists.filter_fields import builder_words, filter_fields, with_known
from zhike.web.lists.page import bad_query, list_context, tools

#: Parts of the page that ask for the list alone.
PARTS = frozenset({"list", "list-rows"})


@require_safe
@object_view
def record_list(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """The list page, or its changing part for a request from within the page."""
    try:
        listing = listing_of(object_type, request.GET, actor=request.actor)
        context = list_context(listing)
    except BadQuery as refusal:
        context = unreadable(request, object_type, refusal)
    status = 422 if context["failed"] else 200
    if request.headers.get("HX-Target") not in PARTS:
        return render(request, "record_list/page.html", context, status=status)
    # What asked may have been a dialog, such as that of the columns.
    return with_events(render(request, "record_list/list.html", context, status=status), dialog_close=None)


def unreadable(request: AccountRequest, object_type: ObjectType, refusal: BadQuery) -> dict[str, object]:
    """The list without rows for an address whose filter is no filter at all."""
    listing = listing_of(object_type, QueryDict(), actor=request.actor)
    return list_context(listing, bad_query(listing, refusal))


@require_safe
@object_view
def record_count(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """How many rows the list has, for its footer and the offer to choose them all."""
    try:
        counted = listing_of(object_type, request.GET, actor=request.actor).query(columns=()).count()
    except BadQuery:
        counted = Count(None)
    return render(request, "record_list/count.html", {"count": count_text(counted), "known": counted.value is not None})


def count_text(counted: Count) -> str:
    if counted.value is None:
        return _("many")
    return f"{counted.value:,}+" if counted.capped else f"{counted.value:,}"


@require_safe
@object_view
def filter_builder(request: AccountRequest, object_type: ObjectType, base: str = "") -> HttpResponse:
    """The builder's form, fetched when somebody opens it; ``?format=json`` gives the fields alone."""
    fields = filter_fields(object_type, context_for(request.actor))
    if request.GET.get("format") == "json":
        return JsonResponse({"fields": fields, "words": builder_words()})
    listing = readable_listing(object_type, request.GET, actor=request.actor, base=base)
    try:
        with_known(fields, listing.filter, object_type, listing.context)
    except (LookupError, TypeError, KeyError):
        # A filter that no longer works is for the builder to replace.
        listing = readable_listing(object_type, QueryDict(), actor=request.actor, base=base)
    told = {**tools(listing, []), "path": listing.page_path, "filter_fields": fields, "filter_words": builder_words()}
    return render(request, "record_list/filter_form.html", told)
