"""Data quality for everybody: own figures and what is overdue; for managers their people, inspections and the search for wrong values."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.domain.quality.cleaning import OBJECTS, clean_start
from zhike.domain.quality.inspecting import inspection_found, inspection_start, inspections_seen, item_judge
from zhike.domain.quality.people import is_manager, people_seen
from zhike.engines.verification.searching import search_start
from zhike.metadata import policy, registry
from zhike.metadata.errors import Invalid, Problems
from zhike.metadata.saving import context_for
from zhike.web import navigation
from zhike.web.edges import post_only, refusals_answered
from zhike.web.quality.cleaning import cleaning_context
from zhike.web.quality.figures import overdue, people_table, tiles
from zhike.web.quality.inspections import inspection_context, listed
from zhike.web.views.answers import refused

navigation.add(
    navigation.Place(
        "quality_overview", gettext_lazy("Data quality"), "quality", "list-check", order=10, needs={"customer": "view"}
    )
)


@require_safe
def overview(request: AccountRequest) -> HttpResponse:
    """How the customers stand that the actor answers for, and what should have been filled in by now."""
    actor, context = request.actor, context_for(request.actor)
    if not policy.may(actor, registry.get("customer"), "view"):
        raise PermissionDenied
    table = people_table(actor, context)
    given = {
        "tiles": tiles(actor, table),
        "people": table if is_manager(actor) else [],
        "own": next((row for row in table if row["id"] == actor.user_id), None),
        "overdue": overdue(actor, context),
        "is_manager": is_manager(actor),
        "may_set_up": actor.has("settings"),
    }
    return render(request, "quality/overview.html", given)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_answered
def inspections(request: AccountRequest) -> HttpResponse:
    """Inspections within reach; POST draws a sample."""
    actor, context = request.actor, context_for(request.actor)
    if not policy.may(actor, registry.get("customer"), "view"):
        raise PermissionDenied
    problems: Problems = {}
    if request.method == "POST":
        try:
            made = inspection_start(_number(request, "user"), _number(request, "size"), actor=actor)
            return HttpResponseRedirect(reverse("inspection", kwargs={"inspection_id": made.pk}))
        except Invalid as refusal:
            problems = refusal.problems
    others = people_seen(actor).exclude(pk=actor.user_id or 0).order_by("name", "pk").values_list("pk", "name")
    given = {
        "rows": listed(inspections_seen(actor)[:50], context),
        "people": list(others[:500]) if is_manager(actor) else [],
        "typed": request.POST,
        "problems": problems,
        "wrong": next(iter(problems.values()), []),
    }
    return render(request, "quality/inspections.html", given, status=422 if problems else 200)


def _number(request: AccountRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


@require_safe
@refusals_answered
def inspection(request: AccountRequest, inspection_id: int) -> HttpResponse:
    """One sample, customer by customer."""
    found = inspection_found(inspection_id, actor=request.actor)
    return render(request, "quality/inspection.html", inspection_context(found, request.actor))


@post_only("inspection", "inspection_id")
@refusals_answered
def inspection_item(request: AccountRequest, inspection_id: int, item_id: int) -> HttpResponse:
    """Say what one field is; answers with the page, where its place is kept."""
    try:
        item_judge(
            inspection_id,
            item_id,
            request.POST.get("verdict", ""),
            note=" ".join(request.POST.get("note", "").split()),
            actor=request.actor,
        )
    except Invalid as refusal:
        return refused(refusal)
    found = inspection_found(inspection_id, actor=request.actor)
    context = inspection_context(found, request.actor)
    if request.headers.get("HX-Target") == f"item-{item_id}":
        item = next(item for customer in context["customers"] for item in customer["rows"] if item["id"] == item_id)
        return render(request, "quality/inspection_item.html", {**context, "item": item, "oob": True})
    return HttpResponseRedirect(reverse("inspection", kwargs={"inspection_id": inspection_id}))


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_answered
def clean(request: AccountRequest) -> HttpResponse:
    """What normalising would change among the first records; POST does it to all of them."""
    asked = request.POST if request.method == "POST" else request.GET
    object_key = asked.get("object", "")
    object_key = object_key if object_key in OBJECTS else OBJECTS[0]
    if request.method == "POST":
        started = clean_start(object_key, actor=request.actor, label=_("Clean up"))
        return HttpResponseRedirect(reverse("job", kwargs={"job_id": started.pk}))
    return render(request, "quality/cleaning.html", cleaning_context(object_key, request.actor))


@post_only("quality_overview")
@refusals_answered
def search_invalid(request: AccountRequest) -> HttpResponse:
    """Have a worker look for values that cannot be right among the customers that the actor may change."""
    started = search_start("customer", actor=request.actor, label=_("Search for invalid values"))
    return HttpResponseRedirect(reverse("job", kwargs={"job_id": started.pk}))
