"""Exporting a list as it is shown: what and in which form, how far it is, and the finished file."""

from __future__ import annotations

from typing import Any, cast

from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.engines.exporting.models import ExportRun
from zhike.engines.exporting.services import export_cancel as cancel, export_start as start, own_export
from zhike.jobs.models import Job
from zhike.metadata import policy, registry
from zhike.metadata.errors import BadQuery
from zhike.metadata.object_type import ObjectType, UnknownObject
from zhike.metadata.places import list_url
from zhike.web.background import progress_context
from zhike.web.edges import object_view, refusals_answered, with_events
from zhike.web.lists.chosen import listing_of, ticked
from zhike.web.lists.listing import Listing

#: The part that follows the work, in the dialog as on the page.
PART = "export-job"
LEFT_OUT = frozenset({"csrfmiddlewaretoken", "rows", "format", "ids", "everything", "cursor", "first"})


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def export_list(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """Ask which rows and which format; POST starts the export of exactly those."""
    policy.require(request.actor, object_type, "export")
    data = request.POST if request.method == "POST" else request.GET
    try:
        listing = listing_of(object_type, data, actor=request.actor)
        if request.method == "POST":
            return follow(request, begin(request, listing), status=202)
        return ask(request, listing)
    except BadQuery as refusal:
        return with_events(HttpResponse(status=422), toast={"message": str(refusal.message), "level": "error"})


def ask(request: AccountRequest, listing: Listing) -> HttpResponse:
    chosen = ticked(request.GET)
    context = {
        "url": request.path,
        "object": listing.object_type,
        "kept": dict.fromkeys((name, value) for name, value in request.GET.items() if name not in LEFT_OUT),
        "ids": chosen,
        "takes_chosen": bool(chosen) and request.GET.get("everything") != "1",
        "count": listing.query(columns=()).count(),
        "columns": [field.label for field in listing.columns],
        "is_narrowed": bool(listing.filter or listing.state.q),
    }
    return render(request, "export/dialog.html", context)


def begin(request: AccountRequest, listing: Listing) -> ExportRun:
    """Start the export of the list; raises Denied and BadQuery."""
    ids: list[int] | None = None
    if request.POST.get("rows") == "chosen":
        ids = list(ticked(request.POST))
    elif listing.state.q:
        # What is searched for is not part of the filter language: the rows are settled now.
        ids = listing.query(columns=()).ids()
    form = "csv" if request.POST.get("format") == "csv" else "xlsx"
    run, _job = start(
        listing.object_type,
        actor=request.actor,
        columns=[field.key for field in listing.columns],
        filter=None if ids is not None else listing.filter,
        sort=listing.sort,
        ids=ids,
        form=form,
    )
    return run


def follow(request: AccountRequest, run: ExportRun, status: int = 200) -> HttpResponse:
    """How far it is: the whole page, the part within it, or the dialog that asked."""
    is_part = request.headers.get("HX-Target") == PART
    in_dialog = request.headers.get("HX-Target") == "dialog-content"
    template = "export/job.html" if is_part else "export/started.html" if in_dialog else "export/page.html"
    return render(request, template, export_context(run), status=status if in_dialog else 200)


def export_context(run: ExportRun) -> dict[str, Any]:
    """The context of export/job.html."""
    job = Job.objects.filter(pk=run.job_id or 0).first()
    if job is None:
        raise Http404
    object_type = registry.get(run.object_key)
    return {
        "heading": _("Export %(objects)s") % {"objects": object_type.label_plural},
        "run": run,
        "rows": f"{run.rows:,}",
        **progress_context(job),
        "url": f"/exports/{run.pk}/",
        "list_url": list_url(run.object_key),
        "object": object_type,
        "is_there": job.state == Job.State.DONE and run.path.exists(),
    }


@require_safe
@refusals_answered
def export_page(request: AccountRequest, export_id: int) -> HttpResponse:
    """One's own export."""
    return follow(request, found_export(request, export_id))


def found_export(request: AccountRequest, export_id: int) -> ExportRun:
    try:
        return own_export(export_id, actor=request.actor)
    except UnknownObject as failure:
        raise Http404 from failure


@require_POST
@refusals_answered
def export_cancel(request: AccountRequest, export_id: int) -> HttpResponse:
    """Stop it; no file is kept."""
    run = found_export(request, export_id)
    cancel(run, actor=request.actor)
    if request.headers.get("HX-Target") == PART:
        return follow(request, run)
    return HttpResponseRedirect(f"/exports/{run.pk}/")


@require_safe
@refusals_answered
def export_file(request: AccountRequest, export_id: int) -> HttpResponse:
    """The finished file."""
    run = found_export(request, export_id)
    if not run.path.exists():
        raise Http404
    name = f"{registry.get(run.object_key).label_plural} {run.created_at:%Y-%m-%d}.{run.format}"
    return cast(HttpResponse, FileResponse(run.path.open("rb"), as_attachment=True, filename=name))
