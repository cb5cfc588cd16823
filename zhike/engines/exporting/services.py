"""Starting and fetching exports."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from zhike.engines.exporting.job import exportable_columns
from zhike.engines.exporting.models import ExportRun
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job_cancel
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import NotFound
from zhike.metadata.filters import compile_filter
from zhike.metadata.keyset import sort_keys
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for


def export_start(
    object_type: ObjectType,
    *,
    actor: Actor,
    columns: Sequence[str] = (),
    filter: Mapping[str, Any] | None = None,
    sort: Sequence[str] = (),
    ids: Sequence[int] | None = None,
    form: str = ExportRun.Format.XLSX,
) -> tuple[ExportRun, Job]:
    """Queue the export of a list exactly as it is shown. Raises Denied and BadQuery."""
    policy.require(actor, object_type, "export")
    context = context_for(actor)
    compile_filter(object_type, filter, context)
    sort_keys(object_type, sort or (object_type.default_sort,), context)
    run = ExportRun(
        object_key=object_type.key,
        actor_id=actor.user_id or 0,
        created_at=timezone.now(),
        format=ExportRun.Format(form),
        columns=exportable_columns(object_type, actor, columns),
        filter=filter,
        sort=list(sort),
        ids=None if ids is None else list(ids),
        stored_name=f"{secrets.token_hex(12)}.{form}",
    )
    with transaction.atomic():
        run.save()
        job = enqueue("export", {"export": run.pk}, actor_id=actor.user_id)
        run.job_id = job.pk
        run.save(update_fields=["job_id"])
    return run, job


def export_note(
    object_type: ObjectType,
    *,
    actor: Actor,
    columns: Sequence[str],
    filter: Mapping[str, Any],
    rows: int,
    form: str = ExportRun.Format.CSV,
) -> ExportRun:
    """Log a file that a page has made at once, such as a report, among the exports. Raises Denied."""
    policy.require(actor, object_type, "export")
    return ExportRun.objects.create(
        object_key=object_type.key,
        actor_id=actor.user_id or 0,
        created_at=timezone.now(),
        format=ExportRun.Format(form),
        columns=list(columns),
        filter=dict(filter),
        rows=rows,
        # Nothing is kept under this name: the file is with whoever took it.
        stored_name=f"{secrets.token_hex(12)}.{form}",
    )


def own_export(pk: int, *, actor: Actor) -> ExportRun:
    """The actor's own export, while the actor may still export such records; raises NotFound and Denied."""
    found = ExportRun.objects.filter(pk=pk, actor_id=actor.user_id or 0).first()
    if found is None:
        raise NotFound("export", pk)
    policy.require(actor, registry.get(found.object_key), "export")
    return found


def export_cancel(run: ExportRun, *, actor: Actor) -> bool:
    """Stop an export; its file is not kept."""
    if run.actor_id != actor.user_id:
        raise NotFound("export", run.pk)
    return run.job_id is not None and job_cancel(run.job_id)
