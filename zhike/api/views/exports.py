"""Exports over the API: ask for a list as a file, follow it, fetch it."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from zhike.api.endpoint import Call, json_response
from zhike.api.problems import Refused
from zhike.api.views.imports import job_json
from zhike.engines.exporting.models import LIST_FORMATS, ExportRun
from zhike.engines.exporting.services import export_cancel as cancel, export_start as start, own_export
from zhike.jobs.models import Job
from zhike.metadata import registry


def export_start(call: Call, slug: str) -> HttpResponse:
    """POST /<objects>/exports: ``filter``, ``sort``, ``columns`` and ``format`` (xlsx or csv)."""
    body = call.object_body()
    form = body.get("format", "xlsx")
    if form not in LIST_FORMATS:
        raise Refused(422, "bad_format", _("“format” must be xlsx or csv."), field="format")
    run, _job = start(
        registry.by_slug(slug),
        actor=call.actor,
        columns=texts(body, "columns"),
        filter=body.get("filter"),
        sort=texts(body, "sort"),
        form=form,
    )
    return json_response(run_json(run), 202, {"Location": f"/api/v1/exports/{run.pk}"})


def texts(body: Any, name: str) -> tuple[str, ...]:
    """A list of texts in the body; raises Refused."""
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise Refused(422, "not_texts", _("This must be a list of field keys."), field=name)
    return tuple(value)


def export_read(call: Call, export_id: int) -> HttpResponse:
    """GET /exports/<id>: how far it is."""
    return json_response(run_json(own_export(export_id, actor=call.actor)))


def export_cancel(call: Call, export_id: int) -> HttpResponse:
    """POST /exports/<id>/cancel: stop it; no file is kept."""
    run = own_export(export_id, actor=call.actor)
    cancel(run, actor=call.actor)
    return json_response(run_json(run))


def export_file(call: Call, export_id: int) -> HttpResponseBase:
    """GET /exports/<id>/file: the finished file."""
    run = own_export(export_id, actor=call.actor)
    if not run.path.exists():
        raise Refused(404, "no_file", _("The file is not ready, or no longer kept."))
    return FileResponse(run.path.open("rb"), as_attachment=True, filename=f"{run.object_key}.{run.format}")


def run_json(run: ExportRun) -> dict[str, Any]:
    """An export as the API tells it."""
    job = Job.objects.filter(pk=run.job_id).first() if run.job_id else None
    return {
        "id": run.pk,
        "object": run.object_key,
        "columns": run.columns,
        "format": run.format,
        "rows": run.rows,
        "job": job_json(job),
    }
