"""Where each value of a record comes from and when it was last verified: read out of the change log and the findings.

The youngest change of a field says when, by whom and by which way its value came; a field that never changed came with the
record itself. A finding counts while the record holds the value of which it speaks.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from zhike.engines.verification.models import State, ValueMark
from zhike.metadata.models import Batch, Change
from zhike.metadata.object_type import ObjectType

#: Changes read at once, and at most: what is older than the youngest 2,000 changes of one record counts as first value.
AT_ONCE, MOST = 200, 2_000


@dataclass(frozen=True, slots=True)
class Provenance:
    """``source`` and ``label`` are those of the batch that wrote the value, such as ("import", "customers.xlsx").

    What was verified last is told of lists too, although each of their items has a finding of its own.
    """

    source: str
    label: str
    at: datetime
    actor_id: int | None
    confirmed_at: datetime | None = None
    confirmed_by_id: int | None = None
    means: str = ""


def provenance_of(object_type: ObjectType, record_id: int, keys: Collection[str]) -> dict[str, Provenance]:
    """Provenance by field key; a record without history has none. Three queries for all but the longest histories."""
    found = _youngest(object_type, record_id, set(keys))
    batches = {row.pk: row for row in Batch.objects.filter(pk__in={batch for batch, _at, _actor in found.values()})}
    rows = ValueMark.objects.filter(
        object_key=object_type.key,
        record_id=record_id,
        field_key__in=list(keys),
        is_current=True,
        state=State.VERIFIED,
    )
    confirmed = {row.field_key: row for row in rows.order_by("at", "pk")}
    told = {}
    for key, (batch_id, at, actor_id) in found.items():
        batch, seen = batches.get(batch_id), confirmed.get(key)
        told[key] = Provenance(
            batch.source if batch else "",
            batch.label if batch else "",
            at,
            actor_id,
            seen.at if seen else None,
            seen.by_id if seen else None,
            seen.means if seen else "",
        )
    return told


def _youngest(object_type: ObjectType, record_id: int, wanted: set[str]) -> dict[str, tuple[int, datetime, int | None]]:
    """(batch, moment, actor) of the youngest change of each field."""
    rows = Change.objects.filter(object_key=object_type.key, record_id=record_id).order_by("-id")
    found: dict[str, tuple[int, datetime, int | None]] = {}
    before: int | None = None
    for _start in range(0, MOST, AT_ONCE):
        page = list((rows if before is None else rows.filter(id__lt=before))[:AT_ONCE])
        for change in page:
            for key in wanted.intersection(change.values or ()) - found.keys():
                found[key] = (change.batch_id, change.at, change.actor_id)
        if len(page) < AT_ONCE or wanted <= found.keys():
            break
        before = page[-1].pk
    missing = wanted - found.keys()
    first = Change.objects.filter(object_key=object_type.key, record_id=record_id, action=Change.Action.CREATE)
    made = first.order_by("id").first() if missing else None
    if made is not None:
        found |= dict.fromkeys(missing, (made.batch_id, made.at, made.actor_id))
    return found
