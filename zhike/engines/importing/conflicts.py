"""Records that undoing an import left alone, with what stood there before and what stands there now."""

from __future__ import annotations

from collections.abc import Sequence

from zhike.engines.importing.models import ImportRun
from zhike.jobs.models import Job
from zhike.metadata import registry
from zhike.metadata.models import Change
from zhike.metadata.object_type import UnknownObject
from zhike.metadata.undo import Conflict, conflict, stored

#: More than these are worked through part by part.
MOST_SHOWN = 50


def conflicts_left(run: ImportRun, undone: Job) -> list[Conflict]:
    """The first conflicts of an undoing, with the values as they are by now; settled ones are left out."""
    told = undone.result.get("conflicts", ()) if isinstance(undone.result, dict) else ()
    found: list[Conflict] = []
    for key in dict.fromkeys(key for key, _pk, _action in told):
        records = [(pk, action) for object_key, pk, action in told if object_key == key][:MOST_SHOWN]
        found += _of_object(run, key, records)
    return found[:MOST_SHOWN]


def _of_object(run: ImportRun, object_key: str, records: Sequence[tuple[int, str]]) -> list[Conflict]:
    try:
        object_type = registry.get(object_key)
    except UnknownObject:
        return []
    now = stored(object_type, [pk for pk, _action in records])
    written = Change.objects.filter(
        batch__job_id=run.job_id, batch__source="import", object_key=object_key, record_id__in=list(now)
    )
    first = {change.record_id: change for change in written.order_by("-pk")}
    return [
        conflict(object_type, first[pk], now[pk])
        if action == "update" and pk in first
        else Conflict(object_key, pk, action)
        for pk, action in records
        if pk in now
    ]
