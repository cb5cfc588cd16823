"""The report of a review cycle for programs; reviews, cycles and policies themselves are objects like all others."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from zhike.api.endpoint import Call, json_response
from zhike.domain.reviews.models import ReviewCycle
from zhike.domain.reviews.reporting import Line, cycle_report
from zhike.metadata import policy, registry
from zhike.metadata.errors import NotFound


def review_report(call: Call, cycle_id: int) -> HttpResponse:
    """GET /review-cycles/<id>/report: the numbers of the reviews within reach, by department and person."""
    for key in ("review_cycle", "review", "customer"):
        policy.require(call.actor, registry.get(key), "view")
    cycle = ReviewCycle.objects.filter(pk=cycle_id, deletion__isnull=True).select_related("policy").first()
    if cycle is None:
        raise NotFound("review_cycle", cycle_id)
    found = cycle_report(cycle, actor=call.actor)
    departments = [
        {"department": room.id, "total": numbers(room.line), "people": [numbers(line) for line in room.people]}
        for room in found.departments
    ]
    return json_response({"cycle": cycle.pk, "total": numbers(found.total), "departments": departments})


def numbers(line: Line) -> dict[str, Any]:
    """A line by the keys of its numbers; ``error_percent`` is null where nothing was checked again."""
    return {"person": line.person, **line.values, "error_percent": line.error_percent}
