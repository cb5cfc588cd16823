"""Imports over the API: send a file, look at how it was understood, start it, follow it, undo it."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from zhike.api.endpoint import Call, json_response
from zhike.api.problems import Refused
from zhike.engines.importing import services
from zhike.engines.importing.models import ImportRun
from zhike.jobs.models import Job
from zhike.metadata import registry

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def import_upload(call: Call, slug: str) -> HttpResponse:
    """POST /<objects>/imports: the file itself as the body, its name in ``?name=``."""
    name = unquote(call.parameter("name")) or "import.csv"
    run = services.import_upload(
        registry.by_slug(slug), [call.request.body], file_name=name, actor=call.actor, sheet=call.parameter("sheet")
    )
    return json_response(run_json(run), 201, {"Location": f"/api/v1/imports/{run.pk}"})


def import_read(call: Call, import_id: int) -> HttpResponse:
    """GET /imports/<id>: headings, mapping, and how far it is."""
    return json_response(run_json(services.own_run(import_id, actor=call.actor)))


def import_start(call: Call, import_id: int) -> HttpResponse:
    """POST /imports/<id>/start: ``layout``, ``mapping``, ``mode``, ``key``, ``duplicates`` and ``dry_run`` as wanted.

    A layout ("" for none) begins mapping and key anew, before what else is said.
    """
    body = call.object_body()
    run = services.own_run(import_id, actor=call.actor)
    mapping, mode, key, dry_run = (body.get(name) for name in ("mapping", "mode", "key", "dry_run"))
    duplicates, layout = body.get("duplicates"), body.get("layout")
    if mapping is not None and not (
        isinstance(mapping, dict) and all(isinstance(found, str) for found in mapping.values())
    ):
        raise Refused(
            422, "bad_mapping", _("“mapping” must be an object of column positions and fields."), field="mapping"
        )
    for name, value in (("mode", mode), ("key", key), ("duplicates", duplicates), ("layout", layout)):
        if value is not None and not isinstance(value, str):
            raise Refused(422, "not_text", _("This must be text."), field=name)
    if dry_run is not None and not isinstance(dry_run, bool):
        raise Refused(422, "not_truth", _("This must be true or false."), field="dry_run")
    if layout is not None:
        services.import_layout(run, layout, actor=call.actor)
    services.import_start(
        run, actor=call.actor, mapping=mapping, mode=mode, key=key, duplicates=duplicates, dry_run=bool(dry_run)
    )
    return json_response(run_json(run), 202)


def import_cancel(call: Call, import_id: int) -> HttpResponse:
    """POST /imports/<id>/cancel: stop it; what was written stays and can be undone."""
    run = services.own_run(import_id, actor=call.actor)
    services.import_cancel(run, actor=call.actor)
    return json_response(run_json(run))


def import_undo(call: Call, import_id: int) -> HttpResponse:
    """POST /imports/<id>/undo: take back all that it wrote, but for records changed since."""
    run = services.own_run(import_id, actor=call.actor)
    job = services.import_undo(run, actor=call.actor)
    return json_response({**run_json(run), "undo": job_json(job)}, 202)


def import_rejected(call: Call, import_id: int) -> HttpResponseBase:
    """GET /imports/<id>/rejected: the workbook of rejected rows with their reasons."""
    run = services.own_run(import_id, actor=call.actor)
    if not run.rejected_path.exists():
        raise Refused(404, "nothing_rejected", _("No row was rejected."))
    return FileResponse(run.rejected_path.open("rb"), as_attachment=True, filename="rejected.xlsx", content_type=XLSX)


def run_json(run: ImportRun) -> dict[str, Any]:
    """An import as the API tells it."""
    job = Job.objects.filter(pk=run.job_id).first() if run.job_id else None
    return {
        "id": run.pk,
        "object": run.object_key,
        "file": run.file_name,
        "headers": run.headers,
        "layout": run.layout,
        "mapping": run.mapping,
        "mode": run.mode,
        "key": run.key,
        "duplicates": run.duplicates,
        "dry_run": run.is_dry_run,
        "job": job_json(job),
    }


def job_json(job: Job | None) -> dict[str, Any] | None:
    """A job's progress and result; None before it was started."""
    if job is None:
        return None
    return {
        "id": job.pk,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "result": job.result,
        "error": job.error if job.state == Job.State.FAILED else "",
    }
