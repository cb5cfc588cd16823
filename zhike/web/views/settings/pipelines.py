"""Pipelines: drawn stage by stage, held against the deals that run, and published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from zhike.accounts.middleware import AccountRequest
from zhike.accounts.models import User
from zhike.domain.deals.definition import read
from zhike.domain.deals.designing import (
    check,
    draft_save,
    latest,
    pipeline_create,
    pipeline_use,
    version_publish,
    violations,
    working_definition,
)
from zhike.domain.deals.models import Opportunity, Pipeline
from zhike.metadata import registry
from zhike.metadata.errors import Invalid, Problems
from zhike.metadata.places import list_url
from zhike.metadata.saving import context_for
from zhike.web.deals.designing import drawn_stages, new_stage, posted_definition
from zhike.web.deals.stages import told
from zhike.web.deals.step_designing import drawn_steps, new_step, posted_steps
from zhike.web.edges import post_only
from zhike.web.lists.filter_fields import builder_words, filter_fields
from zhike.web.lists.state import ListState
from zhike.web.records.moments import moment
from zhike.web.settings_pages import SettingsPage, add, belongs_to, settings_render

PAGE = add(
    SettingsPage(
        address="settings_pipelines",
        label=_("Sales pipelines"),
        text=_("Decides through which stages deals go and what each stage asks, for everybody who sells."),
        group="data",
        privilege="settings",
        icon="route",
        words=_("stage process opportunity checklist probability required fields"),
    )
)


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def pipelines(request: AccountRequest) -> HttpResponse:
    """All pipelines; POST makes one."""
    problems: Problems = {}
    if request.method == "POST":
        try:
            name, name_en = (request.POST.get(key, "")[:60] for key in ("name", "name_en"))
            made = pipeline_create(name=name, name_en=name_en, actor=request.actor)
            return HttpResponseRedirect(reverse("settings_pipeline", kwargs={"key": made.key}))
        except Invalid as refusal:
            problems = refusal.problems
    context = context_for(request.actor)
    running = dict(
        Opportunity.objects.filter(state="open", deletion__isnull=True)
        .order_by()
        .values_list("pipeline")
        .annotate(Count("pk"))
    )
    given = {
        "rows": [
            {
                "pipeline": found,
                "name": told(found.name, found.name_en, context),
                "url": reverse("settings_pipeline", kwargs={"key": found.key}),
                "version": version.number if (version := latest(found)) else None,
                "stages": " → ".join(
                    told(stage.label, stage.label_en, context) for stage in read(working_definition(found)).stages
                ),
                "running": running.get(found.key, 0),
                "has_draft": found.draft is not None,
            }
            for found in Pipeline.objects.all()
        ],
        "typed": request.POST,
        "problems": problems,
    }
    return settings_render(request, PAGE, "deals/pipelines.html", given, status=422 if problems else 200)


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def pipeline(request: AccountRequest, key: str) -> HttpResponse:
    """The designer of one pipeline. POST keeps a draft, adds or takes out a stage, shows violations, or publishes."""
    found = get_object_or_404(Pipeline, key=key)
    if request.method != "POST":
        return _render(request, found, working_definition(found))
    do = request.POST.get("do", "draft")
    definition = posted_definition(request.POST, found.key)
    definition["process"] = posted_steps(request.POST, working_definition(found).get("process", ()))
    rearrange(definition, do, found.key)
    draft_save(found, definition, actor=request.actor)
    try:
        if do == "preview":
            check(found, definition)
            return _render(request, found, definition, shows_violations=True)
        if do == "publish":
            version_publish(found, definition, adopt=request.POST.get("adopt") == "1", actor=request.actor)
            return HttpResponseRedirect(reverse("settings_pipeline", kwargs={"key": found.key}))
    except Invalid as refusal:
        return _render(request, found, definition, problems=refusal.problems)
    return _render(request, found, definition)


def rearrange(definition: dict[str, Any], do: str, pipeline_key: str) -> None:
    """Add or take out a stage or a step, as the button that was pressed says."""
    what, _colon, token = do.partition(":")
    if what == "remove":
        definition["stages"] = [stage for stage in definition["stages"] if stage["key"] != token]
    elif what == "remove-step":
        definition["process"] = [step for step in definition["process"] if step["key"] != token]
    elif what == "add":
        definition["stages"].append(new_stage(definition, pipeline_key))
    elif what == "add-step":
        definition["process"].append(new_step(definition, pipeline_key))


@belongs_to(PAGE)
@post_only("settings_pipeline", "key")
def pipeline_active(request: AccountRequest, key: str) -> HttpResponse:
    """Offer the pipeline to new deals, or no longer."""
    found = get_object_or_404(Pipeline, key=key)
    try:
        pipeline_use(found, is_active=request.POST.get("active") == "1", actor=request.actor)
    except Invalid as refusal:
        return _render(request, found, working_definition(found), problems=refusal.problems)
    return HttpResponseRedirect(reverse("settings_pipeline", kwargs={"key": key}))


def _render(
    request: AccountRequest,
    found: Pipeline,
    definition: Mapping[str, Any],
    *,
    problems: Problems | None = None,
    shows_violations: bool = False,
) -> HttpResponse:
    context = context_for(request.actor)
    versions = list(found.versions.order_by("-number"))
    people = dict(User.objects.filter(pk__in={row.published_by_id for row in versions}).values_list("pk", "name"))
    running = dict(
        Opportunity.objects.filter(pipeline=found.key, state="open", deletion__isnull=True)
        .order_by()
        .values_list("process_version")
        .annotate(Count("pk"))
    )
    given = {
        "pipeline": found,
        "stages": drawn_stages(definition),
        "steps": drawn_steps(definition),
        "problems": problems or {},
        "filter_fields": filter_fields(registry.get("opportunity"), context),
        "filter_words": builder_words(),
        "has_draft": Pipeline.objects.filter(pk=found.pk, draft__isnull=False).exists(),
        "violations": [
            {
                "stage": told(row.stage.label, row.stage.label_en, context),
                "count": row.count,
                "is_gone": row.is_gone,
                "url": list_url("opportunity") + ListState(filter=row.filter).query_string(),
            }
            for row in violations(found, read(definition))
        ]
        if shows_violations
        else None,
        "versions": [
            {
                "number": row.number,
                "who": people.get(row.published_by_id or 0, "–"),
                "at": moment(row.published_at, context),
                "running": running.get(row.number, 0),
                "is_current": place == 0,
            }
            for place, row in enumerate(versions)
        ],
        "runs_on_older": len(versions) > 0 and bool(running),
    }
    heading = told(found.name, found.name_en, context)
    status = 422 if problems else 200
    return settings_render(request, PAGE, "deals/pipeline.html", given, heading=heading, status=status)
