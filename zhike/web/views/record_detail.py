"""The page of one record, and the parts of it that refresh on their own."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.engines.merging.services import survivor_of
from zhike.engines.notify.services import record_notifications_read
from zhike.engines.recent.services import record_opened
from zhike.metadata import policy
from zhike.metadata.errors import NotFound
from zhike.metadata.labels import record_url
from zhike.metadata.object_type import ObjectType
from zhike.web.edges import object_view
from zhike.web.records import page
from zhike.web.records.deleted import deleted_context
from zhike.web.records.story import read_state
from zhike.web.records.subject import load


@require_safe
@object_view
def record_detail(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """The page, or the part of it that a request from within the page names."""
    if request.GET.get("peek"):
        return record_peek(request, slug=object_type.slug, record_id=record_id)
    try:
        subject = load(request.actor, object_type, record_id)
    except NotFound:
        return deleted_page(request, object_type, record_id)
    part = request.headers.get("HX-Target", "")
    if part == "record-side-body":
        return render(request, "record_detail/side.html", page.side_context(subject))
    if part == "record-side-more":
        return render(request, "record_detail/side_more.html", page.more_context(subject))
    state = read_state(request.GET)
    if part == "timeline":
        return render(request, "record_detail/timeline.html", page.timeline_context(subject, state))
    return render(request, "record_detail/page.html", page.page_context(subject, state))


@require_safe
@object_view
def record_band(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """The band below the head, after something changed; the head comes along."""
    subject = load(request.actor, object_type, record_id)
    return render(request, "record_detail/band.html", page.band_context(subject))


@require_safe
@object_view
def record_timeline(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """Earlier entries, to take the place of the button that asked for them."""
    subject = load(request.actor, object_type, record_id)
    context = page.timeline_context(subject, read_state(request.GET))
    return render(request, "record_detail/entries.html", context)


@require_safe
@object_view
def record_peek(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """The record in the drawer beside a list."""
    subject = load(request.actor, object_type, record_id)
    return render(request, "record_detail/peek.html", page.peek_context(subject))


@require_POST
@object_view
def opened(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """Note that the page was opened, asked for by the page itself so that showing it writes nothing."""
    record_opened(object_type, record_id, actor=request.actor)
    record_notifications_read(request.actor, object_type.key, record_id)
    return HttpResponse(status=204)


def deleted_page(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """The record that a merged one is now; else what stands in place of a deleted one for those who would see it, or 404."""
    reached = policy.queryset_for(request.actor, object_type, deleted=True).filter(pk=record_id)
    following = survivor_of(object_type.key, record_id)
    if following is not None and policy.queryset_for(request.actor, object_type).filter(pk=following).exists():
        return HttpResponseRedirect(record_url(object_type, following))
    if not reached.exists():
        raise Http404
    return render(
        request, "record_detail/deleted.html", deleted_context(request.actor, object_type, record_id), status=410
    )
