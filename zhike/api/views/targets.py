"""Targets of a year as a tree for programs; targets themselves are objects like all others."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.api.endpoint import Call, json_response
from zhike.api.problems import Refused
from zhike.api.views.records import whole_number
from zhike.domain.targets.choices import Measure, Span
from zhike.domain.targets.rolling_up import Line, targets_of
from zhike.metadata import policy, registry

LARGEST = 2**63 - 1


def targets_overview(call: Call) -> HttpResponse:
    """GET /targets/overview: ``year``, ``measure`` and ``category``; the lines of the tree with what is left to split."""
    policy.require(call.actor, registry.get("sales_target"), "view")
    year = whole_number(call, "year", timezone.localdate().year, 2000, 2100)
    measure = call.parameter("measure", Measure.ORDERS.value)
    if measure not in Measure.values:
        raise Refused(400, "bad_parameter", _("There is no such measure."), field="measure")
    category = whole_number(call, "category", 0, 1, LARGEST) or None
    lines = targets_of(call.actor, year, measure, category)
    return json_response({"year": year, "measure": measure, "data": [_line(line) for line in lines]})


def _line(line: Line) -> dict[str, Any]:
    level, pk = line.subject
    spans = {span.value: _cell(line, span.value) for span in Span if span.value in line.cells or line.below.get(span)}
    return {"level": level, "id": pk or None, "name": line.name, "depth": line.depth, "spans": spans}


def _cell(line: Line, span: str) -> dict[str, Any]:
    """Amounts in minor units; null where there is nothing to say."""
    found = line.cells.get(span)
    return {
        "target": found.id if found else None,
        "amount": found.amount if found else None,
        "attained": found.attained if found else None,
        "gap": found.gap if found else None,
        "below": line.below.get(span, 0),
        "left_below": line.left_below(span),
        "left_in_time": line.left_in_time(span),
    }
