"""How the deals of each stage stand: how many, stuck, without a next step, and lacking what the stage asks; as a person may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhike.domain.deals.choices import DealState
from zhike.domain.deals.definition import Stage
from zhike.domain.deals.designing import demands
from zhike.domain.deals.pipelines import Process, latest_processes
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.filters import compile_filter
from zhike.metadata.saving import context_for

OPEN = {"field": "state", "op": "eq", "value": DealState.OPEN.value}
#: What is looked after in each stage, by key.
STUCK: Mapping[str, Any] = {"field": "alarm", "op": "eq", "value": "stuck"}
SLIPPED: Mapping[str, Any] = {"field": "alarm", "op": "eq", "value": "slipped"}
NO_NEXT: Mapping[str, Any] = {"field": "alarm", "op": "eq", "value": "no_next"}


@dataclass(frozen=True, slots=True)
class Count:
    """How many open deals, and the filter that finds them."""

    number: int
    filter: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """A stage with its counts: all open deals, and those with each fault."""

    stage: Stage
    open: Count
    stuck: Count
    slipped: Count
    no_next: Count
    #: Not what the stage asks of who comes in, also under an older version or by an import.
    violating: Count


def standings(actor: Actor) -> list[tuple[Process, list[Standing]]]:
    """Every pipeline in use, stage by stage; one query a stage."""
    return [
        (process, [_standing(stage, actor) for stage in process.definition.stages if not stage.wins])
        for process in latest_processes().values()
        if process.pipeline.is_active
    ]


def _standing(stage: Stage, actor: Actor) -> Standing:
    here = [OPEN, {"field": "stage", "op": "eq", "value": stage.key}]
    wanted = demands(stage)
    filters: list[Mapping[str, Any]] = [
        {"all": here},
        *({"all": [*here, fault]} for fault in (STUCK, SLIPPED, NO_NEXT)),
    ]
    filters.append({"all": [*here, {"not": {"all": wanted}}]} if wanted else {})
    numbers = _numbers(filters, actor)
    return Standing(stage, *(Count(number, found) for number, found in zip(numbers, filters, strict=True)))


def _numbers(filters: Sequence[Mapping[str, Any]], actor: Actor) -> list[int]:
    """Counts of the actor's deals by filter; an empty filter counts nothing. The rules are the system's, the deals the actor's."""
    opportunity = registry.get("opportunity")
    rows: Any = policy.queryset_for(actor, opportunity)
    context = context_for(SYSTEM)
    return [rows.filter(compile_filter(opportunity, found, context)).count() if found else 0 for found in filters]
