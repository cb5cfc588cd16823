"""Every representative's deals at this moment, the funnel of a time with its dwell times, and missed steps, as a person may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field as dataclass_field
from datetime import date, datetime
from typing import Any

from django.db.models import Avg, Case, Count, Exists, Max, Min, OuterRef, Q, Value, When
from django.utils import timezone

from zhike.domain.deals.choices import DealState
from zhike.domain.deals.fields import NO_NEXT, SLIPPED, STUCK
from zhike.domain.deals.models import StageMove
from zhike.domain.deals.models.process import StepState
from zhike.domain.deals.monitoring import OPEN
from zhike.domain.deals.pipelines import Process
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.models import Change

ALARMS = (STUCK, SLIPPED, NO_NEXT)
#: How old the page may be where nothing is written: time alone makes deals stuck.
MINUTES = 5
SECONDS_A_DAY = 86_400


def stamp(now: datetime | None = None) -> str:
    """Another text as soon as anything was written, or some minutes have passed; one look at the end of an index."""
    moment = now or timezone.now()
    last = Change.objects.aggregate(last=Max("pk"))["last"] or 0
    return f"{last}-{int(moment.timestamp()) // 60 // MINUTES}"


@dataclass(slots=True)
class Held:
    """The open deals of one person: how many by stage, and by stage and what is wrong with them."""

    owner: int | None
    open: dict[str, int] = dataclass_field(default_factory=lambda: defaultdict(int))
    wrong: dict[tuple[str, str], int] = dataclass_field(default_factory=lambda: defaultdict(int))
    won: int = 0
    lost: int = 0

    def alarms(self, alarm: str) -> int:
        return sum(number for (_stage, found), number in self.wrong.items() if found == alarm)


def held_by_people(actor: Actor, pipeline: str, since: date) -> list[Held]:
    """One line a person, those with the most open deals first; two queries. Won and lost are counted from a day on."""
    opportunity = registry.get("opportunity")
    rows: Any = policy.queryset_for(actor, opportunity)
    seen = rows.filter(pipeline=pipeline).order_by()
    alarm = opportunity.field("alarm")
    people: dict[int | None, Held] = {}
    groups = seen.filter(state=DealState.OPEN).annotate(_alarm=alarm.type.expression(alarm))
    for row in groups.values("owner_id", "stage", "_alarm").annotate(_count=Count("pk")):
        held = people.setdefault(row["owner_id"], Held(row["owner_id"]))
        held.open[row["stage"]] += row["_count"]
        if row["_alarm"]:
            held.wrong[row["stage"], row["_alarm"]] += row["_count"]
    closed = seen.exclude(state=DealState.OPEN).filter(closed_at__date__gte=since)
    for owner, state, number in closed.values_list("owner_id", "state").annotate(_count=Count("pk")):
        held = people.setdefault(owner, Held(owner))
        if state == DealState.WON:
            held.won = number
        else:
            held.lost = number
    return sorted(people.values(), key=lambda held: (-sum(held.open.values()), held.owner or 0))


def held_filter(pipeline: str, owner: int | None, stage: str = "", alarm: str = "") -> dict[str, Any]:
    """The open deals behind a number."""
    whose = {"field": "owner", "op": "is_empty"} if owner is None else {"field": "owner", "op": "eq", "value": owner}
    parts: list[Mapping[str, Any]] = [OPEN, {"field": "pipeline", "op": "eq", "value": pipeline}, whose]
    if stage:
        parts.append({"field": "stage", "op": "eq", "value": stage})
    if alarm:
        parts.append({"field": "alarm", "op": "eq", "value": alarm})
    return {"all": parts}


def closed_filter(pipeline: str, owner: int | None, state: str, since: date) -> dict[str, Any]:
    """Deals that were won or lost since a day."""
    parts = held_filter(pipeline, owner)["all"][1:]
    when = {"field": "closed_at", "op": "gte", "value": since.isoformat()}
    return {"all": [{"field": "state", "op": "eq", "value": state}, *parts, when]}


# The funnel -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the funnel: deals that came into it, how many of them got further, and how long it held those that left."""

    stage: str
    entered: int
    further: int
    days: float | None

    @property
    def conversion(self) -> int | None:
        return None if not self.entered else self.further * 100 // self.entered


def funnel(actor: Actor, process: Process, since: date) -> list[Step]:
    """Of the deals of a pipeline that came into each stage since a day; two queries.

    "Further" means that the deal has stood in a later stage, whenever; a deal that came twice counts once.
    """
    order = {stage.key: place for place, stage in enumerate(process.definition.stages)}
    place = Case(*(When(stage=key, then=Value(at)) for key, at in order.items()), default=Value(-1))
    moves: Any = policy.queryset_for(actor, registry.get("stage_move")).order_by()
    recent = moves.filter(opportunity__pipeline=process.pipeline.key, moved_at__date__gte=since)
    later = StageMove.objects.filter(opportunity_id=OuterRef("opportunity_id"), deletion__isnull=True)
    came_further = Exists(later.annotate(_at=place).filter(_at__gt=OuterRef("_place")))
    groups = recent.annotate(_place=place, _further=came_further).values_list("stage")
    counts = {
        stage: (entered, further)
        for stage, entered, further in groups.annotate(
            _entered=Count("opportunity", distinct=True),
            _left=Count("opportunity", distinct=True, filter=Q(_further=True)),
        )
    }
    left = recent.filter(from_stage__isnull=False, seconds__isnull=False)
    dwell = dict(left.values_list("from_stage").annotate(_mean=Avg("seconds")))
    return [
        Step(
            key,
            *counts.get(key, (0, 0)),
            None if key not in dwell else round(float(dwell[key]) / SECONDS_A_DAY, 1),
        )
        for key in order
    ]


def funnel_filter(stage: str, since: date) -> dict[str, Any]:
    """The moves behind a number of the funnel."""
    return {
        "all": [
            {"field": "stage", "op": "eq", "value": stage},
            {"field": "moved_at", "op": "gte", "value": since.isoformat()},
        ]
    }


# Missed steps -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Missed:
    """A step of the process that is overdue: how many deals wait for it, and since when the oldest."""

    title: str
    step: str
    count: int
    oldest: datetime


def missed_steps(actor: Actor, now: datetime | None = None) -> list[Missed]:
    """Open steps past their time, by step, the most first; one query."""
    moment = now or timezone.now()
    seen: Any = policy.queryset_for(actor, registry.get("process_step"))
    late = seen.filter(state=StepState.OPEN, due_at__lt=moment).order_by()
    groups = late.values_list("step").annotate(_count=Count("pk"), _title=Max("title"), _oldest=Min("due_at"))
    found = [Missed(title, step, count, oldest) for step, count, title, oldest in groups]
    return sorted(found, key=lambda row: (-row.count, row.step))
