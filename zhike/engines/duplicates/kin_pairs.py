"""Pairs of records of different types that wait for a decision: who sees them, and what is said about them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from zhike.engines.duplicates.kin_finding import KinFound
from zhike.engines.duplicates.kinship import Kin, kin_of, links_between
from zhike.engines.duplicates.models import KinPair
from zhike.metadata import policy
from zhike.metadata.actor import Actor
from zhike.metadata.errors import NotFound
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage


def open_kin_pairs(actor: Actor, object_type: ObjectType) -> QuerySet[KinPair]:
    """Pairs to be decided with a record of this type, of which the actor may merge both; without those linked meanwhile."""
    rows = KinPair.objects.filter(state=KinPair.State.OPEN)
    within = [_within(actor, kin) for kin in kin_of(object_type) if _may(actor, kin)]
    if not within:
        return rows.none()
    rows = rows.filter(_any(within))
    for kin in kin_of(object_type):
        for condition in _linked(kin):
            rows = rows.exclude(condition)
    return rows


def _may(actor: Actor, kin: Kin) -> bool:
    return policy.may(actor, kin.left, "merge") and policy.may(actor, kin.right, "merge")


def _within(actor: Actor, kin: Kin) -> Q:
    lefts = policy.queryset_for(actor, kin.left, "merge").values("pk")
    rights = policy.queryset_for(actor, kin.right, "merge").values("pk")
    return Q(left_key=kin.left.key, right_key=kin.right.key, left_id__in=lefts, right_id__in=rights)


def _any(conditions: Iterable[Q]) -> Q:
    found = Q()
    for condition in conditions:
        found |= condition
    return found


def _linked(kin: Kin) -> Iterable[Q]:
    """Conditions that one of the pair belongs to the other by a column of its own, as after a conversion."""
    for object_type, own, others in ((kin.left, "left_id", "right_id"), (kin.right, "right_id", "left_id")):
        for field in links_between(object_type, kin.other(object_type)):
            if field.column:
                links: Any = {"pk": OuterRef(own), field.column: OuterRef(others)}
                same = Exists(policy.every_record(object_type).filter(**links))
                yield Q(same, left_key=kin.left.key, right_key=kin.right.key)


def kin_pairs_page(
    actor: Actor, object_type: ObjectType, *, after: int = 0, limit: int = 20
) -> tuple[list[KinPair], int | None]:
    """Pairs in the order in which they were found, and where the next page begins."""
    rows = list(open_kin_pairs(actor, object_type).filter(pk__gt=after).order_by("pk")[: limit + 1])
    return rows[:limit], rows[limit - 1].pk if len(rows) > limit else None


def kin_pair_count(actor: Actor, object_type: ObjectType, cap: int = 10_000) -> int:
    """How many pairs wait for a decision, up to ``cap``."""
    return int(open_kin_pairs(actor, object_type).order_by()[:cap].count())


def kin_different_say(object_type: ObjectType, pair_id: int, *, actor: Actor) -> None:
    """Remember that the two are not the same, so that no comparison proposes them again. Raises Denied or NotFound."""
    policy.require(actor, object_type, "merge")
    with storage().write_transaction():
        pair = open_kin_pairs(actor, object_type).filter(pk=pair_id).first()
        if pair is None:
            raise NotFound(object_type.key, pair_id)
        pair.state, pair.decided_at, pair.decided_by_id = KinPair.State.DIFFERENT, timezone.now(), actor.user_id
        pair.save(update_fields=["state", "decided_at", "decided_by_id"])


def kin_pairs_note(found: Iterable[tuple[ObjectType, int, KinFound]]) -> None:
    """Put new records and their matches of other types among the candidates; inside a write transaction."""
    pairs = []
    for object_type, pk, hit in found:
        is_left = object_type.key == hit.kin.left.key
        left, right = (pk, hit.found.record_id) if is_left else (hit.found.record_id, pk)
        pairs.append(
            KinPair(
                left_key=hit.kin.left.key,
                left_id=left,
                right_key=hit.kin.right.key,
                right_id=right,
                score=hit.found.match.score,
                reasons=[str(reason) for reason in hit.found.match.reasons],
            )
        )
    KinPair.objects.bulk_create(pairs, batch_size=500, ignore_conflicts=True)
