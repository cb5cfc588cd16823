"""The random sample that somebody looks at again: a share of what each person finished, drawn from the cycle's seed."""

from __future__ import annotations

from collections import defaultdict
from random import Random

from django.utils import timezone

from zhike.domain.reviews.models import RecheckState, Review, ReviewCycle, ReviewState
from zhike.metadata import records, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import Origin, Row
from zhike.metadata.storage import storage

ORIGIN = Origin("reviews")
AT_ONCE = 500


def draw(seed: int, person: int, ids: list[int], percent: int) -> list[int]:
    """``percent`` of the ids, rounded up; the same for the same seed, person and ids."""
    count = -(-len(ids) * percent // 100)
    return sorted(Random(f"{seed}:{person}").sample(sorted(ids), count))


def samples_draw(cycle: ReviewCycle, *, everybody: bool) -> int:
    """Draw for everybody who has finished, or whose time is up, once a person; ``everybody`` waits for nobody.

    Returns how many reviews were drawn. Safe to run again: who has a sample gets no other.
    """
    percent = cycle.policy.sample_percent
    if not percent:
        return 0
    rows = Review.objects.filter(cycle=cycle, deletion__isnull=True)
    drawn = set(rows.filter(recheck__isnull=False).values_list("done_by_id", flat=True))
    busy: set[int | None] = set()
    if not everybody and timezone.localdate() <= cycle.due_on:
        busy = set(rows.filter(state=ReviewState.DUE).values_list("reviewer_id", flat=True))
    done: dict[int, list[int]] = defaultdict(list)
    for pk, person in rows.filter(state=ReviewState.DONE).values_list("pk", "done_by_id"):
        if person is not None and person not in drawn and person not in busy:
            done[person].append(pk)
    chosen = [pk for person, ids in sorted(done.items()) for pk in draw(cycle.seed, person, ids, percent)]
    for start in range(0, len(chosen), AT_ONCE):
        part = [Row({"recheck": RecheckState.WAITING.value}, id=pk) for pk in chosen[start : start + AT_ONCE]]
        with storage().write_transaction():
            records.save(registry.get("review"), part, actor=SYSTEM, origin=ORIGIN, partial=True)
    return len(chosen)
