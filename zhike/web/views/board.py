"""The board of an object type, and moving a card to another column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.metadata.errors import BadQuery, NotFound, Problem
from zhike.metadata.fields.base import Field, ValueRefused
from zhike.metadata.fields.choice_option import choice_by_key, choices_of
from zhike.metadata.object_type import ObjectType
from zhike.metadata.query import label_rows, record_row
from zhike.metadata.records import SaveResult
from zhike.metadata.saving import context_for
from zhike.metadata.time_budget import OutOfTime
from zhike.web.edges import object_view, with_events
from zhike.web.lists.board import board_context, counts, draw_heads, lanes, next_page
from zhike.web.lists.board_fields import board_fields
from zhike.web.lists.chosen import listing_of
from zhike.web.lists.listing import Listing
from zhike.web.lists.page import bad_query
from zhike.web.views.answers import changed
from zhike.web.views.bulk import control
from zhike.web.views.cell_edit import editable_field, reachable_row, save_past_others, version_of

BASE = "board/"


def board_of(request: AccountRequest, object_type: ObjectType) -> tuple[Listing, Field]:
    """The list of the address and the field of its columns; raises Http404 where no field makes columns, and BadQuery."""
    listing = listing_of(object_type, request.GET, actor=request.actor, base=BASE)
    fields = board_fields(listing)
    if not fields:
        raise Http404
    return listing, fields.get(listing.board_by) or next(iter(fields.values()))


@require_safe
@object_view
def board(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """The board page, or its changing part for a request from within the page."""
    try:
        listing, field = board_of(request, object_type)
        context = board_context(listing, field)
    except BadQuery as refusal:
        listing = listing_of(object_type, request.GET.__class__(), actor=request.actor, base=BASE)
        context = board_context(listing, None, bad_query(listing, refusal))
    is_part = request.headers.get("HX-Target") in {"list", "list-rows"}
    template = "board/board.html" if is_part else "board/page.html"
    return render(request, template, context, status=422 if context["failed"] else 200)


@require_safe
@object_view
def board_more(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """Further cards of one column, in place of the button that asked for them."""
    try:
        listing, field = board_of(request, object_type)
        column = next_page(listing, field, request.GET.get("value") or None, request.GET.get("from", ""))
    except (BadQuery, OutOfTime):
        return HttpResponse(status=422)
    return render(request, "board/cards.html", {"column": column})


@require_POST
@object_view
def move(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """Put a record into another column; what the move needs besides is asked for in the dialog."""
    try:
        listing, by = board_of(request, object_type)
    except BadQuery:
        return HttpResponse(status=422)
    context = context_for(request.actor)
    field = editable_field(object_type, by.key, context)
    reachable_row(object_type, record_id, field, context)
    values = {field.key: request.POST.get("value") or None, **asked_for(request, object_type)}
    result = save_past_others(object_type, record_id, field, values, version=version_of(request), context=context)
    if not result.ok:
        return refusal(request, object_type, result, field, record_id)
    return moved(request, listing, field, result)


def asked_for(request: AccountRequest, object_type: ObjectType) -> dict[str, Any]:
    """Values of the dialog that a refused move has opened."""
    keys = [name.removeprefix("with_") for name in request.POST if name.startswith("with_")]
    found = {key: object_type.fields.get(key) for key in keys}
    return {key: field.type.from_form(request.POST, f"with_{key}") for key, field in found.items() if field is not None}


def refusal(
    request: AccountRequest, object_type: ObjectType, result: SaveResult, field: Field, record_id: int
) -> HttpResponse:
    """Ask for missing fields; anything else is said in a toast, and the card goes back to where it was."""
    problems = result.rows[0].problems
    missing = {key: found[0] for key, found in problems.items() if key not in {"", field.key}}
    said = next((str(found[0].message) for key, found in problems.items() if key not in missing), "")
    # What a move asks for is filled in first; a condition that does not hold yet may hold then.
    if not missing:
        toast = {"message": said, "level": "error"}
        return with_events(HttpResponse(status=422), toast=toast, records_changed=None)
    told = {
        "heading": _("This step needs a little more"),
        "action": request.get_full_path(),
        "object": object_type,
        "arguments": asked_controls(request, object_type, record_id, missing),
        "hidden": [(name, request.POST.get(name, "")) for name in ("value", "version", "page")],
        "error": said,
    }
    response = render(request, "record_list/bulk_dialog.html", told, status=422)
    response["HX-Retarget"], response["HX-Reswap"] = "#dialog-content", "innerHTML"
    return response


def asked_controls(
    request: AccountRequest, object_type: ObjectType, record_id: int, missing: Mapping[str, Problem]
) -> list[dict[str, Any]]:
    """A control for each field that is missing, with what stands there or was typed; a problem may name the choices that it means."""
    context = context_for(request.actor)
    keys = tuple(missing)
    row = record_row(object_type, record_id, actor=request.actor, context=context, columns=keys)
    if row is None:
        raise NotFound(object_type.key, record_id)
    label_rows(object_type, [row], context)
    typed = asked_for(request, object_type)
    found = []
    for key, problem in missing.items():
        asked = field = object_type.fields[key]
        if "choices" in problem.details:
            named = [choice for choice in choices_of(field) if choice.key in problem.details["choices"]]
            asked = field.with_changes(options={**field.options, "choices": tuple(named)})
        value = row.values.get(key)
        if key in typed and not field.type.is_empty(typed[key]):
            try:
                value = field.type.parse(typed[key], field, context)
            except ValueRefused:
                value = None
        error = str(problem.message)
        found.append(control(asked, context, name=f"with_{key}", error=error, value=value))
    return found


def moved(request: AccountRequest, listing: Listing, field: Field, result: SaveResult) -> HttpResponse:
    """The new counts, the card's new version, and the way back; the page of the record refreshes itself."""
    if request.POST.get("page") == "record":
        return changed(toast=move_toast(request, listing, field, result))
    counted = counts(listing, field)
    shown = lanes(listing, field, counted)
    response = render(request, "board/counts.html", {"columns": draw_heads(listing, field, shown, counted)})
    response["X-Version"] = str(result.rows[0].version)
    toast = move_toast(request, listing, field, result)
    if toast is None:
        return response
    events: dict[str, Any] = {"toast": toast, "dialog_close": None}
    if any(name.startswith("with_") for name in request.POST):
        events["records_changed"] = None
    return with_events(response, **events)


def move_toast(request: AccountRequest, listing: Listing, field: Field, result: SaveResult) -> dict[str, Any] | None:
    """Where it went, with the way back; None when it stood there already."""
    if result.batch_id is None:
        return None
    choice = choice_by_key(field, request.POST.get("value", ""))
    label = choice.text(listing.context) if choice is not None else _("Not set")
    return {"message": _("Moved to %(column)s") % {"column": label}, "undo": f"/batches/{result.batch_id}/undo/"}
