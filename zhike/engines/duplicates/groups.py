"""What a comparison of the whole base found, group by group, and what people decide about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from zhike.engines.duplicates.models import DuplicatePair
from zhike.metadata import policy
from zhike.metadata.actor import Actor
from zhike.metadata.errors import NotFound
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage


@dataclass(frozen=True, slots=True)
class CandidateGroup:
    """Records that hang together by open pairs; ``key`` orders the groups."""

    key: int
    ids: tuple[int, ...]
    pairs: tuple[DuplicatePair, ...]

    @property
    def reasons(self) -> list[str]:
        """Reasons of all its pairs, each once."""
        return list(dict.fromkeys(reason for pair in self.pairs for reason in pair.reasons))

    @property
    def score(self) -> float:
        return max(pair.score for pair in self.pairs)


def open_pairs(actor: Actor, object_type: ObjectType) -> QuerySet[DuplicatePair]:
    """Pairs to be decided of which the actor may merge both records."""
    within = policy.queryset_for(actor, object_type, "merge").values("pk")
    rows = DuplicatePair.objects.filter(object_key=object_type.key, state=DuplicatePair.State.OPEN)
    return rows.filter(left_id__in=within, right_id__in=within)


def candidate_groups(
    actor: Actor, object_type: ObjectType, *, after: int = 0, limit: int = 20
) -> tuple[list[CandidateGroup], int | None]:
    """Groups in the order of their oldest record, and where the next page begins."""
    rows = open_pairs(actor, object_type)
    keys = list(rows.filter(group__gt=after).order_by("group").values_list("group", flat=True).distinct()[: limit + 1])
    found: dict[int, list[DuplicatePair]] = {key: [] for key in keys[:limit]}
    for pair in rows.filter(group__in=keys[:limit]).order_by("group", "-score", "pk"):
        found[pair.group].append(pair)
    groups = [CandidateGroup(key, _ids(pairs), tuple(pairs)) for key, pairs in found.items()]
    return groups, keys[limit - 1] if len(keys) > limit else None


def _ids(pairs: Sequence[DuplicatePair]) -> tuple[int, ...]:
    return tuple(sorted({pk for pair in pairs for pk in (pair.left_id, pair.right_id)}))


def group_count(actor: Actor, object_type: ObjectType, cap: int = 10_000) -> int:
    """How many groups wait for a decision, up to ``cap``."""
    rows: Any = open_pairs(actor, object_type).order_by().values("group").distinct()
    return int(rows[:cap].count())


def different_say(object_type: ObjectType, ids: Collection[int], *, actor: Actor) -> int:
    """Remember that no two of these records are the same; no comparison proposes them again. Raises Denied or NotFound."""
    policy.require(actor, object_type, "merge")
    wanted = sorted(set(ids))
    seen = policy.queryset_for(actor, object_type, "merge").filter(pk__in=wanted)
    for missing in set(wanted) - set(seen.values_list("pk", flat=True)):
        raise NotFound(object_type.key, missing)
    now = timezone.now()
    decided = [
        DuplicatePair(
            object_key=object_type.key,
            left_id=left,
            right_id=right,
            state=DuplicatePair.State.DIFFERENT,
            group=left,
            decided_at=now,
            decided_by_id=actor.user_id,
        )
        for left, right in combinations(wanted, 2)
    ]
    with storage().write_transaction():
        DuplicatePair.objects.bulk_create(
            decided,
            update_conflicts=True,
            update_fields=["state", "decided_at", "decided_by_id"],
            unique_fields=["object_key", "left_id", "right_id"],
        )
    return len(decided)
