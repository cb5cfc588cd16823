"""How the deals of each stage stand: how many, stuck, without a next step, and lacking what the stage asks; as a person may see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count as CountRows

from zhike.domain.deals.choices import DealState
from zhike.domain.deals.definition import Stage
from zhike.domain.deals.designing import demands
from zhike.domain.deals.fields import NO_NEXT, SLIPPED, STUCK
from zhike.domain.deals.pipelines import Process, latest_processes
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.filters import compile_filter
from zhike.metadata.saving import context_for

OPEN = {"field": "state", "op": "eq", "value": DealState.OPEN.value}


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
    """Every pipeline in use, stage by stage; two queries, however many stages."""
    used = [process for process in latest_processes().values() if process.pipeline.is_active]
    stages = [stage for process in used for stage in process.definition.stages if not stage.wins]
    seen: Any = policy.queryset_for(actor, registry.get("opportunity"))
    rows = seen.filter(state=DealState.OPEN).order_by()
    by_alarm, violating = _by_alarm(rows), _violating(rows, stages)
    found = {stage.key: _standing(stage, by_alarm, violating.get(stage.key, 0)) for stage in stages}
    return [(process, [found[stage.key] for stage in process.definition.stages if not stage.wins]) for process in used]


def _by_alarm(rows: Any) -> Counter[tuple[str, str | None]]:
    """Open deals by stage and what is wrong with them."""
    alarm = registry.get("opportunity").field("alarm")
    groups = (
        rows.annotate(_alarm=alarm.type.expression(alarm)).values("stage", "_alarm").annotate(_count=CountRows("pk"))
    )
    return Counter({(row["stage"], row["_alarm"]): row["_count"] for row in groups})


def _violating(rows: Any, stages: Sequence[Stage]) -> dict[str, int]:
    """Open deals that lack what their stage asks, by stage. The rules are the system's, the deals the reader's."""
    asking = {stage.key: _lacking(stage) for stage in stages if demands(stage)}
    if not asking:
        return {}
    context, opportunity = context_for(SYSTEM), registry.get("opportunity")
    counts = {
        f"_v{place}": CountRows("pk", filter=compile_filter(opportunity, lacking, context))
        for place, lacking in enumerate(asking.values())
    }
    return dict(zip(asking, rows.aggregate(**counts).values(), strict=True))


def _standing(stage: Stage, by_alarm: Counter[tuple[str, str | None]], violating: int) -> Standing:
    here = [OPEN, {"field": "stage", "op": "eq", "value": stage.key}]
    total = sum(number for (key, _alarm), number in by_alarm.items() if key == stage.key)
    stuck, slipped, no_next = (
        Count(by_alarm[stage.key, alarm], {"all": [*here, {"field": "alarm", "op": "eq", "value": alarm}]})
        for alarm in (STUCK, SLIPPED, NO_NEXT)
    )
    return Standing(
        stage,
        open=Count(total, {"all": here}),
        stuck=stuck,
        slipped=slipped,
        no_next=no_next,
        violating=Count(violating, _lacking(stage)),
    )


def _lacking(stage: Stage) -> dict[str, Any]:
    here = [OPEN, {"field": "stage", "op": "eq", "value": stage.key}]
    return {"all": [*here, {"not": {"all": demands(stage)}}]}
