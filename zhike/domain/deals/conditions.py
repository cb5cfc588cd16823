"""The filters of stages: asked of deals that were just moved, inside the transaction that moved them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.preparation import Found
from zhike.domain.deals.definition import Stage
from zhike.domain.deals.models import Opportunity
from zhike.domain.deals.pipelines import processes_of
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import Problem
from zhike.metadata.filters import compile_filter
from zhike.metadata.object_type import Values
from zhike.metadata.saving import context_for

CONDITION_LEAVE = Problem(
    "condition", _("The condition for leaving this stage does not hold yet: see what the stage asks.")
)
CONDITION_ENTER = Problem(
    "condition", _("The condition for coming into this stage does not hold yet: see what the stage asks.")
)

Row = tuple[int, str, int, str]


def opportunities_verify(written: Mapping[int, Values | None], actor: Actor) -> Found:
    """Problems by id of those deals among the written ones whose move forward a condition does not let through."""
    came_from = {pk: before["stage"] for pk, before in written.items() if before is not None}
    if actor.is_system or not came_from:
        return {}
    rows = Opportunity.objects.filter(pk__in=came_from).values_list("pk", "pipeline", "process_version", "stage")
    moved = [row for row in rows if came_from[row[0]] != row[3]]
    processes = processes_of({(pipeline, number) for _pk, pipeline, number, _stage in moved})
    gates: dict[tuple[str, int, str, str], list[int]] = defaultdict(list)
    for pk, pipeline, number, stage in moved:
        gates[pipeline, number, came_from[pk], stage].append(pk)
    found: Found = {}
    for (pipeline, number, source, target), ids in gates.items():
        definition = processes[pipeline, number].definition
        found |= _refused(ids, definition.stage(source), definition.stage(target))
    return found


def _refused(ids: list[int], source: Stage | None, target: Stage | None) -> Found:
    if source is None or target is None or target.place < source.place:
        return {}
    found: Found = {}
    for condition, problem in ((source.leave.filter, CONDITION_LEAVE), (target.enter.filter, CONDITION_ENTER)):
        if condition is not None:
            held = set(fitting(condition).filter(pk__in=ids).values_list("pk", flat=True))
            found |= {pk: {"stage": problem} for pk in ids if pk not in held}
    return found


def fitting(condition: Mapping[str, Any] | None) -> Any:
    """Living deals for which a condition holds, whoever asks."""
    rows = Opportunity.objects.filter(deletion__isnull=True)
    return rows.filter(compile_filter(registry.get("opportunity"), condition, context_for(SYSTEM)))
