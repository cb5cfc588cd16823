"""Builds the documents of whole object types again, when their descriptor or the tokeniser has changed or on demand."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from zhike.engines.search.index import search_index
from zhike.engines.search.models import SearchBuild, SearchDocument
from zhike.engines.search.vocabulary import search_fields
from zhike.engines.search.writing import write_documents
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.jobs.scheduler import scheduled
from zhike.metadata import policy, registry
from zhike.metadata.listed_ids import among
from zhike.metadata.object_type import ObjectType, UnknownObject
from zhike.metadata.storage import storage

JOB = "search.rebuild"
#: To be raised with every change of what a document's tokens are.
TOKENS_VERSION = 2
STEP = 2_000


def signature(object_type: ObjectType) -> str:
    """What the documents of a type depend on besides its records."""
    keys = [field.key for field in search_fields(object_type)]
    told = f"{TOKENS_VERSION} {object_type.title} {object_type.scope_from} {keys}"
    return sha256(told.encode()).hexdigest()


@scheduled("search.fit", every=60)
def rebuild_unfit() -> None:
    """Queue a rebuild of every type whose documents were built for other fields, and drop those of types that are gone."""
    built = dict(SearchBuild.objects.values_list("object_key", "signature"))
    wanted = {found.key: signature(found) for found in registry.all_types() if found.search}
    unfit = sorted(key for key in built.keys() | wanted.keys() if built.get(key) != wanted.get(key))
    pending = Job.objects.filter(kind=JOB, state__in=(Job.State.QUEUED, Job.State.RUNNING))
    if unfit and not pending.exists():
        enqueue(JOB, {"object_keys": unfit})


def rebuild(object_keys: Iterable[str] | None = None, *, actor_id: int | None = None) -> Job:
    """Queue a rebuild of these types, or of all."""
    keys = [found.key for found in registry.all_types() if found.search] if object_keys is None else list(object_keys)
    return enqueue(JOB, {"object_keys": sorted(keys)}, actor_id=actor_id)


@job(JOB)
def run_rebuild(run: JobRun) -> dict[str, int]:
    """Write every document of the types again, 2,000 records a transaction; goes on where a killed worker stopped."""
    keys: list[str] = list(run.params["object_keys"])
    state: dict[str, Any] = dict(run.checkpoint or {"key": keys[0] if keys else "", "after": 0, "done": 0})
    total = sum(_size(key) for key in keys)
    for key in keys[keys.index(state["key"]) if state["key"] else 0 :]:
        if key != state["key"]:
            state |= {"key": key, "after": 0}
        while not run.cancelled():
            with storage().write_transaction():
                finished = _step(key, state)
                run.keep(state)
            run.progress(min(state["done"], total), total)
            if finished:
                break
    return {"records": state["done"]}


def _size(key: str) -> int:
    try:
        return policy.every_record(registry.get(key)).filter(deletion__isnull=True).count()
    except UnknownObject:
        return 0


def _step(key: str, state: dict[str, Any]) -> bool:
    """Write the next records' documents and remove those in between that have no live record; True at the end."""
    try:
        object_type = registry.get(key)
    except UnknownObject:
        object_type = None
    ids: list[int] = []
    if object_type is not None and object_type.search:
        live = policy.every_record(object_type).filter(deletion__isnull=True, pk__gt=state["after"])
        ids = list(live.order_by("pk").values_list("pk", flat=True)[:STEP])
        state["done"] += write_documents(object_type, ids)
    last = ids[-1] if len(ids) == STEP else None
    between = SearchDocument.objects.filter(object_key=key, record_id__gt=state["after"])
    if last is not None:
        between = between.filter(record_id__lte=last)
    strays = between.filter(~among("record_id", ids)).order_by("record_id")
    stray = list(strays.values_list("record_id", flat=True)[:STEP])
    search_index().remove(key, stray)
    if last is not None:
        state["after"] = last
        return False
    if len(stray) == STEP:
        return False
    _note(key, object_type)
    return True


def _note(key: str, object_type: ObjectType | None) -> None:
    if object_type is None or not object_type.search:
        SearchBuild.objects.filter(pk=key).delete()
        return
    SearchBuild.objects.update_or_create(pk=key, defaults={"signature": signature(object_type)})
