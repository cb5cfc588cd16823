"""Flows of approvals: what needs whose word, edited as versions."""

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
from zhike.engines.approvals.flows import flow_change, flow_create, matters, version_save
from zhike.engines.approvals.kinds import find_kind
from zhike.engines.approvals.models import ApprovalFlow
from zhike.engines.approvals.needs import version_in_force
from zhike.metadata import registry
from zhike.metadata.errors import Invalid, Problems
from zhike.metadata.saving import context_for
from zhike.web.approvals.form import controls, read_form
from zhike.web.lists.filter_fields import builder_words, filter_fields
from zhike.web.settings_pages import SettingsPage, add, belongs_to, settings_render

LARGEST_ORDER = 10_000

PAGE = add(
    SettingsPage(
        address="settings_approvals",
        label=_("Approval flows"),
        text=_("Decides what needs an approval, whose, and what happens when nobody answers, for everybody."),
        group="data",
        privilege="settings",
        icon="route",
        words=_("approve flow step signer delegate time-out discount contract"),
    )
)


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def flows(request: AccountRequest) -> HttpResponse:
    """All flows; POST makes one."""
    problems: Problems = {}
    if request.method == "POST":
        kind, _bar, object_key = request.POST.get("matter", "").partition("|")
        try:
            made = flow_create(
                object_key=object_key,
                kind=kind,
                name=request.POST.get("name", ""),
                name_en=request.POST.get("name_en", ""),
                actor=request.actor,
            )
            return HttpResponseRedirect(reverse("settings_approval", kwargs={"flow_id": made.pk}))
        except Invalid as refusal:
            problems = refusal.problems
    told = {
        "rows": [_row(flow) for flow in ApprovalFlow.objects.all()],
        "matters": [
            (f"{kind.key}|{object_type.key}", f"{object_type.label} · {kind.label}") for kind, object_type in matters()
        ],
        "typed": request.POST,
        "problems": problems,
    }
    return settings_render(request, PAGE, "approvals/flows.html", told, status=422 if problems else 200)


def _row(flow: ApprovalFlow) -> dict[str, Any]:
    kind, version = find_kind(flow.kind), version_in_force(flow)
    object_type = registry.catalogue().get(flow.object_key)
    return {
        "flow": flow,
        "url": reverse("settings_approval", kwargs={"flow_id": flow.pk}),
        "object": object_type.label if object_type is not None else flow.object_key,
        "kind": kind.label if kind is not None else flow.kind,
        "version": version.number if version is not None else None,
        "steps": len(version.definition.get("steps", ())) if version is not None else 0,
    }


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def flow_page(request: AccountRequest, flow_id: int) -> HttpResponse:
    """One flow; POST saves its name and place, and a version where the definition differs."""
    flow = get_object_or_404(ApprovalFlow, pk=flow_id, object_key__in=registry.catalogue())
    stored: dict[str, Any] = _latest(flow)
    if request.method != "POST":
        return _render(request, flow, stored)
    try:
        typed = read_form(request.POST)
    except Invalid as refusal:
        return _render(request, flow, stored, problems=refusal.problems)
    try:
        if typed != stored or request.POST.get("effective_on", "") > timezone.localdate().isoformat():
            version_save(flow, typed, effective_on=_day(request), actor=request.actor)
        flow_change(
            flow,
            name=request.POST.get("name", ""),
            name_en=request.POST.get("name_en", ""),
            order=_order(request),
            is_active=bool(request.POST.get("is_active")),
            actor=request.actor,
        )
    except Invalid as refusal:
        return _render(request, flow, typed, problems=refusal.problems)
    return HttpResponseRedirect(reverse("settings_approval", kwargs={"flow_id": flow.pk}))


def _order(request: AccountRequest) -> int:
    text = request.POST.get("order", "")
    return min(int(text), LARGEST_ORDER) if text.isascii() and text.isdigit() and len(text) < 9 else 100


def _day(request: AccountRequest) -> date:
    try:
        return date.fromisoformat(request.POST.get("effective_on", ""))
    except ValueError:
        return timezone.localdate()


def _latest(flow: ApprovalFlow) -> dict[str, Any]:
    version = flow.versions.order_by("number").last()
    return dict(version.definition) if version is not None else {"steps": []}


def _render(
    request: AccountRequest, flow: ApprovalFlow, stored: dict[str, Any], *, problems: Problems | None = None
) -> HttpResponse:
    context = context_for(request.actor)
    object_type, kind = registry.get(flow.object_key), find_kind(flow.kind)
    posted = request.POST if problems else None
    told = {
        **controls(stored, object_type),
        "flow": flow,
        "typed": {
            "name": posted.get("name", "") if posted is not None else flow.name,
            "name_en": posted.get("name_en", "") if posted is not None else flow.name_en,
            "order": posted.get("order", "") if posted is not None else flow.order,
            "is_active": bool(posted.get("is_active")) if posted is not None else flow.is_active,
        },
        "object": object_type.label,
        "kind": kind.label if kind is not None else flow.kind,
        "problems": problems or {},
        "filter_fields": filter_fields(object_type, context),
        "asker_fields": filter_fields(registry.get("user"), context),
        "filter_words": builder_words(),
        "effective_on": request.POST.get("effective_on") or timezone.localdate().isoformat(),
        "versions": _versions(flow),
    }
    status = 422 if problems else 200
    return settings_render(request, PAGE, "approvals/flow.html", told, heading=flow.name, status=status)


def _versions(flow: ApprovalFlow) -> list[dict[str, Any]]:
    current = version_in_force(flow)
    rows = list(flow.versions.order_by("-number"))
    people = dict(User.objects.filter(pk__in={row.created_by_id for row in rows}).values_list("pk", "name"))
    return [
        {
            "number": row.number,
            "from": row.effective_on,
            "steps": len(row.definition.get("steps", ())),
            "who": people.get(row.created_by_id or 0, "–"),
            "is_current": current is not None and row.pk == current.pk,
        }
        for row in rows
    ]
