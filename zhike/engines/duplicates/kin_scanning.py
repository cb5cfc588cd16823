"""Compares the records of one type with those of another, block by block: the second half of a comparison of the whole base."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from zhike.engines.duplicates.blocking import LARGEST_BLOCK
from zhike.engines.duplicates.kinship import Kin, compare_sides, sides_by_id
from zhike.engines.duplicates.models import DuplicateKey, KinPair
from zhike.metadata.object_type import ObjectType


def compare_kin(kin: Kin, lowest: int, below: int | None, job_id: int) -> int:
    """Compare both types within the blocks of one part of the keys; returns how many pairs match.

    The database picks the keys that both types have, so that of a million records only those with a counterpart are read.
    """
    left, right = _keys(kin.left, lowest, below), _keys(kin.right, lowest, below)
    lefts, rights = _blocks(left, right), _blocks(right, left)
    pairs = {
        (one, other)
        for key, ones in lefts.items()
        if len(ones) <= LARGEST_BLOCK and len(rights[key]) <= LARGEST_BLOCK
        for one in ones
        for other in rights[key]
    }
    ones = sides_by_id(kin, kin.left, {one for one, _other in pairs})
    others = sides_by_id(kin, kin.right, {other for _one, other in pairs})
    found = []
    for one, other in sorted(pairs):
        if one in ones and other in others:
            match = compare_sides(ones[one], one, others[other], other)
            if match is not None:
                found.append(
                    KinPair(
                        left_key=kin.left.key,
                        left_id=one,
                        right_key=kin.right.key,
                        right_id=other,
                        score=match.score,
                        reasons=[str(reason) for reason in match.reasons],
                        job_id=job_id,
                    )
                )
    # What people decided stays: only the finding itself is refreshed.
    KinPair.objects.bulk_create(
        found,
        batch_size=500,
        update_conflicts=True,
        update_fields=["score", "reasons", "job_id"],
        unique_fields=["left_key", "left_id", "right_key", "right_id"],
    )
    return len(found)


def _keys(object_type: ObjectType, lowest: int, below: int | None) -> Any:
    rows = DuplicateKey.objects.filter(object_key=object_type.key, key__gte=lowest)
    return rows if below is None else rows.filter(key__lt=below)


def _blocks(rows: Any, others: Any) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    shared = rows.filter(key__in=others.values("key")).values_list("key", "record_id")
    for key, pk in shared.iterator(chunk_size=20_000):
        if len(found[key]) <= LARGEST_BLOCK:
            found[key].append(pk)
    return found


def forget_stale_kin(kin: Kin, job_id: int) -> None:
    """Drop open pairs that this comparison no longer found."""
    stale = KinPair.objects.filter(left_key=kin.left.key, right_key=kin.right.key, state=KinPair.State.OPEN)
    stale.exclude(job_id=job_id).delete()


def open_kin_count(kin: Kin) -> int:
    """How many pairs of both types wait for a decision."""
    rows = KinPair.objects.filter(left_key=kin.left.key, right_key=kin.right.key, state=KinPair.State.OPEN)
    return rows.count()


def keys_of(kin: Kin) -> int:
    """How many keys the type has that says what is compared."""
    return DuplicateKey.objects.filter(object_key=kin.left.key).count()
