"""Builds the keys of whole object types, when their descriptor or the rules have changed or rows came past the write path."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from zhike.engines.duplicates.blocking import KEYS_VERSION
from zhike.engines.duplicates.models import DuplicateBuild, DuplicateKey
from zhike.engines.duplicates.reading import identified_types
from zhike.engines.duplicates.writing import remove_keys, write_keys
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.jobs.scheduler import scheduled
from zhike.metadata import policy, registry
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage

JOB = "duplicates.build"
STEP = 2_000


def signature(object_type: ObjectType) -> str:
    """What the keys of a type depend on besides its records."""
    return sha256(f"{KEYS_VERSION} {object_type.identity}".encode()).hexdigest()


def unfit_types() -> list[ObjectType]:
    """Types whose keys were built for something else, or never."""
    built = dict(DuplicateBuild.objects.values_list("object_key", "signature"))
    return [found for found in identified_types(registry.all_types()) if built.get(found.key) != signature(found)]


@scheduled("duplicates.fit", every=60)
def build_unfit() -> None:
    """Queue the building of every type whose keys do not fit."""
    keys = [found.key for found in unfit_types()]
    pending = Job.objects.filter(kind=JOB, state__in=(Job.State.QUEUED, Job.State.RUNNING))
    if keys and not pending.exists():
        build(keys)


def build(object_keys: Iterable[str], *, actor_id: int | None = None) -> Job:
    """Queue the building of these types' keys."""
    return enqueue(JOB, {"object_keys": sorted(object_keys)}, actor_id=actor_id)


@job(JOB)
def run_build(run: JobRun) -> dict[str, int]:
    """Write the keys of every record, 2,000 a transaction; goes on where a killed worker stopped."""
    names: list[str] = list(run.params["object_keys"])
    state: dict[str, Any] = dict(run.checkpoint or {"place": 0, "after": 0, "done": 0})
    total = sum(policy.every_record(registry.get(name)).filter(deletion__isnull=True).count() for name in names)
    while state["place"] < len(names) and not run.cancelled():
        with storage().write_transaction():
            build_step(registry.get(names[state["place"]]), state)
            run.keep(state)
        run.progress(min(state["done"], total), total)
    return {"records": state["done"]}


def build_step(object_type: ObjectType, state: dict[str, Any]) -> None:
    """Write the keys of the next records of a type and remove those of records in between that are gone."""
    after = state["after"]
    live = policy.every_record(object_type).filter(deletion__isnull=True, pk__gt=after)
    ids = list(live.order_by("pk").values_list("pk", flat=True)[:STEP])
    write_keys(object_type, ids)
    state["done"] += len(ids)
    between = DuplicateKey.objects.filter(object_key=object_type.key, record_id__gt=after)
    if len(ids) == STEP:
        between = between.filter(record_id__lte=ids[-1])
    remove_keys(object_type, set(between.values_list("record_id", flat=True)) - set(ids))
    if len(ids) == STEP:
        state["after"] = ids[-1]
        return
    state["place"], state["after"] = state["place"] + 1, 0
    DuplicateBuild.objects.update_or_create(pk=object_type.key, defaults={"signature": signature(object_type)})
