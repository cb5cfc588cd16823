"""What came of an import: counts, the first rejected rows, and how it is taken back."""

from __future__ import annotations

import itertools
from typing import Any

import orjson

from zhike.engines.importing.conflicts import conflicts_left
from zhike.engines.importing.models import ImportRun
from zhike.engines.importing.services import undo_job
from zhike.jobs.models import Job
from zhike.metadata.actor import Actor
from zhike.metadata.models import Batch
from zhike.metadata.saving import context_for
from zhike.metadata.undo import may_undo
from zhike.web.background import counts, progress_context
from zhike.web.views.batches import shown_conflicts

REJECTED_SHOWN = 10
CELLS_SHOWN = 4


def outcome_context(run: ImportRun, job: Job, actor: Actor) -> dict[str, Any]:
    """The context of import/job.html."""
    undone = None if run.is_dry_run else undo_job(run)
    is_live = not job.is_over or (undone is not None and not undone.is_over)
    return {
        "run": run,
        **progress_context(undone if job.is_over and undone is not None else job),
        "job": job,
        "counts": counts(job),
        "is_live": is_live,
        "policies": policies(run, job) if run.is_dry_run and job.state == Job.State.DONE else [],
        "kin": counts(job).get("kin", []),
        "rejected": rejected_rows(run) if job.is_over else [],
        "has_rejected": job.is_over and run.rejected_path.exists(),
        "undone": undone,
        "is_undoable": job.is_over and (undone is None or undone.is_over) and is_undoable(run, actor),
        "conflicts": left_alone(run, undone, actor),
    }


def policies(run: ImportRun, job: Job) -> list[dict[str, Any]]:
    """What each way to treat duplicates would do, by the counts of a trial; [] where it found none."""
    told = job.result if isinstance(job.result, dict) else {}
    base, foreign, file = (int(told.get(f"alike_{what}", 0)) for what in ("base", "foreign", "file"))
    if not base + foreign + file:
        return []
    makes_all = run.duplicates == ImportRun.Duplicates.CREATE
    fresh = int(told.get("created", 0)) + (0 if makes_all else base + foreign + file)
    alone = fresh - base - foreign - file
    done = {
        ImportRun.Duplicates.CREATE: (fresh, 0, 0),
        ImportRun.Duplicates.SKIP: (alone, 0, base + foreign + file),
        ImportRun.Duplicates.UPDATE: (alone, base + file, foreign),
        ImportRun.Duplicates.MERGE: (alone, base + file, foreign),
    }
    return [
        {"key": key.value, "label": key.label, "chosen": run.duplicates == key, "counts": counted}
        for key, counted in done.items()
    ]


def is_undoable(run: ImportRun, actor: Actor) -> bool:
    """Whether something that it wrote can still be taken back."""
    if run.is_dry_run or run.job_id is None:
        return False
    written = Batch.objects.filter(job_id=run.job_id, source="import", undone_by__isnull=True).order_by("pk").first()
    return written is not None and may_undo(actor, written)


def left_alone(run: ImportRun, undone: Job | None, actor: Actor) -> list[dict[str, Any]]:
    if undone is None or undone.state != Job.State.DONE:
        return []
    return shown_conflicts(conflicts_left(run, undone), context_for(actor))


def rejected_rows(run: ImportRun) -> list[dict[str, Any]]:
    """The first rejected rows: number in the file, first cells, reasons."""
    if not run.reasons_path.exists():
        return []
    with run.reasons_path.open("rb") as file:
        lines = [orjson.loads(line) for line in itertools.islice(file, REJECTED_SHOWN)]
    return [
        {
            "number": number,
            "cells": " · ".join(str(cell) for cell in cells if cell not in ("", None))[:80],
            "reasons": told,
        }
        for number, cells, told in lines
    ]
