"""Writes down each move in the transaction that makes it: from where, to where, when, by whom, after how long."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from zhike.accounts.rights import on_behalf
from zhike.domain.deals.entering import tasks_on_entering
from zhike.domain.deals.models import Opportunity, StageMove
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.records import Origin, Row, save
from zhike.metadata.writes import WriteEvent, after_write

ORIGIN = Origin("deals")
WATCHED = frozenset({"stage", "state"})


@after_write
def moves_write(event: WriteEvent) -> None:
    """New deals come into their first stage; of changed ones those moved that stand elsewhere than their last move says."""
    if event.object_type.key != "opportunity":
        return
    changed = event.updated if event.changed_keys & WATCHED else ()
    if event.created or changed:
        moves_note([*event.created, *changed], actor=event.actor)


def moves_note(ids: Collection[int], *, actor: Actor) -> None:
    """Add a row for each deal that stands elsewhere than its last row says; asked twice it adds nothing."""
    rows: Any = Opportunity.objects.filter(pk__in=ids).values("pk", "stage", "state", "stage_since", "department_id")
    last = {move.opportunity_id: move for move in StageMove.objects.filter(opportunity_id__in=ids).order_by("pk")}
    now = timezone.now()
    fresh = [_row(row, last.get(row["pk"]), now, actor) for row in rows if _is_elsewhere(row, last.get(row["pk"]))]
    if fresh:
        save(registry.get("stage_move"), fresh, actor=on_behalf(actor), origin=ORIGIN)
        entered = [
            row.values["opportunity"] for row in fresh if row.values["from_stage"] not in {None, row.values["stage"]}
        ]
        if entered:
            tasks_on_entering(entered, now, actor=actor)


def _is_elsewhere(row: dict[str, Any], last: StageMove | None) -> bool:
    return last is None or (last.stage, last.state) != (row["stage"], row["state"])


def _row(row: dict[str, Any], last: StageMove | None, now: Any, actor: Actor) -> Row:
    at = row["stage_since"] if last is None or last.stage != row["stage"] else now
    return Row(
        {
            "opportunity": row["pk"],
            "from_stage": last.stage if last else None,
            "stage": row["stage"],
            "state": row["state"],
            "moved_at": at,
            "seconds": int((at - last.moved_at).total_seconds()) if last else None,
            "owner": actor.user_id,
            "department": row["department_id"],
        }
    )
