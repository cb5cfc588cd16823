"""Background work of the kernel."""

from __future__ import annotations

from typing import Any

from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.jobs.scheduler import scheduled
from zhike.metadata.custom_indexes import indexes_reconcile
from zhike.metadata.models import CustomField


@job("metadata.custom_indexes")
def custom_indexes_build(run: JobRun) -> dict[str, Any]:
    """Build and drop the indexes of one object's custom fields; begun again it does what is left."""
    done = indexes_reconcile(str(run.params["object_key"]), progress=run.progress)
    return {"built": done.built, "dropped": done.dropped}


@scheduled("metadata.custom_indexes", daily_at="02:40")
def custom_indexes_check() -> None:
    """A migration that rebuilds a table on SQLite loses the indexes that no model knows of; this brings them back."""
    for object_key in CustomField.objects.order_by().values_list("object_key", flat=True).distinct():
        enqueue("metadata.custom_indexes", {"object_key": object_key})
