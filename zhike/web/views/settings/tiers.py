"""Schemes of value tiers: their rules or weights, versions, and who would move."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from zhike.accounts.middleware import AccountRequest
from zhike.accounts.models import User
from zhike.domain.tiers.definition import BY, read
from zhike.domain.tiers.following import queue_grading
from zhike.domain.tiers.models import TierScheme
from zhike.domain.tiers.regrading import version_in_force
from zhike.domain.tiers.schemes import default_definition, preview, scheme_create, version_save
from zhike.metadata import registry
from zhike.metadata.errors import Invalid, Problems
from zhike.metadata.fields.base import Context
from zhike.metadata.saving import context_for
from zhike.web.edges import post_only
from zhike.web.lists.filter_fields import builder_words, filter_fields
from zhike.web.records.moments import moment
from zhike.web.settings_pages import SettingsPage, add, belongs_to, settings_render
from zhike.web.tiers.form import controls, read_form, with_typed
from zhike.web.tiers.telling import cut_lines, grade_name, preview_context

PAGE = add(
    SettingsPage(
        address="settings_tiers",
        label=_("Value tiers"),
        text=_("Decides by which rules or scores customers are graded, and what each grade is due, for everybody."),
        group="data",
        privilege="settings",
        icon="scale",
        words=_("grade scheme RFM rules score strategy"),
    )
)


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def schemes(request: AccountRequest) -> HttpResponse:
    """All schemes; POST makes one."""
    problems: Problems = {}
    if request.method == "POST":
        writes = bool(request.POST.get("writes_tier"))
        try:
            made = scheme_create(
                key=request.POST.get("key", "").strip(),
                name=request.POST.get("name", "")[:60],
                name_en=request.POST.get("name_en", "")[:60],
                writes_tier=writes,
                actor=request.actor,
            )
            return HttpResponseRedirect(reverse("settings_tier", kwargs={"key": made.key}))
        except Invalid as refusal:
            problems = refusal.problems
    context = context_for(request.actor)
    listed = {
        "rows": [_row(scheme, context) for scheme in TierScheme.of_value()],
        "typed": request.POST,
        "problems": problems,
        "tier_is_free": not TierScheme.objects.filter(writes=TierScheme.TIER).exists(),
    }
    return settings_render(request, PAGE, "tiers/schemes.html", listed, status=422 if problems else 200)


def _row(scheme: TierScheme, context: Context) -> dict[str, Any]:
    version = version_in_force(scheme)
    run = scheme.runs.filter(is_done=True).order_by("-pk").first()
    return {
        "scheme": scheme,
        "url": reverse("settings_tier", kwargs={"key": scheme.key}),
        "version": version.number if version else None,
        "by": BY[version.definition["by"]] if version else "",
        "run": moment(run.at, context) if run else None,
        "population": sum(run.counts.values()) if run else None,
    }


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def scheme_page(request: AccountRequest, key: str) -> HttpResponse:
    """One scheme; POST shows who would move, or saves a version."""
    scheme = get_object_or_404(TierScheme.of_value(), key=key)
    context = context_for(request.actor)
    if request.method != "POST":
        return _render(request, scheme, context, _latest(scheme))
    try:
        stored = read_form(request.POST, scheme, context)
    except Invalid as refusal:
        return _render(request, scheme, context, _latest(scheme), problems=refusal.problems, status=422)
    try:
        if request.POST.get("do") == "save":
            version_save(scheme, stored, effective_on=_day(request), actor=request.actor)
            queue_grading([scheme.pk])
            return HttpResponseRedirect(reverse("settings_tier", kwargs={"key": scheme.key}))
        found = preview(scheme, stored, actor=request.actor)
    except Invalid as refusal:
        return _render(request, scheme, context, stored, problems=refusal.problems, status=422)
    version = version_in_force(scheme)
    definitions = [read(stored), *([read(version.definition)] if version else [])]
    return _render(request, scheme, context, stored, more=preview_context(found, definitions, context))


def _day(request: AccountRequest) -> date:
    try:
        return date.fromisoformat(request.POST.get("effective_on", ""))
    except ValueError:
        return timezone.localdate()


def _latest(scheme: TierScheme) -> dict[str, Any]:
    version = scheme.versions.order_by("number").last()
    return dict(version.definition) if version else default_definition()


def _render(
    request: AccountRequest,
    scheme: TierScheme,
    context: Context,
    stored: dict[str, Any],
    *,
    problems: Problems | None = None,
    more: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = controls(stored, scheme, context)
    given = {
        **(with_typed(shown, request.POST) if request.method == "POST" else shown),
        "scheme": scheme,
        "problems": problems or {},
        "filter_fields": filter_fields(registry.get("customer"), context),
        "filter_words": builder_words(),
        "effective_on": request.POST.get("effective_on") or timezone.localdate().isoformat(),
        "versions": _versions(scheme, context),
        "last_run": _last_run(scheme, context),
        **(more or {}),
    }
    return settings_render(request, PAGE, "tiers/scheme.html", given, heading=scheme.name, status=status)


def _versions(scheme: TierScheme, context: Context) -> list[dict[str, Any]]:
    current = version_in_force(scheme)
    rows = list(scheme.versions.order_by("-number"))
    people = dict(User.objects.filter(pk__in={row.created_by_id for row in rows}).values_list("pk", "name"))
    return [
        {
            "number": row.number,
            "from": row.effective_on,
            "by": BY[row.definition["by"]],
            "who": people.get(row.created_by_id or 0, "–"),
            "at": moment(row.created_at, context),
            "is_current": current is not None and row.pk == current.pk,
        }
        for row in rows
    ]


def _last_run(scheme: TierScheme, context: Context) -> dict[str, Any] | None:
    run = scheme.runs.filter(is_done=True).order_by("-pk").first()
    if run is None:
        return None
    definition = read(run.version.definition)
    return {
        **moment(run.at, context),
        "version": run.version.number,
        "population": sum(run.counts.values()),
        "moved": run.moved,
        "cut_lines": cut_lines(definition, run.cuts, context),
        "counts": [
            (grade_name(grade.key, [definition], context.language), run.counts.get(grade.key, 0))
            for grade in definition.grades
        ],
    }


@belongs_to(PAGE)
@post_only("settings_tier", "key")
def scheme_run(_request: AccountRequest, key: str) -> HttpResponse:
    """Grade everybody now."""
    scheme = get_object_or_404(TierScheme.of_value(), key=key)
    queue_grading([scheme.pk])
    return HttpResponseRedirect(reverse("settings_tier", kwargs={"key": scheme.key}))
