"""The calendar of an object type, and moving a record to another day."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.metadata.errors import BadQuery
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for
from zhike.web.edges import object_view, with_events
from zhike.web.lists.calendar import calendar_context, calendar_fields
from zhike.web.lists.chosen import listing_of
from zhike.web.lists.listing import CALENDAR, Listing
from zhike.web.lists.page import bad_query
from zhike.web.views.cell_edit import editable_field, reachable_row, save_past_others, version_of


def calendar_of(request: AccountRequest, object_type: ObjectType) -> tuple[Listing, Field]:
    """The list of the address and the date that it is drawn by; raises Http404 where there is no date, and BadQuery."""
    listing = listing_of(object_type, request.GET, actor=request.actor, base=CALENDAR)
    fields = calendar_fields(listing)
    if not fields:
        raise Http404
    return listing, fields.get(listing.calendar_by) or next(iter(fields.values()))


@require_safe
@object_view
def calendar(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """The calendar page, or its changing part for a request from within the page."""
    try:
        listing, field = calendar_of(request, object_type)
        context = calendar_context(listing, field)
    except BadQuery as refusal:
        listing = listing_of(object_type, request.GET.__class__(), actor=request.actor, base=CALENDAR)
        context = calendar_context(listing, None, bad_query(listing, refusal))
    is_part = request.headers.get("HX-Target") in {"list", "list-rows"}
    template = "calendar/calendar.html" if is_part else "calendar/page.html"
    return render(request, template, context, status=422 if context["failed"] else 200)


@require_POST
@object_view
def move(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """Put a record on another day; a moment keeps its time."""
    context = context_for(request.actor)
    field = editable_field(object_type, request.GET.get("dates", ""), context)
    row = reachable_row(object_type, record_id, field, context)
    value = row.values.get(field.key)
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        return HttpResponse(status=422)
    if not field.type.is_movable or value is None:
        return HttpResponse(status=422)
    values = {field.key: field.type.moved_to(value, day, context)}
    result = save_past_others(object_type, record_id, field, values, version=version_of(request), context=context)
    if not result.ok:
        message = next(str(found[0].message) for found in result.rows[0].problems.values())
        return with_events(HttpResponse(status=422), toast={"message": message, "level": "error"}, records_changed=None)
    toast = {"message": _("Moved to %(day)s") % {"day": formats.date_format(day, "MONTH_DAY_FORMAT")}}
    if result.batch_id is not None:
        toast["undo"] = f"/batches/{result.batch_id}/undo/"
    return with_events(HttpResponse(status=204), toast=toast, records_changed=None)
