"""Where each value of a record comes from and when it was last confirmed: read out of the change log, stored nowhere twice.

The youngest change of a field says when, by whom and by which way its value came; a field that never changed came with the
record itself. A confirmation counts only while no younger change stands against it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from zhike.domain.collection.models import Confirmation, Means
from zhike.metadata import belongings
from zhike.metadata.models import Batch, Change
from zhike.metadata.object_type import ObjectType

#: Changes read at once, and at most: what is older than the youngest 2,000 changes of one record counts as first value.
AT_ONCE, MOST = 200, 2_000

belongings.register(belongings.Belonging("confirmations", Confirmation, once=("field_key",)))


@dataclass(frozen=True, slots=True)
class Provenance:
    """``source`` and ``label`` are those of the batch that wrote the value, such as ("import", "customers.xlsx")."""

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
    rows = Confirmation.objects.filter(object_key=object_type.key, record_id=record_id, field_key__in=list(keys))
    confirmed = {row.field_key: row for row in rows}
    told = {}
    for key, (batch_id, at, actor_id) in found.items():
        batch, seen = batches.get(batch_id), confirmed.get(key)
        valid = seen is not None and seen.at >= at
        told[key] = Provenance(
            batch.source if batch else "",
            batch.label if batch else "",
            at,
            actor_id,
            seen.at if seen is not None and valid else None,
            seen.by_id if seen is not None and valid else None,
            seen.means if seen is not None and valid else "",
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


def confirm(
    object_type: ObjectType, keys_by_id: Mapping[int, Sequence[str]], *, means: Means, by_id: int | None
) -> None:
    """Note that these values were confirmed now, in one statement for all records; inside a write transaction."""
    now = timezone.now()
    rows = [
        Confirmation(object_key=object_type.key, record_id=pk, field_key=key, at=now, means=means, by_id=by_id)
        for pk, keys in keys_by_id.items()
        for key in keys
    ]
    Confirmation.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        update_fields=["at", "means", "by_id"],
        unique_fields=["object_key", "record_id", "field_key"],
    )
