"""Background work in words: what it is called, where its page is, how far it is, and why it failed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from zhike.engines.bulk import services as bulk
from zhike.engines.exporting.models import ExportRun
from zhike.engines.importing.models import ImportRun
from zhike.jobs.models import Job
from zhike.metadata import registry
from zhike.metadata.fields.base import Label
from zhike.metadata.object_type import ObjectType, UnknownObject

#: An exception's name and text, which says nothing to people.
TECHNICAL = re.compile(r"[A-Za-z_.]+(Error|Exception|Interrupt|Exit)?: |the worker stopped")
#: How long to wait before asking again, by how old the work is.
PAUSES = ((timedelta(seconds=15), 1), (timedelta(minutes=1), 2), (timedelta(minutes=5), 5))
LONGEST_PAUSE = 15


def pause(job: Job) -> int:
    """Seconds until a page asks again: often at first, ever more rarely as the work goes on."""
    age = timezone.now() - (job.started_at or job.created_at)
    return next((seconds for limit, seconds in PAUSES if age < limit), LONGEST_PAUSE)


def progress_context(job: Job) -> dict[str, Any]:
    """How far it is."""
    return {
        "job": job,
        "percent": percent(job),
        "pause": pause(job),
        "reason": reason(job),
    }


def percent(job: Job) -> int:
    return min(100, round(100 * job.done / job.total)) if job.total else 0


def reason(job: Job) -> str:
    """Why it failed, where somebody wrote it for people."""
    return "" if job.state != Job.State.FAILED or TECHNICAL.match(job.error) else job.error


def counts(job: Job) -> dict[str, Any]:
    """What came of it so far."""
    found = job.result if isinstance(job.result, dict) else job.checkpoint
    return found if isinstance(found, dict) else {}


# What it is called ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Family:
    """Kinds of jobs that belong together for people."""

    label: Label
    kinds: tuple[str, ...]


#: Kinds of other parts whose results tell what was done, left alone and refused.
OTHERS = ("metadata.numbers", "kind_changes.change", "kind_changes.undo", "verification.search", "quality.clean")

FAMILIES: Mapping[str, Family] = {
    "import": Family(gettext_lazy("Imports"), ("import", "import undo")),
    "export": Family(gettext_lazy("Exports"), ("export",)),
    "bulk": Family(gettext_lazy("Bulk changes"), (bulk.RUN, bulk.UNDO, *OTHERS)),
}


@dataclass(frozen=True, slots=True)
class Work:
    """A job as its person knows it; ``url`` is "" where its object is gone."""

    job: Job
    title: str
    icon: str
    url: str
    #: What came of it, in words.
    outcome: str = ""
    download_url: str = ""

    @property
    def percent(self) -> int:
        return percent(self.job)

    @property
    def is_retryable(self) -> bool:
        return self.job.state in {Job.State.FAILED, Job.State.CANCELLED}

    @property
    def reason(self) -> str:
        return reason(self.job)


def described(jobs: Sequence[Job]) -> list[Work]:
    """Jobs in words, in the same order; a constant number of queries."""
    imports = ImportRun.objects.in_bulk(
        [job.params.get("import") for job in jobs if job.kind in FAMILIES["import"].kinds]
    )
    exports = ExportRun.objects.in_bulk([job.params.get("export") for job in jobs if job.kind == "export"])
    found = []
    for job in jobs:
        if run := imports.get(job.params.get("import", 0)):
            found.append(_import(job, run))
        elif export := exports.get(job.params.get("export", 0)):
            found.append(_export(job, export))
        else:
            title = job.message or (_("Put back") if job.kind == bulk.UNDO else _("Bulk change"))
            found.append(Work(job, title, "checks", f"/jobs/{job.pk}/", _bulk_outcome(job)))
    return found


def _import(job: Job, run: ImportRun) -> Work:
    object_type = known(run.object_key)
    url = f"/o/{object_type.slug}/import/{run.pk}/" if object_type else ""
    result = counts(job)
    if job.kind == "import undo":
        text = _("%(count)s put back") % {"count": result.get("undone", 0)} if job.is_over else ""
        return Work(job, _("Take back: %(file)s") % {"file": run.file_name}, "arrow-back-up", url, text)
    told = {key: f"{result.get(key, 0):,}" for key in ("created", "updated", "rejected")}
    text = _("%(created)s created, %(updated)s changed, %(rejected)s rejected") % told if result else ""
    title = _("Import: %(file)s") if job.pk == run.job_id and not run.is_dry_run else _("Trial: %(file)s")
    return Work(job, title % {"file": run.file_name}, "file-import", url, text)


def _export(job: Job, run: ExportRun) -> Work:
    object_type = known(run.object_key)
    label = object_type.label_plural if object_type else run.object_key
    done = job.state == Job.State.DONE
    text = ngettext("%(count)s row", "%(count)s rows", run.rows) % {"count": f"{run.rows:,}"} if done else ""
    return Work(
        job,
        _("Export: %(objects)s (%(format)s)") % {"objects": label, "format": run.format.upper()},
        "file-export",
        f"/exports/{run.pk}/" if object_type else "",
        text,
        f"/exports/{run.pk}/file/" if object_type and done and run.path.exists() else "",
    )


def _bulk_outcome(job: Job) -> str:
    result = counts(job)
    if "undone" in result:
        return _("%(count)s put back") % {"count": f"{result['undone']:,}"}
    result = result if "done" in result else result.get("outcome", {})
    told = {key: f"{result.get(key, 0):,}" for key in ("done", "refused")}
    return _("%(done)s changed, %(refused)s refused") % told if result else ""


def known(object_key: str) -> ObjectType | None:
    try:
        return registry.get(object_key)
    except UnknownObject:
        return None
