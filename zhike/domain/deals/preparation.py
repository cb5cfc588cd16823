"""What is completed and checked on opportunities before they are saved: above all each move from stage to stage.

Every way of writing comes through here, so that a card dropped on the board, a cell, an import and a program meet the same
rules. What only the database can tell, the filters of a stage, ``conditions.py`` checks after the rows were written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.activities.preparation import check_contacts
from zhike.domain.customers.preparation import Found, merged
from zhike.domain.deals.choices import DealState
from zhike.domain.deals.definition import Stage
from zhike.domain.deals.models import StageMove
from zhike.domain.deals.pipelines import Process, first_in_use, latest_processes, processes_of
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Values

#: For so long somebody may take a move back, whatever the stages allow.
TAKEN_BACK_WITHIN = timedelta(minutes=2)

NO_PIPELINE = Problem("unknown_pipeline", _("Choose a pipeline that is in use."))
NOT_IN_PIPELINE = Problem("not_in_pipeline", _("This stage belongs to another pipeline."))
CLOSED = Problem("closed", _("This deal is closed. Open it again before you move it."))
PIPELINE_STAYS = Problem("pipeline_stays", _("A deal stays in its pipeline: choose “Change the pipeline” instead."))
NOT_ALLOWED = Problem("move_not_allowed", _("The pipeline does not lead from this stage to that one."))
REASON_STAYS = Problem("required", _("A lost deal says why it was lost. Open it again instead."))
WRITTEN_BY_ITSELF = Problem("read_only", _("Stage moves are written by the product itself: move the deal."))


def opportunities_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """New deals begin in the first stage of a pipeline; moves obey the stages between which they lead."""
    now = timezone.now()
    found = _begin(rows, existing, now)
    moved = {index: stored for index, stored in existing.items() if _differs(rows[index], stored, "stage")}
    for index, stored in existing.items():
        if _differs(rows[index], stored, "pipeline") and not actor.is_system:
            found[index] = {"pipeline": PIPELINE_STAYS}
        elif not _keeps_reason(rows[index], stored):
            found[index] = {"loss_reason": REASON_STAYS}
    processes = processes_of({_process_key(rows[index], stored) for index, stored in moved.items()})
    back = _came_from({stored["id"] for stored in moved.values()}, now)
    for index, stored in moved.items():
        row = rows[index]
        is_back = back.get(stored["id"]) == row["stage"]
        process = processes.get(_process_key(row, stored))
        problems = _move(row, stored, process, now, is_free=is_back or actor.is_system)
        if problems:
            found.setdefault(index, {}).update(problems)
    for index, wrong in check_contacts(rows, existing).items():
        found.setdefault(index, {}).update(wrong)
    return found


def _keeps_reason(row: Values, stored: Values) -> bool:
    """Whether a lost deal still says why."""
    return merged(row, stored, "state") != DealState.LOST or bool(merged(row, stored, "loss_reason"))


def _differs(row: Values, stored: Values, key: str) -> bool:
    return bool(row.get(key, stored[key]) != stored[key])


def _process_key(row: Values, stored: Values) -> tuple[str, int]:
    return merged(row, stored, "pipeline"), merged(row, stored, "process_version")


def _came_from(ids: set[int], now: datetime) -> dict[int, str | None]:
    """Where deals came from that were moved just now: the person sees that the card fell into the wrong column."""
    if not ids:
        return {}
    recent = StageMove.objects.filter(opportunity_id__in=ids, moved_at__gte=now - TAKEN_BACK_WITHIN).order_by("pk")
    return dict(recent.values_list("opportunity_id", "from_stage"))


# New ones ---------------------------------------------------------------------------------------------------------


def _begin(rows: list[Values], existing: Mapping[int, Values], now: datetime) -> Found:
    found: Found = {}
    processes = latest_processes() if len(existing) < len(rows) else {}
    for index, row in enumerate(rows):
        if index in existing:
            continue
        process = processes.get(row["pipeline"]) if row.get("pipeline") else _process_with(processes, row.get("stage"))
        if process is None or not process.pipeline.is_active:
            found[index] = {"pipeline": NO_PIPELINE}
            continue
        stage = process.definition.stage(row["stage"]) if row.get("stage") else process.definition.stages[0]
        if stage is None:
            found[index] = {"stage": NOT_IN_PIPELINE}
            continue
        row |= {"pipeline": process.pipeline.key, "stage": stage.key, "process_version": process.number}
        row.setdefault("state", DealState.OPEN.value)
        _enter(row, stage, row.get("stage_since") or now)
    return found


def _process_with(processes: Mapping[str, Process], stage: str | None) -> Process | None:
    """The pipeline that a stage belongs to; the first in use where none is named."""
    if stage is None:
        return first_in_use(dict(processes))
    return next((found for found in processes.values() if found.definition.stage(stage)), None)


def _enter(row: Values, stage: Stage, since: datetime) -> None:
    """What being in a stage means: since when, until when at most, how likely."""
    row |= {"stage_since": since, **moments(stage, since)}
    if row.get("probability") is None:
        row["probability"] = stage.probability
    if stage.wins and row.get("state", DealState.OPEN.value) == DealState.OPEN.value:
        row["state"] = DealState.WON.value
        row["closed_at"] = since


def moments(stage: Stage, since: datetime) -> dict[str, datetime | None]:
    """Until when a deal may stand in a stage that it came into, and when it moves on by itself."""
    return {
        "stage_until": since + timedelta(days=stage.age_days) if stage.age_days else None,
        "moves_at": since + timedelta(days=stage.after[0]) if stage.after else None,
    }


# Moves ------------------------------------------------------------------------------------------------------------


def _move(row: Values, stored: Values, process: Process | None, now: datetime, *, is_free: bool) -> dict[str, Problem]:
    """What stands in the way of a move; completes the row. ``is_free`` ones are bound by no rule but the pipeline itself."""
    is_open = merged(row, stored, "state") == DealState.OPEN
    if not is_open and not is_free:
        return {"stage": CLOSED}
    source = process.definition.stage(stored["stage"]) if process else None
    target = process.definition.stage(row["stage"]) if process else None
    if target is None:
        return {"stage": NOT_IN_PIPELINE}
    _add_ticks(row, stored)
    # The stage says how likely the deal is, also where somebody knew better in the stage before.
    if merged(row, stored, "probability") == stored["probability"]:
        row["probability"] = None
    if stored["state"] == DealState.WON and not target.wins:
        row |= {"state": DealState.OPEN.value, "closed_at": None}
    row.setdefault("state", stored["state"])
    # Only the product itself knows of another moment than this one.
    _enter(row, target, row.get("stage_since") or now)
    return {} if is_free or source is None else _demands(row, stored, source, target)


def _add_ticks(row: Values, stored: Values) -> None:
    """Ticks that come with a move are added to those that stand there."""
    if "checks" in row:
        row["checks"] = [*(stored.get("checks") or ()), *(row["checks"] or ())]
        row["checks"] = list(dict.fromkeys(row["checks"])) or None


def _demands(row: Values, stored: Values, source: Stage, target: Stage) -> dict[str, Problem]:
    """Allowed moves; on the way forward also what the one stage asks before it lets go and the other before it takes."""
    if source.moves is not None and target.key not in source.moves:
        return {"stage": NOT_ALLOWED}
    if target.place < source.place:
        return {}
    problems = {key: needed(source) for key in source.leave.required if _is_empty(merged(row, stored, key))}
    problems |= {key: needed(target) for key in target.enter.required if _is_empty(merged(row, stored, key))}
    ticked = merged(row, stored, "checks") or ()
    missing = [item for item in source.checklist if item.key not in ticked]
    if missing:
        problems["checks"] = Problem(
            "checklist",
            _("Tick what was done before the deal goes on."),
            {"choices": [item.key for item in missing]},
        )
    return problems


def needed(stage: Stage) -> Problem:
    return Problem("required", _("This stage needs it."), {"stage": stage.key})


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [])


def moves_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Only the product itself writes stage moves; one is of now and of an open deal unless it says otherwise."""
    if not actor.is_system:
        return {index: {"": WRITTEN_BY_ITSELF} for index in range(len(rows))}
    for index, row in enumerate(rows):
        if index not in existing:
            row.setdefault("moved_at", timezone.now())
            row.setdefault("state", DealState.OPEN.value)
    return {}
