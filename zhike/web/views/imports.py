"""Importing in the browser: send a file, say what its columns are, try it, start it, follow it, take it back."""

from __future__ import annotations

from typing import Any, cast

from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.engines.importing import services
from zhike.engines.importing.models import ImportRun
from zhike.engines.importing.template import template_workbook
from zhike.jobs.models import Job
from zhike.metadata import policy
from zhike.metadata.errors import Invalid, NotFound, Problem, Problems
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import list_url
from zhike.web.background import counts
from zhike.web.edges import object_view
from zhike.web.imports.mapping import mapping_context, read_choices
from zhike.web.imports.outcome import outcome_context
from zhike.web.views.answers import refused
from zhike.web.views.batches import forced

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RUNS_SHOWN = 20
#: Object types into which a phone's address book can go.
TAKES_CARDS = {"address_entry", "contact"}
#: The part of the page that follows the work.
PART = "import-job"


def import_url(object_type: ObjectType, run: ImportRun | None = None) -> str:
    base = f"{list_url(object_type.key)}import/"
    return base if run is None else f"{base}{run.pk}/"


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def import_upload(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """Choose a file; POST takes it in and leads to its columns."""
    policy.require(request.actor, object_type, "import")
    if request.method != "POST":
        return upload_page(request, object_type)
    try:
        run = take_in(request, object_type)
    except Invalid as refusal:
        return upload_page(request, object_type, refusal.problems, status=422)
    return HttpResponseRedirect(import_url(object_type, run))


def take_in(request: AccountRequest, object_type: ObjectType) -> ImportRun:
    """The import of the posted file; raises Invalid."""
    file = request.FILES.get("file")
    if getattr(request, "oversize", None):
        raise Invalid(
            {
                "file": [
                    Problem(
                        "too_large",
                        _("The file is too large for the browser: at most 50 MB. Split it, or use “zhike import”."),
                    )
                ]
            }
        )
    if file is None:
        raise Invalid({"file": [Problem("required", _("Choose a file first."))]})
    return services.import_upload(object_type, file.chunks(), file_name=file.name or "", actor=request.actor)


def upload_page(
    request: AccountRequest, object_type: ObjectType, problems: Problems | None = None, status: int = 200
) -> HttpResponse:
    own = ImportRun.objects.filter(actor_id=request.actor.user_id or 0, object_key=object_type.key)
    runs = list(own.order_by("-pk")[:RUNS_SHOWN])
    jobs = Job.objects.in_bulk([run.job_id for run in runs if run.job_id])
    context = {
        **around(object_type),
        "problems": problems or {},
        "vcards_url": "/vcards/" if object_type.key in TAKES_CARDS else "",
        "runs": [
            {
                "run": run,
                "url": import_url(object_type, run),
                "job": jobs.get(run.job_id),
                "counts": counts(jobs[run.job_id]),
            }
            if run.job_id in jobs
            else {"run": run, "url": import_url(object_type, run), "job": None, "counts": {}}
            for run in runs
        ],
    }
    return render(request, "import/upload.html", context, status=status)


def around(object_type: ObjectType) -> dict[str, Any]:
    return {
        "object": object_type,
        "heading": _("Import %(objects)s") % {"objects": object_type.label_plural},
        "list_url": list_url(object_type.key),
        "url": import_url(object_type),
    }


@require_safe
@object_view
def import_template(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """An empty workbook with the right headings."""
    policy.require(request.actor, object_type, "import")
    name = _("%(objects)s template.xlsx") % {"objects": object_type.label_plural}
    response = HttpResponse(template_workbook(object_type, request.actor), content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def own_import(request: AccountRequest, object_type: ObjectType, import_id: int) -> ImportRun:
    """The person's own import of this object; raises NotFound."""
    run = services.own_run(import_id, actor=request.actor)
    if run.object_key != object_type.key:
        raise NotFound("import", import_id)
    return run


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def import_run(request: AccountRequest, object_type: ObjectType, import_id: int) -> HttpResponse:
    """Columns before it has started, progress and outcome afterwards; POST tries, starts, or takes another sheet."""
    run = own_import(request, object_type, import_id)
    job = Job.objects.filter(pk=run.job_id).first() if run.job_id else None
    if request.method == "POST":
        return carry_on(request, object_type, run)
    wants_columns = job is None or (run.is_dry_run and job.is_over and "columns" in request.GET)
    if job is None or wants_columns:
        return mapping_page(request, object_type, run)
    template = f"import/{'job' if request.headers.get('HX-Target') == PART else 'run'}.html"
    return render(request, template, run_context(request, object_type, run, job))


def run_context(request: AccountRequest, object_type: ObjectType, run: ImportRun, job: Job) -> dict[str, Any]:
    return {**around(object_type), **outcome_context(run, job, request.actor), "url": import_url(object_type, run)}


def carry_on(request: AccountRequest, object_type: ObjectType, run: ImportRun) -> HttpResponse:
    """What the pressed button says: take another sheet, try, or start with what was tried or chosen."""
    step = request.POST.get("step", "")
    try:
        if step == "sheet":
            services.import_sheet(run, request.POST.get("sheet", ""), actor=request.actor)
            return HttpResponseRedirect(import_url(object_type, run))
        if step == "layout":
            services.import_layout(run, request.POST.get("layout", ""), actor=request.actor)
            return HttpResponseRedirect(import_url(object_type, run))
        if "mode" in request.POST:
            read_choices(run, request.POST)
        services.import_start(run, actor=request.actor, dry_run=step != "start")
    except Invalid as refusal:
        return mapping_page(request, object_type, run, refusal.problems, status=422)
    return HttpResponseRedirect(import_url(object_type, run))


def mapping_page(
    request: AccountRequest,
    object_type: ObjectType,
    run: ImportRun,
    problems: Problems | None = None,
    status: int = 200,
) -> HttpResponse:
    policy.require(request.actor, object_type, "import")
    if not run.path.exists():
        raise Http404
    context = {
        **around(object_type),
        **mapping_context(run, object_type, request.actor, problems or {}),
        "url": import_url(object_type, run),
    }
    return render(request, "import/mapping.html", context, status=status)


@require_POST
@object_view
def import_cancel(request: AccountRequest, object_type: ObjectType, import_id: int) -> HttpResponse:
    """Stop it where it stands."""
    run = own_import(request, object_type, import_id)
    services.import_cancel(run, actor=request.actor)
    return HttpResponseRedirect(import_url(object_type, run))


@require_POST
@object_view
def import_undo(request: AccountRequest, object_type: ObjectType, import_id: int) -> HttpResponse:
    """Take all of it back; records that somebody changed since only where they were ticked."""
    run = own_import(request, object_type, import_id)
    try:
        services.import_undo(run, actor=request.actor, force=forced(request.POST.getlist("force")))
    except Invalid as refusal:
        return refused(refusal)
    return HttpResponseRedirect(import_url(object_type, run))


@require_safe
@object_view
def import_rejected(request: AccountRequest, object_type: ObjectType, import_id: int) -> HttpResponse:
    """The workbook of rejected rows with their reasons."""
    run = own_import(request, object_type, import_id)
    if not run.rejected_path.exists():
        raise Http404
    name = _("Rejected rows.xlsx")
    return cast(
        HttpResponse, FileResponse(run.rejected_path.open("rb"), as_attachment=True, filename=name, content_type=XLSX)
    )
