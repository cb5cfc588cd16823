"""The job of an export: the rows of a query as a person sees them, written batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _, override

from zhike.accounts.actors import actor_for_id
from zhike.engines.exporting.models import KEPT, ExportRun, directory
from zhike.jobs.queue import job
from zhike.jobs.run import JobRefused, JobRun
from zhike.jobs.scheduler import scheduled
from zhike.jobs.tidying import keeps_jobs
from zhike.lib.table_writers import MOST_ROWS, CsvWriter, TableWriter, XlsxWriter
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import BadQuery, Denied
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.object_type import ObjectType, UnknownObject
from zhike.metadata.query import PageRow, Query, label_rows
from zhike.metadata.saving import context_for

AT_ONCE = 1_000


@job("export", attempts=3)
def export_rows(run: JobRun) -> dict[str, Any]:
    """Write the file of an ExportRun; returns the number of rows. A cancelled export leaves no file."""
    found = ExportRun.objects.get(pk=run.params["export"])
    actor = actor_for_id(found.actor_id)
    if actor is None:
        raise JobRefused(_("Whoever started this export may no longer sign in."))
    with override(actor.language):
        try:
            query = query_of(found, actor)
            total = query.count(cap=MOST_ROWS, budget=10.0).value or 0
            rows = write_file(query, found.path, found.format, progress=lambda done: _go_on(run, done, total))
        except (Denied, UnknownObject, BadQuery) as refusal:
            raise JobRefused(_("You may not export this list.")) from refusal
    if run.cancelled():
        found.path.unlink(missing_ok=True)
        return {"rows": 0}
    ExportRun.objects.filter(pk=found.pk).update(rows=rows)
    run.progress(rows, rows)
    return {"rows": rows}


def _go_on(run: JobRun, done: int, total: int) -> bool:
    run.progress(done, max(total, done + 1))
    return not run.cancelled()


def query_of(found: ExportRun, actor: Actor) -> Query:
    """The query of an export, with the rights that the person has now; raises Denied and BadQuery."""
    object_type = registry.get(found.object_key)
    policy.require(actor, object_type, "export")
    return Query(
        object_type,
        actor,
        context_for(actor),
        columns=tuple(found.columns),
        filter=found.filter,
        sort=tuple(found.sort),
        action="export",
        where=None if found.ids is None else Q(pk__in=found.ids),
    )


def write_file(query: Query, path: Path, form: str, *, progress: Callable[[int], bool]) -> int:
    """Write headings and rows to ``path``; ``progress`` says after each batch whether to go on. Returns the rows."""
    fields = [query.object_type.field(key) for key in query.columns]
    partial = path.with_suffix(f"{path.suffix}.part")
    done = 0
    writer: TableWriter = (
        CsvWriter(partial)
        if form == ExportRun.Format.CSV
        else XlsxWriter(partial, sheet=str(query.object_type.label_plural))
    )
    try:
        writer.write([str(field.label) for field in fields])
        for cells in rows_of(query, fields):
            for row in cells:
                writer.write(row)
            done += len(cells)
            if not progress(done):
                break
    finally:
        writer.close()
    partial.replace(path)
    return done


def rows_of(query: Query, fields: Sequence[Field]) -> Iterator[list[list[Any]]]:
    """Batches of rows of cells; linked records appear by their titles."""
    for rows in query.each(AT_ONCE):
        label_rows(query.object_type, rows, query.context)
        columns = [column_cells(rows, field, query.context) for field in fields]
        yield [list(cells) for cells in zip(*columns, strict=True)]
        query.context.labels.clear()


def column_cells(rows: Sequence[PageRow], field: Field, context: Context) -> list[Any]:
    """Numbers and dates as such, everything else as people read it; masked values stay masked.

    How a word or an id reads is found out once: choices and people repeat themselves.
    """
    key = field.key
    as_they_are = (date, int, Decimal) if field.type.key in {"date", "integer", "decimal", "percent"} else ()
    known: dict[Any, Any] = {}
    cells: list[Any] = []
    for row in rows:
        value = row.values.get(key)
        kind = type(value)
        if key in row.masked:
            cells.append(None if value is None else str(field.type.masked_cell(value)))
        elif value is None or kind in as_they_are:
            cells.append(value)
        elif kind in (str, int, bool):
            if value not in known:
                known[value] = field.type.text(value, field, context)
            cells.append(known[value])
        elif isinstance(value, datetime):
            cells.append(value.astimezone(context.timezone).replace(tzinfo=None, microsecond=0))
        else:
            cells.append(field.type.text(value, field, context))
    return cells


@keeps_jobs
def jobs_of_exports(ids: list[int]) -> Iterable[int | None]:
    """The log of exports tells what came of each, which its job holds."""
    return ExportRun.objects.filter(job_id__in=ids).values_list("job_id", flat=True)


@scheduled("old exports", daily_at="03:20")
def remove_old_files() -> None:
    """Remove files that can no longer be fetched; the log of the exports stays."""
    oldest = (timezone.now() - KEPT).timestamp()
    for path in directory().iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def exportable_columns(object_type: ObjectType, actor: Actor, columns: Sequence[str]) -> list[str]:
    """The asked columns that the actor may read, all of them if none was asked for; raises BadQuery."""
    readable = {field.key for field in policy.readable_fields(actor, object_type)}
    for key in columns:
        if key not in readable:
            raise BadQuery("unknown_field", _("There is no such field."), field=key)
    return list(columns) or [field.key for field in policy.readable_fields(actor, object_type)]
