"""Data quality for programs: inspections of samples, normalising, and the search for values that cannot be right."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from zhike.api.endpoint import Call, json_response
from zhike.api.openapi.definitions import CLEANING, INSPECTION, VERDICT
from zhike.api.problems import Refused
from zhike.api.serialise import plain_json
from zhike.api.shape import shaped
from zhike.api.views.records import whole_number
from zhike.domain.quality.cleaning import JOB as CLEANING_JOB, OBJECTS, clean_start, preview
from zhike.domain.quality.inspecting import (
    error_rate,
    inspection_found,
    inspection_start,
    inspections_seen,
    item_judge,
    items_seen,
)
from zhike.engines.verification.searching import JOB as SEARCH_JOB, search_start
from zhike.jobs.models import Job
from zhike.jobs.queue import job_cancel
from zhike.metadata import policy, registry
from zhike.metadata.errors import Denied, NotFound

LARGEST_ID = 2**63 - 1
MOST_ROWS = 200


# Inspections ------------------------------------------------------------------------------------------------------


def _customers(call: Call, *, writes: bool = False) -> None:
    """Raise Denied for who sees no customers, and for a token that may only read where something is written."""
    policy.require(call.actor, registry.get("customer"), "view")
    if writes and not call.actor.token_allows("customer", "edit"):
        raise Denied("customer", "edit")


def inspections(call: Call) -> HttpResponse:
    """GET /quality/inspections: those within reach, the newest first; ``before`` goes on from the last id."""
    _customers(call)
    before, limit = whole_number(call, "before", 0, 1, LARGEST_ID), whole_number(call, "limit", 50, 1, MOST_ROWS)
    rows = inspections_seen(call.actor)
    listed = list((rows.filter(pk__lt=before) if before else rows)[: limit + 1])
    following = listed[limit - 1].pk if len(listed) > limit else None
    return json_response({"data": [_told(row) for row in listed[:limit]], "next": following})


def _told(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "user": row.user_id,
        "by": row.by_id,
        "size": row.size,
        "population": row.population,
        "created_at": row.created_at,
        "closed_at": row.closed_at,
        "open": row.still_open,
        "right": row.found_right,
        "wrong": row.found_wrong,
        "error_percent": error_rate(row.found_right, row.found_wrong),
    }


def inspection_drawn(call: Call) -> HttpResponse:
    """POST /quality/inspections: draw a sample of ``size`` customers of ``user``."""
    _customers(call, writes=True)
    body = shaped(call.object_body(), INSPECTION)
    made = inspection_start(body["user"], body["size"], actor=call.actor)
    return _whole(call, made.pk, 201)


def inspection(call: Call, inspection_id: int) -> HttpResponse:
    """GET /quality/inspections/<id>: the fields to judge, as far as the caller sees customer and field."""
    _customers(call)
    return _whole(call, inspection_id)


def _whole(call: Call, inspection_id: int, status: int = 200) -> HttpResponse:
    found = inspection_found(inspection_id, actor=call.actor)
    items = [
        {
            "id": seen.item.pk,
            "customer": seen.item.customer_id,
            "field": seen.field.key,
            "value": seen.item.value,
            "verdict": seen.item.verdict,
            "note": seen.item.note,
            "by": seen.item.by_id,
            "at": seen.item.at,
        }
        for seen in items_seen(found, actor=call.actor)
    ]
    return json_response({**_told(found), "items": items}, status)


def inspection_judged(call: Call, inspection_id: int, item_id: int) -> HttpResponse:
    """POST /quality/inspections/<id>/items/<item>: say what one field is; the last one closes the inspection."""
    _customers(call, writes=True)
    body = shaped(call.object_body(), VERDICT)
    note = " ".join(body.get("note", "").split())
    item_judge(inspection_id, item_id, body["verdict"], note=note, actor=call.actor)
    return _whole(call, inspection_id)


# Cleaning ---------------------------------------------------------------------------------------------------------


def cleaning_tried(call: Call) -> HttpResponse:
    """GET /quality/cleanings: what normalising would change among the first records of ``object``; writes nothing."""
    key = call.parameter("object", OBJECTS[0])
    if key not in OBJECTS:
        raise Refused(400, "unknown_object", _("There is no such object."), field="object")
    found = preview(key, actor=call.actor)
    changes = [
        {"id": pk, "field": field.key, "before": plain_json(field, before), "after": plain_json(field, after)}
        for pk, field, before, after in found.changes
    ]
    return json_response({"looked_at": found.looked_at, "records": found.records, "changes": changes})


def cleaning_begun(call: Call) -> HttpResponse:
    """POST /quality/cleanings: normalise all records of ``object`` that the caller may change."""
    key = shaped(call.object_body(), CLEANING)["object"]
    return _begun(clean_start(key, actor=call.actor, label=_("Clean up")))


def search_begun(call: Call) -> HttpResponse:
    """POST /quality/searches: mark values of customers that cannot be right by their form."""
    shaped(call.object_body(), {"type": "object"})
    return _begun(search_start("customer", actor=call.actor, label=_("Search for invalid values")))


def _begun(job: Job) -> HttpResponse:
    return json_response(_job_told(job), 202)


def _job_told(job: Job) -> dict[str, Any]:
    return {
        "id": job.pk,
        "kind": job.kind,
        "object": job.params["object"],
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "result": job.result,
    }


def quality_job(call: Call, job_id: int) -> HttpResponse:
    """GET /quality/jobs/<id>: how far a cleaning or search is that the caller began."""
    return json_response(_job_told(_own_job(call, job_id)))


def quality_job_stopped(call: Call, job_id: int) -> HttpResponse:
    """POST /quality/jobs/<id>/cancel: stop it where it stands; what is done stays done."""
    job = _own_job(call, job_id)
    policy.require(call.actor, registry.get(job.params["object"]), "edit")
    job_cancel(job.pk)
    return json_response(_job_told(_own_job(call, job_id)))


def _own_job(call: Call, job_id: int) -> Job:
    kinds = (CLEANING_JOB, SEARCH_JOB)
    job = Job.objects.filter(pk=job_id, actor_id=call.actor.user_id, kind__in=kinds).first()
    if job is None:
        raise NotFound("job", job_id)
    return job
