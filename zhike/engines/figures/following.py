"""Keeps figures fresh: of touched records within seconds by the change log, of all records nightly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from zhike.engines.figures.figure_table import tables
from zhike.engines.figures.models import FigureBuild, FigureRow
from zhike.engines.figures.refreshing import AT_ONCE, refresh
from zhike.engines.figures.registration import figures_of, object_keys
from zhike.engines.figures.table_refresh import refresh_table
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.jobs.scheduler import scheduled
from zhike.metadata import policy, registry
from zhike.metadata.changes import consumer
from zhike.metadata.definition_log import FIELD
from zhike.metadata.models import Change
from zhike.metadata.object_type import UnknownObject
from zhike.metadata.storage import storage

JOB = "figures.refresh"


@consumer("figures", prompt=True)
def follow_changes(changes: Sequence[Change]) -> None:
    """Compute the figures of the records that changed rows belong or belonged to."""
    for object_key in object_keys():
        touched: set[int] = set()
        for source, link in sources(object_key):
            touched |= _touched(source, link, [change for change in changes if change.object_key == source])
        if touched:
            refresh(object_key, sorted(touched))
    for table in tables():
        touched = _touched(table.source, table.via, [change for change in changes if change.object_key == table.source])
        if touched:
            refresh_table(table, sorted(touched))
    purged = [change for change in changes if change.action == Change.Action.PURGE]
    for object_key in {change.object_key for change in purged}:
        ids = [change.record_id for change in purged if change.object_key == object_key]
        FigureRow.objects.filter(object_key=object_key, record_id__in=ids).delete()
        for table in tables(object_key):
            table.model._default_manager.filter(pk__in=ids).delete()
    if any(change.object_key == FIELD for change in changes):
        # An administrator may have made a roll-up: its records should not wait for the next look.
        registry.refresh()
        refresh_new()


def sources(object_key: str) -> Iterable[tuple[str, str]]:
    """What figures of a type are computed from: object keys with the link field that leads to it."""
    return {pair for figure in figures_of(object_key) for pair in figure.sources.items() if pair[0]}


def _touched(source: str, link: str, changes: Sequence[Change]) -> set[int]:
    """Records that the changed rows link to, and those that they linked to before."""
    if not changes:
        return set()
    before = {pk for change in changes for pk in (change.values or {}).get(link, ()) if isinstance(pk, int)}
    try:
        object_type = registry.get(source)
    except UnknownObject:
        return before
    field = object_type.field(link)
    rows = policy.every_record(object_type).filter(pk__in={change.record_id for change in changes})
    return before | {pk for (pk,) in rows.values_list(field.type.expression(field)) if pk is not None}


@scheduled("figures.nightly", daily_at="02:10")
def refresh_all() -> None:
    """Queue the computation of every figure of every record: time passes also where nothing is written."""
    _queue(object_keys())


@scheduled("figures.fit", every=60)
def refresh_new() -> None:
    """Queue the computation of types that have got figures which their records do not have yet."""
    built = dict(FigureBuild.objects.values_list("object_key", "keys"))
    _queue(key for key in object_keys() if built.get(key) != _keys(key))


def _keys(object_key: str) -> list[str]:
    return sorted(figure.stored_key for figure in figures_of(object_key))


def _queue(keys: Iterable[str]) -> None:
    listed = sorted(keys)
    pending = Job.objects.filter(kind=JOB, state__in=(Job.State.QUEUED, Job.State.RUNNING))
    if listed and not pending.exists():
        enqueue(JOB, {"object_keys": listed})


@job(JOB)
def run_refresh(run: JobRun) -> dict[str, int]:
    """Compute all figures of the types, 2,000 records a transaction; goes on where a killed worker stopped."""
    keys = [key for key in run.params["object_keys"] if figures_of(key)]
    state: dict[str, Any] = dict(run.checkpoint or {"place": 0, "after": 0, "done": 0, "written": 0})
    total = sum(policy.every_record(registry.get(key)).count() for key in keys)
    while state["place"] < len(keys) and not run.cancelled():
        with storage().write_transaction():
            _step(keys[state["place"]], state)
            run.keep(state)
        run.progress(min(state["done"], total), total)
    return {"records": state["done"], "written": state["written"]}


def _step(object_key: str, state: dict[str, Any]) -> None:
    """Compute the next records' figures; at the end of a type go to the next."""
    rows = policy.every_record(registry.get(object_key)).filter(pk__gt=state["after"]).order_by("pk")
    ids = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    state["written"] += refresh(object_key, ids)
    state["done"] += len(ids)
    if len(ids) == AT_ONCE:
        state["after"] = ids[-1]
        return
    state |= {"place": state["place"] + 1, "after": 0}
    FigureBuild.objects.update_or_create(
        pk=object_key, defaults={"keys": _keys(object_key), "computed_at": timezone.now()}
    )
