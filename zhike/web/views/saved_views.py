"""Keeping a list as a view: naming, sharing, changing and deleting it, and which columns it shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.engines.saved_views import services
from zhike.engines.saved_views.models import SavedView
from zhike.engines.saved_views.views import may_share, visible
from zhike.metadata import policy
from zhike.metadata.errors import BadQuery, Invalid, NotFound, Problem
from zhike.metadata.object_type import ObjectType
from zhike.web.edges import object_view, with_events
from zhike.web.lists.chosen import readable_listing
from zhike.web.lists.listing import BOARD, CALENDAR, Listing
from zhike.web.lists.state import ListState


def opened(listing: Listing, view_id: int | None) -> HttpResponse:
    """Go to the list under a view, with the dialog closed."""
    state = ListState(view=str(view_id) if view_id else "")
    response = HttpResponse(status=204, headers={"HX-Location": listing.page_path + state.query_string()})
    return with_events(response, dialog_close=None)


def dialog(request: AccountRequest, refusal: Invalid | None = None, **told: Any) -> HttpResponse:
    errors = {key: problems[0].message for key, problems in refusal.problems.items()} if refusal else {}
    context = {"action": request.get_full_path(), "errors": errors, "typed": request.POST.get("name"), **told}
    return render(request, "record_list/view_dialog.html", context, status=422 if refusal else 200)


def listing_asked(request: AccountRequest, object_type: ObjectType) -> Listing:
    """The list or board that the dialog was opened over."""
    base = CALENDAR if request.GET.get("dates") else BOARD if request.GET.get("by") else ""
    return readable_listing(object_type, request.GET, actor=request.actor, base=base)


def as_invalid(refusal: Invalid | BadQuery) -> Invalid:
    """A filter or order that does not work is said beside the name."""
    if isinstance(refusal, Invalid):
        return refusal
    return Invalid({"name": [Problem(refusal.code, refusal.message)]})


def sharing(
    request: AccountRequest, object_type: ObjectType, now: str = SavedView.Shared.PRIVATE
) -> list[dict[str, Any]]:
    """With whom the actor may share."""
    return [
        {"key": key, "label": label, "checked": key == now}
        for key, label in SavedView.Shared.choices
        if may_share(request.actor, object_type, key)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def view_new(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """Keep the list as it is under a new name."""
    listing = listing_asked(request, object_type)
    refusal = None
    if request.method == "POST":
        try:
            row = services.view_create(
                object_type,
                name=request.POST.get("name", ""),
                definition=listing.definition,
                shared=request.POST.get("shared", ""),
                actor=request.actor,
            )
            return opened(listing, row.pk)
        except (Invalid, BadQuery) as problem:
            refusal = as_invalid(problem)
    told = {"heading": _("Save as a new view"), "named": True, "shares": sharing(request, object_type)}
    return dialog(request, refusal, **told)


@require_POST
@object_view
def view_update(request: AccountRequest, object_type: ObjectType, view_id: int) -> HttpResponse:
    """Let the view say what the list says now."""
    listing = listing_asked(request, object_type)
    try:
        services.view_update(view_id, definition=listing.definition, actor=request.actor)
    except BadQuery as refusal:
        return with_events(HttpResponse(status=422), toast={"message": str(refusal.message), "level": "error"})
    return opened(listing, view_id)


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def view_rename(request: AccountRequest, object_type: ObjectType, view_id: int) -> HttpResponse:
    row = own_view(request, object_type, view_id)
    refusal = None
    if request.method == "POST":
        try:
            services.view_rename(view_id, name=request.POST.get("name", ""), actor=request.actor)
            return opened(listing_asked(request, object_type), view_id)
        except Invalid as problem:
            refusal = problem
    return dialog(request, refusal, heading=_("Rename"), named=True, name=row.name)


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def view_share(request: AccountRequest, object_type: ObjectType, view_id: int) -> HttpResponse:
    row = own_view(request, object_type, view_id)
    refusal = None
    if request.method == "POST":
        try:
            services.view_share(view_id, shared=request.POST.get("shared", ""), actor=request.actor)
            return opened(listing_asked(request, object_type), view_id)
        except Invalid as problem:
            refusal = problem
    return dialog(request, refusal, heading=_("Share"), shares=sharing(request, object_type, row.shared))


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def view_duplicate(request: AccountRequest, object_type: ObjectType, view_id: int) -> HttpResponse:
    """A copy of one's own, of any view that one sees."""
    if not visible(request.actor).filter(pk=view_id, object_key=object_type.key).exists():
        raise NotFound("saved_view", view_id)
    refusal = None
    if request.method == "POST":
        try:
            row = services.view_duplicate(view_id, name=request.POST.get("name", ""), actor=request.actor)
            return opened(listing_asked(request, object_type), row.pk)
        except (Invalid, BadQuery) as problem:
            refusal = as_invalid(problem)
    return dialog(request, refusal, heading=_("Duplicate the view"), named=True)


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def view_delete(request: AccountRequest, object_type: ObjectType, view_id: int) -> HttpResponse:
    row = own_view(request, object_type, view_id)
    if request.method == "POST":
        services.view_delete(view_id, actor=request.actor)
        return opened(listing_asked(request, object_type), None)
    told = {
        "heading": _("Delete the view “%(name)s”?") % {"name": row.name},
        "lead": _("Its records stay; whoever uses the view loses it."),
        "url": request.get_full_path(),
        "label": _("Delete the view"),
    }
    return render(request, "parts/confirm.html", told)


def own_view(request: AccountRequest, object_type: ObjectType, view_id: int) -> SavedView:
    """Raises NotFound and Denied."""
    row = services.editable(view_id, request.actor)
    if row.object_key != object_type.key:
        raise NotFound("saved_view", view_id)
    return row


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def views_order(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """One's own views in the order of their tabs; POST brings them into the order sent."""
    listing = listing_asked(request, object_type)
    if request.method == "POST":
        own = {str(row.pk): row.pk for row in listing.own_views}
        ids = [own[text] for text in request.POST.getlist("views") if text in own]
        services.views_order(object_type, ids, actor=request.actor)
        return opened(listing, listing.view.saved.pk if listing.view.saved else None)
    told = {"action": request.get_full_path(), "rows": listing.own_views}
    return render(request, "record_list/views_dialog.html", told)


@require_safe
@object_view
def columns(request: AccountRequest, object_type: ObjectType, base: str = "") -> HttpResponse:
    """Which columns the list shows and in which order; sending it opens the list with them."""
    listing = readable_listing(object_type, request.GET, actor=request.actor, base=base)
    shown = [field for field in listing.columns if field.key != object_type.title]
    keys = {field.key for field in shown} | {object_type.title}
    others = [field for field in policy.readable_fields(request.actor, object_type) if field.key not in keys]
    rows = [{"key": field.key, "label": field.label, "checked": True} for field in shown]
    rows += [{"key": field.key, "label": field.label, "checked": False} for field in others]
    kept = [pair for pair in listing.tidy(listing.state).pairs() if pair[0] not in {"columns", "cursor", "first"}]
    told = {
        "path": listing.page_path,
        "kept": kept,
        "rows": rows,
        "title": object_type.title,
        "plain_url": listing.url(columns=object_type.columns),
    }
    return render(request, "record_list/columns_dialog.html", told)
