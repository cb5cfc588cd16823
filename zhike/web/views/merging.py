"""Merging records side by side, and the page of a merge, from which it is taken back."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods

from zhike.accounts.middleware import AccountRequest
from zhike.engines.merging.services import TOO_FEW, records_merge
from zhike.engines.merging.undoing import Place, merge_for, merge_undo
from zhike.metadata.errors import Invalid
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import record_url
from zhike.metadata.saving import context_for
from zhike.web.edges import object_view, refusals_answered, with_events
from zhike.web.records.merging import choices_of, merge_context, number, undo_context, versions_of
from zhike.web.views.answers import go_to, refused
from zhike.web.views.duplicates import posted_ids, require_identity


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def merge_page(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """The records ``ids`` side by side; POST with ``survivor`` merges them, POST without (from a list) leads to the page."""
    require_identity(request, object_type)
    ids = posted_ids(request)
    if request.method == "POST" and "survivor" not in request.POST:
        return lead_to_page(object_type, ids)
    if len(ids) < 2:
        return HttpResponseRedirect(f"/o/{object_type.slug}/duplicates/")
    if request.method != "POST":
        return render(
            request, "merging/page.html", merge_context(object_type, ids, context_for(request.actor), request.GET)
        )
    return merge_now(request, object_type, ids)


def lead_to_page(object_type: ObjectType, ids: list[int]) -> HttpResponse:
    """From rows chosen in a list to the page that shows them side by side."""
    if len(ids) < 2:
        return refused(Invalid({"": [TOO_FEW]}))
    return go_to(f"/o/{object_type.slug}/merge/?ids={','.join(str(pk) for pk in ids)}")


def merge_now(request: AccountRequest, object_type: ObjectType, ids: list[int]) -> HttpResponse:
    """Merge as chosen and go on to the record that stays."""
    survivor = number(request.POST["survivor"]) or ids[0]
    try:
        merge = records_merge(
            object_type,
            survivor,
            ids,
            actor=request.actor,
            choices=choices_of(object_type, request.POST),
            versions=versions_of(request.POST),
        )
    except Invalid as refusal:
        problems = [problem.message for listed in refusal.problems.values() for problem in listed]
        told = merge_context(object_type, ids, context_for(request.actor), request.POST, problems)
        return render(request, "merging/page.html", told, status=422)
    url = record_url(object_type.key, survivor)
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(url)
    told_text = ngettext("%(count)d record merged in.", "%(count)d records merged in.", len(merge.merged))
    toast = {
        "message": told_text % {"count": len(merge.merged)},
        "url": f"/merges/{merge.pk}/",
        "label": _("Take it back"),
    }
    return with_events(go_to(url), toast=toast)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_answered
def merge_detail(request: AccountRequest, merge_id: int) -> HttpResponse:
    """What was merged; POST takes it back, with the later changes that are ticked."""
    merge = merge_for(merge_id, actor=request.actor)
    context = context_for(request.actor)
    if request.method != "POST":
        return render(request, "merging/merge.html", undo_context(merge, context))
    try:
        merge = merge_undo(merge_id, actor=request.actor, take_back=places_of(request))
    except Invalid as refusal:
        problems = [problem.message for listed in refusal.problems.values() for problem in listed]
        return render(request, "merging/merge.html", undo_context(merge, context, problems), status=422)
    return render(request, "merging/merge.html", undo_context(merge, context))


def places_of(request: AccountRequest) -> list[Place]:
    """Fields whose later change is taken back too."""
    found = []
    for text in request.POST.getlist("back"):
        object_key, _dot, rest = text.partition(".")
        pk, _dot, field_key = rest.partition(".")
        if (record_id := number(pk)) is not None:
            found.append((object_key, record_id, field_key))
    return found
