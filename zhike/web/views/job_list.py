"""A person's background work: imports, exports, bulk changes, with progress, stopping, retrying and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.jobs.models import Job
from zhike.jobs.queue import job_cancel, job_retry
from zhike.web.background import FAMILIES, described, pause
from zhike.web.edges import refusals_answered
from zhike.web.views.answers import go_to
from zhike.web.views.jobs import own_job

PAGE_SIZE = 30
#: The part of the page that asks again while something runs.
PART = "jobs"


@require_safe
@refusals_answered
def job_list(request: AccountRequest) -> HttpResponse:
    """One's own work, the latest first; ``?kind=`` narrows it, ``?before=`` goes back."""
    family = request.GET.get("kind", "")
    kinds = (
        FAMILIES[family].kinds if family in FAMILIES else [kind for found in FAMILIES.values() for kind in found.kinds]
    )
    jobs = Job.objects.filter(actor_id=request.actor.user_id, kind__in=kinds).order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        jobs = jobs.filter(pk__lt=int(before))
    found = list(jobs[: PAGE_SIZE + 1])
    context = {
        "heading": _("My background work"),
        **list_context(found[:PAGE_SIZE], request.get_full_path()),
        "tabs": tabs(family),
    }
    context["older_url"] = f"?kind={family}&before={found[PAGE_SIZE - 1].pk}" if len(found) > PAGE_SIZE else ""
    template = "jobs/list.html" if request.headers.get("HX-Target") == PART else "jobs/page.html"
    return render(request, template, context)


def list_context(jobs: Sequence[Job], url: str) -> dict[str, Any]:
    running = [job for job in jobs if not job.is_over]
    return {"rows": described(jobs), "url": url, "pause": min((pause(job) for job in running), default=0)}


def tabs(active: str) -> list[dict[str, Any]]:
    found = [{"label": _("All"), "url": "/jobs/", "active": active not in FAMILIES}]
    return found + [
        {"label": family.label, "url": f"/jobs/?kind={key}", "active": key == active}
        for key, family in FAMILIES.items()
    ]


@require_POST
@refusals_answered
def stop(request: AccountRequest, job_id: int) -> HttpResponse:
    """Stop it where it stands, from the list."""
    job_cancel(own_job(job_id, request.actor).pk)
    return back(request)


@require_POST
@refusals_answered
def retry(request: AccountRequest, job_id: int) -> HttpResponse:
    """Take failed or stopped work up again from where it was left."""
    job = own_job(job_id, request.actor)
    job_retry(job.pk)
    if "list" in request.POST:
        return back(request)
    return HttpResponseRedirect(described([job])[0].url or "/jobs/")


def back(request: AccountRequest) -> HttpResponse:
    return (
        go_to("/jobs/")
        if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
        else HttpResponseRedirect("/jobs/")
    )
