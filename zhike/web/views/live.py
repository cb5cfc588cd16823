"""Sales at this moment: every representative by stage and state, missed steps and the funnel, kept fresh without a reload.

The page asks again every few seconds and names what it has seen; while nothing was written the answer is empty (204), for which one
look at the end of the change log suffices.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.accounts.models import User
from zhike.domain.deals import watching
from zhike.domain.deals.choices import DealState
from zhike.domain.deals.fields import NO_NEXT, SLIPPED, STUCK
from zhike.domain.deals.pipelines import Process, latest_processes
from zhike.domain.deals.watching import Held, closed_filter, held_filter
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context
from zhike.metadata.places import list_url
from zhike.metadata.saving import context_for
from zhike.metadata.time_budget import OutOfTime, time_budget
from zhike.web import navigation
from zhike.web.deals.stages import told
from zhike.web.lists.state import ListState
from zhike.web.records.moments import moment
from zhike.web.views.deals import deals_url

navigation.add(
    navigation.Place(
        "sales_live", gettext_lazy("Sales now"), "sales", "activity", order=13, needs={"opportunity": "view"}
    )
)
#: Days back of the funnel that are offered.
SPANS = (30, 90, 365)
SECONDS = 2.0
#: How often the page asks; a change is there within five seconds.
PAUSE = 3


@require_safe
def sales_live(request: AccountRequest) -> HttpResponse:
    """The page, or where htmx asks with what it has seen, what is new."""
    actor = request.actor
    opportunity = registry.get("opportunity")
    keys = ("stage", "state", "pipeline", "alarm", "owner")
    if not policy.may(actor, opportunity, "view") or not all(
        policy.comparable(actor, opportunity, opportunity.field(key)) for key in keys
    ):
        raise PermissionDenied
    # Before the numbers: what is written while they are read is asked for again.
    stamp = watching.stamp()
    asks_again = bool(request.headers.get("HX-Request")) and "seen" in request.GET
    if asks_again and request.GET["seen"] == stamp:
        return HttpResponse(status=204)
    context, today = context_for(actor), timezone.localdate()
    processes = [found for found in latest_processes().values() if found.pipeline.is_active]
    chosen = next((found for found in processes if found.pipeline.key == request.GET.get("within")), processes[0])
    days = next((days for days in SPANS if str(days) == request.GET.get("days")), SPANS[1])
    address: dict[str, str | int] = {"within": chosen.pipeline.key, "days": days}
    given = {
        "heading": _("Sales now"),
        "pause": PAUSE,
        "url": f"{reverse('sales_live')}?{urlencode({**address, 'seen': stamp})}",
        "pipelines": [
            {
                "label": told(found.pipeline.name, found.pipeline.name_en, context),
                "url": f"?{urlencode({**address, 'within': found.pipeline.key})}",
                "active": found is chosen,
            }
            for found in processes
        ],
        "spans": [
            {
                "label": _("%(days)s days") % {"days": found},
                "url": f"?{urlencode({**address, 'days': found})}",
                "active": found == days,
            }
            for found in SPANS
        ],
        **_numbers(actor, context, chosen, today, days),
    }
    return render(request, "deals/live_part.html" if asks_again else "deals/live.html", given)


def _numbers(actor: Actor, context: Context, process: Process, today: date, days: int) -> dict[str, Any]:
    """All that is counted, within a budget of time; None where it did not suffice."""
    monday = today - timedelta(days=today.weekday())
    since = today - timedelta(days=days)
    try:
        with time_budget(SECONDS):
            people = watching.held_by_people(actor, process.pipeline.key, monday)
            steps = watching.funnel(actor, process, since)
            missed = watching.missed_steps(actor)
    except OutOfTime:
        return {"too_much": True}
    names = dict(User.objects.filter(pk__in=[held.owner for held in people if held.owner]).values_list("pk", "name"))
    stages = [stage for stage in process.definition.stages if not stage.wins]
    labels = {stage.key: told(stage.label, stage.label_en, context) for stage in process.definition.stages}
    key = process.pipeline.key
    return {
        "stages": [labels[stage.key] for stage in stages],
        "people": [
            {
                "name": names.get(held.owner or 0, _("Nobody")),
                "cells": [_cell(key, held, stage.key) for stage in stages],
                "won": _counted(held.won, closed_filter(key, held.owner, DealState.WON.value, monday)),
                "lost": _counted(held.lost, closed_filter(key, held.owner, DealState.LOST.value, monday)),
                "alarms": [
                    _counted(held.alarms(alarm), held_filter(key, held.owner, alarm=alarm)) for alarm in watching.ALARMS
                ],
            }
            for held in people
        ],
        "funnel": [
            {
                "stage": labels[step.stage],
                "entered": _listed("stage_move", step.entered, watching.funnel_filter(step.stage, since)),
                "conversion": step.conversion,
                "days": step.days,
                "share": step.entered * 100 // max(1, *(other.entered for other in steps)),
                "is_last": step is steps[-1],
            }
            for step in steps
        ],
        "missed": [
            {
                "title": row.title,
                **_listed("process_step", row.count, _late(row.step, context)),
                "oldest": moment(row.oldest, context),
            }
            for row in missed
        ],
    }


def _late(step: str, context: Context) -> dict[str, Any]:
    return {
        "all": [
            {"field": "state", "op": "eq", "value": "open"},
            {"field": "step", "op": "eq", "value": step},
            {"field": "due_at", "op": "lt", "value": context.now.isoformat(timespec="minutes")},
        ]
    }


def _cell(pipeline: str, held: Held, stage: str) -> dict[str, Any]:
    """Open deals of a person in a stage, and those of them with something wrong."""
    words = {STUCK: _("too long in the stage"), SLIPPED: _("closing date passed"), NO_NEXT: _("no next step")}
    return {
        **_counted(held.open.get(stage, 0), held_filter(pipeline, held.owner, stage)),
        "wrong": [
            {
                "why": words[alarm],
                "tone": "red" if alarm == STUCK else "amber",
                **_counted(held.wrong[stage, alarm], held_filter(pipeline, held.owner, stage, alarm)),
            }
            for alarm in watching.ALARMS
            if held.wrong.get((stage, alarm))
        ],
    }


def _counted(number: int, condition: dict[str, Any]) -> dict[str, Any]:
    return {"number": number, "url": deals_url(condition) if number else ""}


def _listed(object_key: str, number: int, condition: dict[str, Any]) -> dict[str, Any]:
    url = list_url(object_key) + ListState(filter=condition).query_string()
    return {"number": number, "url": url if number else ""}
