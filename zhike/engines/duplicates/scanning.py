"""Compares a whole base with itself, block by block: a job with progress that can be cancelled and goes on after a kill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import combinations, groupby
from operator import itemgetter
from typing import Any

from zhike.engines.duplicates.blocking import LARGEST_BLOCK
from zhike.engines.duplicates.building import build_step, unfit_types
from zhike.engines.duplicates.kin_scanning import compare_kin, forget_stale_kin, keys_of, open_kin_count
from zhike.engines.duplicates.kinship import kin_of
from zhike.engines.duplicates.models import DuplicateKey, DuplicatePair
from zhike.engines.duplicates.reading import traits_by_id
from zhike.engines.duplicates.scoring import compare
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage

JOB = "duplicates.scan"
#: Keys are spread evenly over 64 bits, so that equal parts of the range are equal parts of the work.
SLICES = 512
LOWEST = -(2**63)
#: Keys of one slice across types, of the type that says what is compared.
KEYS_AT_ONCE = 10_000


@dataclass(slots=True)
class _State:
    """The checkpoint: keys first, then slice after slice, then the same with each type that is compared across."""

    slice: int = 0
    built: dict[str, int] | None = None
    pairs: int = 0
    #: Slices by type that is compared across, settled once, and how many of all of them are done.
    plan: list[int] | None = None
    across: int = 0


def scan(object_type: ObjectType, *, actor: Actor) -> Job:
    """Queue a comparison of all records of the type. Raises Denied without the right to merge them."""
    policy.require(actor, object_type, "merge")
    running = Job.objects.filter(kind=JOB, state__in=(Job.State.QUEUED, Job.State.RUNNING))
    if (present := running.filter(params__object=object_type.key).first()) is not None:
        return present
    return enqueue(JOB, {"object": object_type.key}, actor_id=actor.user_id, message=str(object_type.label_plural))


def latest_scan(object_type: ObjectType) -> Job | None:
    """The last comparison of the type, over or not."""
    return Job.objects.filter(kind=JOB, params__object=object_type.key).order_by("-pk").first()


@job(JOB)
def run_scan(run: JobRun) -> dict[str, int]:
    """Find all pairs; each slice and the checkpoint behind it are committed together."""
    object_type = registry.get(run.params["object"])
    state = _State(**(run.checkpoint or {}))
    kin = kin_of(object_type)
    for needed in (object_type, *(found.other(object_type) for found in kin)):
        while needed in unfit_types() and not run.cancelled():
            _build(run, needed, state)
    state.plan = plan = state.plan or [min(keys_of(found) // KEYS_AT_ONCE + 1, SLICES) for found in kin]
    total = SLICES + sum(plan)
    while state.slice < SLICES and not run.cancelled():
        with storage().write_transaction():
            state.pairs += compare_slice(object_type, state.slice, run.id)
            state.slice += 1
            run.keep(asdict(state))
        run.progress(state.slice, total)
    steps = [(found, number, count) for found, count in zip(kin, plan, strict=True) for number in range(count)]
    while state.slice == SLICES and state.across < len(steps) and not run.cancelled():
        found, number, count = steps[state.across]
        with storage().write_transaction():
            compare_kin(found, *slice_bounds(number, count), run.id)
            state.across += 1
            run.keep(asdict(state))
        run.progress(SLICES + state.across, total)
    if state.slice + state.across < total:
        return {"pairs": state.pairs, "groups": 0, "across": 0}
    with storage().write_transaction():
        forget_stale(object_type, run.id)
        for found in kin:
            forget_stale_kin(found, run.id)
        groups = write_groups(object_type)
    open_pairs = DuplicatePair.objects.filter(object_key=object_type.key, state=DuplicatePair.State.OPEN).count()
    return {"pairs": open_pairs, "groups": groups, "across": sum(map(open_kin_count, kin))}


def _build(run: JobRun, object_type: ObjectType, state: _State) -> None:
    """Keys of a base that has none yet, as part of the same job."""
    told: dict[str, Any] = dict(state.built or {"place": 0, "after": 0, "done": 0})
    with storage().write_transaction():
        build_step(object_type, told)
        # Once a type is through, the next one begins anew.
        state.built = told if told["after"] else None
        run.keep(asdict(state))
    run.progress(0, SLICES)


def slice_bounds(number: int, count: int) -> tuple[int, int | None]:
    """The lowest key of one of ``count`` slices, and the one below which it ends; the last has no end."""
    width = 2**64 // count
    lowest = LOWEST + number * width
    return lowest, lowest + width if number < count - 1 else None


def compare_slice(object_type: ObjectType, number: int, job_id: int) -> int:
    """Compare the records within each block of one part of the keys; returns how many pairs match."""
    lowest, below = slice_bounds(number, SLICES)
    rows = DuplicateKey.objects.filter(object_key=object_type.key, key__gte=lowest)
    if below is not None:
        rows = rows.filter(key__lt=below)
    pairs = {pair for block in _blocks(rows.order_by("key", "record_id")) for pair in combinations(block, 2)}
    traits = traits_by_id(object_type, {pk for pair in pairs for pk in pair})
    found = []
    for left, right in sorted(pairs):
        if left in traits and right in traits and (match := compare(traits[left], traits[right])) is not None:
            found.append(
                DuplicatePair(
                    object_key=object_type.key,
                    left_id=left,
                    right_id=right,
                    score=match.score,
                    reasons=[str(reason) for reason in match.reasons],
                    group=left,
                    job_id=job_id,
                )
            )
    # What people decided stays: only the finding itself is refreshed.
    DuplicatePair.objects.bulk_create(
        found,
        batch_size=500,
        update_conflicts=True,
        update_fields=["score", "reasons", "job_id"],
        unique_fields=["object_key", "left_id", "right_id"],
    )
    return len(found)


def _blocks(rows: Any) -> Iterator[list[int]]:
    listed = rows.values_list("key", "record_id").iterator(chunk_size=20_000)
    for _key, block in groupby(listed, key=itemgetter(0)):
        ids = [pk for _key, pk in block]
        if 2 <= len(ids) <= LARGEST_BLOCK:
            yield ids


def forget_stale(object_type: ObjectType, job_id: int) -> None:
    """Drop open pairs that this comparison no longer found."""
    stale = DuplicatePair.objects.filter(object_key=object_type.key, state=DuplicatePair.State.OPEN)
    stale.exclude(job_id=job_id).delete()


def write_groups(object_type: ObjectType) -> int:
    """Give all open pairs that hang together the smallest id among them; returns how many groups there are."""
    rows = DuplicatePair.objects.filter(object_key=object_type.key, state=DuplicatePair.State.OPEN)
    pairs = list(rows.values_list("pk", "left_id", "right_id", "group"))
    root: dict[int, int] = {}

    def top(pk: int) -> int:
        while root.setdefault(pk, pk) != pk:
            root[pk] = root[root[pk]]
            pk = root[pk]
        return pk

    for _pk, left, right, _group in pairs:
        one, other = sorted((top(left), top(right)))
        root[other] = one
    changed = [(top(left), pk) for pk, left, _right, group in pairs if top(left) != group]
    storage().update_rows(DuplicatePair._meta.db_table, ("group",), changed)
    return len({top(left) for _pk, left, _right, _group in pairs})
