"""Archive review: one's own list, the team's, the sample to check again, and the report of a cycle."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.domain.reviews.asking import own_due
from zhike.domain.reviews.models import CycleState, Review, ReviewCycle, ReviewState
from zhike.domain.reviews.policies import policy_in_force, policy_start
from zhike.domain.reviews.rechecking import may_recheck, to_recheck
from zhike.domain.reviews.reporting import Line, Report, cycle_report, eq, numbers
from zhike.engines.exporting.services import export_note
from zhike.lib.table_writers import CsvWriter
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound
from zhike.metadata.fields.base import Context
from zhike.metadata.places import list_url, record_url
from zhike.metadata.saving import context_for
from zhike.web import navigation
from zhike.web.edges import refusals_answered
from zhike.web.reviews.words import badge, list_of, trend_badge
from zhike.web.views.answers import refused, saved

#: Rows of a list on one page.
PAGE = 50
#: Numbers of the team's table.
STANDING = ("total", "done", "due", "overdue")
navigation.add(
    navigation.Place(
        "reviews",
        gettext_lazy("Archive review"),
        "quality",
        "clipboard-list",
        order=20,
        needs={"review": "view", "customer": "view"},
        shortcut="v",
    )
)


def labels() -> dict[str, str]:
    """What the columns of a report are called."""
    return {
        "total": _("Customers"),
        "done": _("Reviewed"),
        "due": _("Left"),
        "overdue": _("Overdue"),
        "missed": _("Missed"),
        "corrected": _("Fields corrected"),
        "unreachable": _("Not reachable"),
        "growth": _("Growing fast"),
        "loss": _("Shrinking or gone"),
        "important": _("Important"),
        "special": _("Special"),
        "general": _("General"),
        "waiting": _("To check again"),
        "checked": _("Fields checked"),
        "wrong": _("Fields wrong"),
    }


def require_sight(actor: Actor) -> None:
    """Raise PermissionDenied for who sees no reviews at all."""
    if not policy.may(actor, registry.get("review"), "view") or not policy.may(actor, registry.get("customer"), "view"):
        raise PermissionDenied


def tabs(actor: Actor, active: str) -> list[dict[str, Any]]:
    told = [("reviews", _("To review")), ("reviews_team", _("Who stands where"))]
    if may_recheck(actor):
        told.append(("review_samples", _("Check again")))
    return [{"label": label, "url": reverse(name), "active": name == active} for name, label in told]


@require_safe
def own(request: AccountRequest) -> HttpResponse:
    """What the reader has still to review, the first to fall due first."""
    require_sight(request.actor)
    due = own_due(request.actor)
    rows = list(due.select_related("customer").only(*COLUMNS)[: PAGE + 1])
    left = due.count() if len(rows) > PAGE else len(rows)
    done = Review.objects.filter(
        done_by_id=request.actor.user_id or 0,
        state=ReviewState.DONE,
        cycle__state__in=(CycleState.OPEN, CycleState.OPENING),
    ).count()
    today, context = timezone.localdate(), context_for(request.actor)
    may_begin = policy.may(request.actor, registry.get("review_policy"), "create")
    told = {
        "tabs": tabs(request.actor, "reviews"),
        "rows": [drawn(row, today, context) for row in rows[:PAGE]],
        "left": left,
        "done": done,
        "total": left + done,
        "start_url": reverse("review", args=[rows[0].pk]) if rows else "",
        "more_url": list_of(eq("reviewer", "me"), eq("state", "due")) if left > PAGE else "",
        "may_begin": may_begin and policy_in_force(today) is None,
        "policies_url": list_url("review_policy") if may_begin else "",
        "empty": {
            "icon": "clipboard-list",
            "title": _("Nothing to review"),
            "text": _("When the next cycle opens, your customers come here, and the bell tells you."),
        },
    }
    return render(request, "reviews/own.html", told)


COLUMNS = ("due_on", "trend", "proposed", "customer", "customer__name", "customer__tier")


def drawn(row: Review, today: date, context: Context) -> dict[str, Any]:
    return {
        "url": reverse("review", args=[row.pk]),
        "name": row.customer.name,
        "due_on": row.due_on,
        "is_late": row.due_on < today,
        "trend": trend_badge(row, context),
        "proposed": badge(row, "proposed", context),
        "tier": row.customer.get_tier_display() if row.customer.tier else "",
    }


@refusals_answered
@require_POST
def begin(request: AccountRequest) -> HttpResponse:
    """Put the usual policy in force; the first cycle opens the next night."""
    try:
        pk = policy_start(actor=request.actor)
    except Invalid as refusal:
        return refused(refusal)
    return saved(request, record_url("review_policy", pk), _("The first cycle opens tonight."))


@require_safe
def team(request: AccountRequest) -> HttpResponse:
    """Who stands where in the running cycles, late ones first."""
    require_sight(request.actor)
    cycles = ReviewCycle.objects.filter(deletion__isnull=True).select_related("policy").order_by("-opened_on")
    running = list(cycles.filter(state__in=(CycleState.OPEN, CycleState.OPENING))[:3])
    past = list(cycles.filter(state=CycleState.FINISHED)[:6])
    told = {
        "tabs": tabs(request.actor, "reviews_team"),
        "reports": [shown(cycle_report(cycle, actor=request.actor, keys=STANDING), STANDING) for cycle in running],
        "past": [{"name": cycle.name, "url": reverse("review_cycle_report", args=[cycle.pk])} for cycle in past],
        "empty": {
            "icon": "clipboard-list",
            "title": _("No cycle is running"),
            "text": _("Cycles open by themselves, as the review policy says."),
        },
    }
    return render(request, "reviews/team.html", told)


def shown(report: Report, keys: tuple[str, ...]) -> dict[str, Any]:
    """A report as its table wants it: departments with a line each for the people, every number with its rows."""
    cycle, names = report.cycle, labels()
    return {
        "name": cycle.name,
        "state": cycle.get_state_display(),
        "is_finished": cycle.state == CycleState.FINISHED,
        "opened_on": cycle.opened_on,
        "due_on": cycle.due_on,
        "url": reverse("review_cycle_report", args=[cycle.pk]),
        "headings": [names[key] for key in keys],
        "departments": [
            {
                "line": line_of(found.line, cycle, keys, eq("reviewer.department", found.id) if found.id else None),
                "people": [
                    line_of(line, cycle, keys, eq("reviewer", line.person) if line.person else NOBODY)
                    for line in found.people
                ],
            }
            for found in report.departments
        ],
        "total": line_of(report.total, cycle, keys, None),
    }


NOBODY: dict[str, Any] = {"field": "reviewer", "op": "is_empty"}


def line_of(line: Line, cycle: ReviewCycle, keys: tuple[str, ...], who: dict[str, Any] | None) -> dict[str, Any]:
    wanted = numbers(timezone.localdate())
    beside = [eq("cycle", cycle.pk), *([who] if who else [])]
    return {
        "name": line.name or _("Nobody"),
        "percent": line.done_percent,
        "first_due": line.first_due,
        "is_late": bool(line.values["overdue"]),
        "error": line.error_percent,
        "cells": [
            {
                "value": line.values[key],
                "url": list_of(*beside, *wanted[key].rows) if line.values[key] else "",
                "is_late": key == "overdue" and line.values[key],
            }
            for key in keys
        ],
    }


@refusals_answered
@require_safe
def report(request: AccountRequest, cycle_id: int) -> HttpResponse:
    """The report of a cycle, every number with the rows behind it; ``?format=csv`` as a file."""
    require_sight(request.actor)
    cycle = ReviewCycle.objects.filter(pk=cycle_id, deletion__isnull=True).select_related("policy").first()
    if cycle is None or not policy.may(request.actor, registry.get("review_cycle"), "view"):
        raise NotFound("review_cycle", cycle_id)
    found = cycle_report(cycle, actor=request.actor)
    may_export = policy.may(request.actor, registry.get("review"), "export")
    if request.GET.get("format") == "csv":
        if not may_export:
            raise PermissionDenied
        people = sum(len(room.people) for room in found.departments)
        export_note(
            registry.get("review"),
            actor=request.actor,
            columns=list(labels()),
            filter={"field": "cycle", "op": "eq", "value": cycle.pk},
            rows=people,
        )
        return as_csv(found)
    told = {
        "heading": _("Archive review of %(day)s") % {"day": cycle.name},
        "report": shown(found, tuple(labels())),
        "tiles": tiles(found),
        "csv_url": "?format=csv" if may_export else "",
    }
    return render(request, "reviews/report.html", told)


def tiles(found: Report) -> list[dict[str, Any]]:
    """The numbers that matter most."""
    cells = line_of(found.total, found.cycle, tuple(labels()), None)["cells"]
    by_key = dict(zip(labels(), cells, strict=True))
    return [
        {"label": labels()[key], **by_key[key]} for key in ("total", "done", "special", "growth", "loss", "corrected")
    ]


def as_csv(found: Report) -> HttpResponse:
    """The table as a file: a line each person, with the department before it."""
    names = labels()
    target = StringIO()
    with CsvWriter(target) as writer:
        writer.write([_("Department"), _("Name"), *names.values(), _("Errors in per cent")])
        for room in found.departments:
            for line in room.people:
                error = "" if line.error_percent is None else line.error_percent
                writer.write([room.line.name, line.name, *(line.values[key] for key in names), error])
        text = target.getvalue()
    # The mark makes spreadsheets read the file as UTF-8.
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="review-{found.cycle.name}.csv"'
    return response


@require_safe
def samples(request: AccountRequest) -> HttpResponse:
    """Reviews drawn at random that the reader is to check again."""
    require_sight(request.actor)
    if not may_recheck(request.actor):
        raise PermissionDenied
    context = context_for(request.actor)
    rows = list(to_recheck(request.actor).select_related("customer", "done_by")[:PAGE])
    told = {
        "tabs": tabs(request.actor, "review_samples"),
        "rows": [
            {
                "url": reverse("review_recheck", args=[row.pk]),
                "name": row.customer.name,
                "person": row.done_by.name if row.done_by else "",
                "result": badge(row, "result", context),
                "cycle": row.name,
            }
            for row in rows
        ],
        "empty": {
            "icon": "checks",
            "title": _("Nothing to check again"),
            "text": _("The sample of each person is drawn when they have finished, or when their time is up."),
        },
    }
    return render(request, "reviews/samples.html", told)
