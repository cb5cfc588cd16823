"""Keeps tables of figures fresh: of touched records at once, of all of them in ranges, each one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max, Q
from django.utils import timezone

from zhike.engines.figures.figure_table import FigureTable, tables
from zhike.engines.figures.models import FigureBuild
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.jobs.scheduler import scheduled
from zhike.metadata.storage import storage

JOB = "figures.tables"
#: Record ids of one statement: long enough to read indexes in order, short enough that a changed record never waits.
SPAN = 20_000
#: Record ids named one by one in a statement.
AT_ONCE = 2_000


def refresh_table(table: FigureTable, ids: Sequence[int], *, now: datetime | None = None) -> int:
    """Compute the figures of these records; returns how many rows changed. Runs inside a write transaction."""
    wanted = sorted(set(ids))
    return sum(
        _compute(table, Q(**{f"{table.via}__in": wanted[start : start + AT_ONCE]}), now)
        for start in range(0, len(wanted), AT_ONCE)
    )


def refresh_span(table: FigureTable, first: int, *, now: datetime | None = None) -> int:
    """Compute the figures of the records with ids from ``first`` on, ``SPAN`` of them."""
    return _compute(table, Q(**{f"{table.via}__gte": first, f"{table.via}__lt": first + SPAN}), now)


def _compute(table: FigureTable, condition: Q, now: datetime | None) -> int:
    """One grouping, written where it differs; records whose last row went lose theirs."""
    moment = now or timezone.now()
    storage().lock_key(f"figures {table.key}")
    today = timezone.localtime(moment).date()
    rows = table.rows().filter(condition)
    # Named apart from the source's own columns, which aggregates read.
    grouped = (
        rows.values(table.via)
        .annotate(**{f"f_{column.key}": column.aggregate(today) for column in table.columns})
        .values_list(table.via, *(f"f_{column.key}" for column in table.columns))
    )
    selected, params = grouped.query.sql_with_params()
    names = [column.key for column in table.columns]
    name = table.model._meta.db_table
    stamp: Any = table.model._meta.get_field("computed_at")
    listed = ", ".join([table.link, *names, "computed_at"])
    differs = " OR ".join(f"{name}.{key} IS DISTINCT FROM excluded.{key}" for key in names)
    sets = ", ".join(f"{key} = excluded.{key}" for key in [*names, "computed_at"])
    read = ", ".join(f"c{place}" for place in range(len(names) + 1))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH grouped ({read}) AS ({selected}) INSERT INTO {name} ({listed}) SELECT {read}, %s FROM grouped"
            f" WHERE true ON CONFLICT ({table.link}) DO UPDATE SET {sets} WHERE {differs}",
            [*params, stamp.get_db_prep_save(moment, connection)],
        )
        written: int = cursor.rowcount
    return written + _forget(table, condition)


def _forget(table: FigureTable, condition: Q) -> int:
    """Drop the figures of records that have no rows any more."""
    ours = {path.replace(table.via, "pk", 1): value for path, value in condition.children}  # type: ignore[misc]
    present = table.rows().filter(condition).values(table.via)
    rows: Any = table.model._default_manager
    return int(rows.filter(**ours).exclude(pk__in=present).delete()[0])


@scheduled("figures.tables", daily_at="01:40")
def refresh_tables() -> None:
    """Queue the computation of every table: "in twelve months" changes where nothing is written."""
    _queue([table.key for table in tables()])


@scheduled("figures.fit_tables", every=60)
def refresh_new_tables() -> None:
    """Queue the tables that have got figures which are not computed yet."""
    built = dict(FigureBuild.objects.values_list("object_key", "keys"))
    _queue([table.key for table in tables() if built.get(table.key) != _keys(table)])


def _keys(table: FigureTable) -> list[str]:
    return sorted(column.key for column in table.columns)


def _queue(keys: Sequence[str]) -> None:
    pending = Job.objects.filter(kind=JOB, state__in=(Job.State.QUEUED, Job.State.RUNNING))
    if keys and not pending.exists():
        enqueue(JOB, {"tables": list(keys)})


@job(JOB)
def run_tables(run: JobRun) -> dict[str, int]:
    """Compute whole tables, one range a transaction; goes on where a killed worker stopped."""
    chosen = [table for table in tables() if table.key in run.params["tables"]]
    state: dict[str, int] = dict(run.checkpoint or {"place": 0, "first": 0, "written": 0})
    while state["place"] < len(chosen) and not run.cancelled():
        table = chosen[state["place"]]
        last = max(_last(table.rows(), table.via), _last(table.model._default_manager.all(), "pk"))
        with storage().write_transaction():
            state["written"] += refresh_span(table, state["first"])
            state["first"] += SPAN
            if state["first"] > last:
                state |= {"place": state["place"] + 1, "first": 0}
                FigureBuild.objects.update_or_create(
                    pk=table.key, defaults={"keys": _keys(table), "computed_at": timezone.now()}
                )
            run.keep(state)
        run.progress(min(state["first"], last), last)
    return {"written": state["written"]}


def _last(rows: Any, key: str) -> int:
    return int(rows.aggregate(last=Max(key))["last"] or 0)
