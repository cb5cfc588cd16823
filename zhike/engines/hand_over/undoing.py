"""Taking a hand-over back: what the successor still has returns, what has been given on since is left and named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zhike.accounts.rights import on_behalf
from zhike.engines.hand_over.models import HandOver
from zhike.engines.hand_over.moving import EXAMPLES, SOURCE
from zhike.engines.hand_over.parts import parts
from zhike.engines.hand_over.teams import places_return
from zhike.jobs.run import JobRun
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.models import Batch, Change
from zhike.metadata.records import Origin, Row, save
from zhike.metadata.storage import storage
from zhike.metadata.undo import conflict, stored

AT_ONCE = 500


def give_back(found: HandOver, run: JobRun, *, actor: Actor) -> dict[str, Any]:
    """Go through what the hand-over wrote, the latest first; returns {undone, left, examples [[object key, record id]]}."""
    state: dict[str, Any] = dict(run.checkpoint or {"before": None, "undone": 0, "left": 0, "examples": []})
    batches = list(Batch.objects.filter(job_id=found.job_id, source=SOURCE).values_list("pk", flat=True))
    total = Change.objects.filter(batch_id__in=batches).count()
    more = True
    while more and not run.cancelled():
        with storage().write_transaction():
            rows = Change.objects.filter(batch_id__in=batches, action=Change.Action.UPDATE).order_by("-pk")
            if state["before"] is not None:
                rows = rows.filter(pk__lt=state["before"])
            changes = list(rows[:AT_ONCE])
            more = len(changes) == AT_ONCE
            for object_key in dict.fromkeys(change.object_key for change in changes):
                listed = [change for change in changes if change.object_key == object_key]
                _give_back_some(object_key, listed, Origin("undo", found.reason, run.id), state, actor)
            if changes:
                state["before"] = changes[-1].pk
            run.keep(state)
        run.progress(state["undone"] + state["left"], max(total, state["undone"] + state["left"]))
    while not run.cancelled() and _places_back(found, run, state, actor):
        run.progress(state["undone"] + state["left"], max(total, state["undone"] + state["left"]))
    return {name: state[name] for name in ("undone", "left", "examples")}


def _places_back(found: HandOver, run: JobRun, state: dict[str, Any], actor: Actor) -> bool:
    """Give the next places on teams back; whether there may be more."""
    with storage().write_transaction():
        after = state.setdefault("place", 0)
        rows = list(found.places.filter(pk__gt=after).order_by("pk")[:AT_ONCE])
        for object_key in dict.fromkeys(row.object_key for row in rows):
            listed = [row for row in rows if row.object_key == object_key]
            if object_key not in registry.catalogue():
                continue
            left = places_return(registry.get(object_key), listed, actor=actor)
            for pk in left:
                _leave(object_key, pk, state)
            state["undone"] += len(listed) - len(left)
        if rows:
            state["place"] = rows[-1].pk
        run.keep(state)
    return len(rows) == AT_ONCE


def _give_back_some(
    object_key: str, changes: Sequence[Change], origin: Origin, state: dict[str, Any], actor: Actor
) -> None:
    """Changes of one object type: each field goes back that still has the value that was written."""
    if object_key not in registry.catalogue():
        return
    object_type = registry.get(object_key)
    now = stored(object_type, [change.record_id for change in changes])
    hands = {part.field for part in parts().values() if part.object_key == object_key}
    rows = []
    for change in changes:
        if change.record_id not in now:
            continue
        values = conflict(object_type, change, now[change.record_id]).values
        same = {key: old for key, (old, written, today) in values.items() if _same(written, today)}
        if hands & values.keys() <= same.keys():
            rows.append(Row(same, id=change.record_id))
        else:
            _leave(object_key, change.record_id, state)
    if not rows:
        return
    saved = save(object_type, rows, actor=on_behalf(actor), origin=origin, partial=True)
    for row, told in zip(rows, saved.rows, strict=True):
        if told.problems:
            _leave(object_key, row.id or 0, state)
        else:
            state["undone"] += 1


def _same(written: Any, today: Any) -> bool:
    """Whether a value is still the one that was written; the order of several people does not matter."""
    if isinstance(written, list):
        return sorted(written) == sorted(today or ())
    return bool(written == today)


def _leave(object_key: str, record_id: int, state: dict[str, Any]) -> None:
    state["left"] += 1
    state["examples"] = [*state["examples"], [object_key, record_id]][:EXAMPLES]
