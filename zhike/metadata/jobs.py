"""Background work of the kernel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRefused, JobRun
from zhike.jobs.scheduler import scheduled
from zhike.jobs.tidying import keeps_jobs
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.custom_indexes import indexes_reconcile
from zhike.metadata.fields.auto_number import AutoNumberType
from zhike.metadata.fields.base import Field
from zhike.metadata.models import Batch, CustomField
from zhike.metadata.numbering import new_numbers, unnumbered
from zhike.metadata.object_type import ObjectType
from zhike.metadata.records import Origin, Row, save
from zhike.metadata.storage import storage
from zhike.metadata.undo import UNDO_FOR

#: Records a transaction.
NUMBERED_AT_ONCE = 500


@job("metadata.custom_indexes")
def custom_indexes_build(run: JobRun) -> dict[str, Any]:
    """Build and drop the indexes of one object's custom fields; begun again it does what is left."""
    done = indexes_reconcile(str(run.params["object_key"]), progress=run.progress)
    return {"built": done.built, "dropped": done.dropped}


@job("metadata.numbers")
def numbers_fill(run: JobRun) -> dict[str, int]:
    """Number the live records that have no number yet, the oldest first; begun again it does what is left."""
    registry.refresh()
    row = CustomField.objects.filter(pk=run.params["field_id"], retired_at__isnull=True).first()
    if row is None:
        raise JobRefused(_("The field is no longer in use."))
    object_type = registry.get(row.object_key)
    field = object_type.field(row.key)
    state: dict[str, int] = dict(run.checkpoint or {"after": 0, "done": 0, "unchanged": 0, "refused": 0})
    total = state["done"] + unnumbered(field, live(object_type)).count()
    while not run.cancelled():
        with storage().write_transaction():
            going_on = number_some(object_type, field, state, Origin("job", row.label, run.id))
            run.keep(state)
        run.progress(state["done"], max(total, state["done"]))
        if not going_on:
            break
    return {name: state[name] for name in ("done", "unchanged", "refused")}


def live(object_type: ObjectType) -> Any:
    return policy.every_record(object_type).filter(deletion__isnull=True)


def number_some(object_type: ObjectType, field: Field, state: dict[str, int], origin: Origin) -> bool:
    """Number the next records after ``state["after"]``; False when there are none left."""
    # Whoever brings numbers along waits until these are written.
    storage().lock_key(f"unique {object_type.key}.{field.key}")
    waiting = unnumbered(field, live(object_type).filter(pk__gt=state["after"]).order_by("pk"))
    made: Mapping[int, Any] = dict(waiting.values_list("pk", "created_at")[:NUMBERED_AT_ONCE])
    if not made or not isinstance(field.type, AutoNumberType):
        return False
    numbers = new_numbers(object_type, field, field.type, made)
    rows = [Row({field.key: number}, id=pk) for pk, number in numbers.items()]
    saved = save(object_type, rows, actor=SYSTEM, origin=origin, partial=True)
    state["done"] += saved.count("updated")
    state["refused"] += saved.count("refused")
    state["after"] = max(made)
    return True


@scheduled("metadata.custom_indexes", daily_at="02:40")
def custom_indexes_check() -> None:
    """A migration that rebuilds a table on SQLite loses the indexes that no model knows of; this brings them back."""
    for object_key in CustomField.objects.order_by().values_list("object_key", flat=True).distinct():
        enqueue("metadata.custom_indexes", {"object_key": object_key})


@keeps_jobs
def undoable_jobs(ids: list[int]) -> Iterable[int | None]:
    """Jobs whose work can still be taken back from their page."""
    since = timezone.now() - UNDO_FOR
    return Batch.objects.filter(job_id__in=ids, at__gte=since).values_list("job_id", flat=True)
