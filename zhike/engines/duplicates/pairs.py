"""Notes what a single write found likely, so that it is decided about together with what comparisons of the base find."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from zhike.engines.duplicates.finding import Found
from zhike.engines.duplicates.models import DuplicatePair
from zhike.metadata.object_type import ObjectType


def pairs_note(object_type: ObjectType, record_id: int, found: Collection[Found]) -> None:
    """Put the record and each of its matches among the candidates; inside a write transaction. What people decided stays."""
    ids = sorted({record_id, *(hit.record_id for hit in found)})
    pairs = []
    for hit in found:
        left, right = sorted((record_id, hit.record_id))
        pairs.append(
            DuplicatePair(
                object_key=object_type.key,
                left_id=left,
                right_id=right,
                score=hit.match.score,
                reasons=[str(reason) for reason in hit.match.reasons],
                group=ids[0],
            )
        )
    DuplicatePair.objects.bulk_create(pairs, ignore_conflicts=True)
    # Groups that hang together through the new record become one; no others are looked at.
    rows = DuplicatePair.objects.filter(object_key=object_type.key, state=DuplicatePair.State.OPEN)
    groups = sorted(set(rows.filter(Q(left_id__in=ids) | Q(right_id__in=ids)).values_list("group", flat=True)))
    if len(groups) > 1:
        rows.filter(group__in=groups).update(group=groups[0])
