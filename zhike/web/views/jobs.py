"""Bulk work in progress: how far it is, stopping it, what came of it, and taking it back."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.jobs.models import Job
from zhike.jobs.queue import job_cancel
from zhike.metadata.actor import Actor
from zhike.metadata.errors import NotFound
from zhike.metadata.models import Batch
from zhike.metadata.undo import may_undo
from zhike.web.background import FAMILIES, described, pause
from zhike.web.edges import refusals_answered
from zhike.web.views.batches import known_object, take_back


def own_job(job_id: int, actor: Actor) -> Job:
    """A job that the actor asked for; raises NotFound."""
    found = Job.objects.filter(pk=job_id, actor_id=actor.user_id).first() if actor.user_id else None
    if found is None:
        raise NotFound("job", job_id)
    return found


@require_safe
@refusals_answered
def job_page(request: AccountRequest, job_id: int) -> HttpResponse:
    """The page asks again every second until the work is over."""
    found = own_job(job_id, request.actor)
    if elsewhere(found.kind):
        return HttpResponseRedirect(described([found])[0].url or "/jobs/")
    is_part = request.headers.get("HX-Target") == "job"
    template = "batch/job.html" if is_part else "batch/job_page.html"
    return render(
        request, template, {"heading": found.message or _("Work in progress"), **job_context(found, request.actor)}
    )


def elsewhere(kind: str) -> bool:
    """Imports and exports have pages of their own."""
    return kind in FAMILIES["import"].kinds or kind in FAMILIES["export"].kinds


def job_context(found: Job, actor: Actor) -> dict[str, Any]:
    batches = list(Batch.objects.filter(job_id=found.pk))
    undoable = found.is_over and batches and all(may_undo(actor, batch) and not batch.undone_by_id for batch in batches)
    result: dict[str, Any] = found.result if isinstance(found.result, dict) else found.checkpoint.get("outcome", {})
    object_type = known_object(str(found.params.get("object", "")))
    return {
        "job": found,
        "pause": pause(found),
        "percent": min(100, round(100 * found.done / found.total)) if found.total else 0,
        "result": result,
        "object": object_type,
        "list_url": f"/o/{object_type.slug}/" if object_type else "/",
        "undo_url": f"/jobs/{found.pk}/undo/" if undoable else "",
    }


@require_POST
@refusals_answered
def cancel(request: AccountRequest, job_id: int) -> HttpResponse:
    """Stop it where it stands; what is done stays done and can be taken back."""
    job_cancel(own_job(job_id, request.actor).pk)
    found = own_job(job_id, request.actor)
    return render(request, "batch/job.html", job_context(found, request.actor))


@require_POST
@refusals_answered
def undo(request: AccountRequest, job_id: int) -> HttpResponse:
    """Take back all that the job wrote."""
    found = own_job(job_id, request.actor)
    return take_back(request, list(Batch.objects.filter(job_id=found.pk)), request.path)
