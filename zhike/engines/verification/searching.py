"""Looking through all records for values that cannot be right by their form: a job that goes on where it was stopped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zhike.accounts.actors import actor_for_id
from zhike.engines.verification.marking import Finding, write_findings
from zhike.engines.verification.models import Means, State, ValueMark
from zhike.engines.verification.verifiable import check_form, texts_of, verifiable_fields
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRefused, JobRun
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor, FieldAccess
from zhike.metadata.object_type import ObjectType
from zhike.metadata.query import PageRow, first_rows
from zhike.metadata.saving import context_for
from zhike.metadata.storage import storage

JOB = "verification.search"
AT_ONCE = 1_000


def search_start(object_key: str, *, actor: Actor, label: str = "") -> Job:
    """Have a worker look through the records that the actor may change; raises Denied."""
    object_type = registry.get(object_key)
    policy.require(actor, object_type, "edit")
    return enqueue(JOB, {"object": object_key}, actor_id=actor.user_id, message=label)


@job(JOB)
def search_invalid(run: JobRun) -> dict[str, int]:
    """Mark what nobody can be reached by; doing it again marks nothing twice."""
    actor = actor_for_id(run.actor_id) if run.actor_id else None
    if actor is None:
        raise JobRefused("whoever asked for this may not act any more")
    object_type = registry.get(run.params["object"])
    state: dict[str, int] = dict(run.checkpoint or {"after": 0, "done": 0, "found": 0})
    rows = policy.queryset_for(actor, object_type, "edit")
    total = state.get("total") or rows.count()
    state["total"] = total
    while not run.cancelled():
        with storage().write_transaction():
            ids = list(rows.filter(pk__gt=state["after"]).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
            if not ids:
                break
            state["found"] += mark_faults(object_type, ids, actor=actor)
            state["done"] += len(ids)
            state["after"] = ids[-1]
            run.keep(state)
        run.progress(min(state["done"], total), total)
    return {"done": state["found"], "unchanged": state["done"] - state["found"], "refused": 0}


def mark_faults(object_type: ObjectType, ids: list[int], *, actor: Actor) -> int:
    """Mark the values of these records whose form rules them out and of which nobody said anything yet."""
    fields = [
        field
        for field in verifiable_fields(object_type)
        if policy.access(actor, object_type, field) >= FieldAccess.READ_ONLY
    ]
    rows: Any = policy.every_record(object_type).filter(pk__in=ids)
    found = first_rows(
        object_type, rows, actor=actor, context=context_for(actor), columns=[field.key for field in fields]
    )
    findings = [finding for row in found for field in fields for finding in _faults(row, field)]
    if not findings:
        return 0
    known = known_values(object_type, {finding.record_id for finding in findings})
    fresh = [found for found in findings if (found.record_id, found.field_key, found.value) not in known]
    return write_findings(object_type, fresh, means=Means.FORMAT, by=actor.user_id)


def _faults(row: PageRow, field: Any) -> Iterator[Finding]:
    value = row.values.get(field.key)
    items: Any = [] if field.type.is_empty(value) else value if field.type.multiple else [value]
    for item, text in zip(items, texts_of(field, value), strict=True):
        check = check_form(field, item)
        if check.is_final:
            yield Finding(row.id, field.key, text, State.INVALID, str(check.code))


def known_values(object_type: ObjectType, ids: set[int]) -> set[tuple[int, str, str]]:
    """(record id, field key, value) of everything that has a finding."""
    from_marks = ValueMark.objects.filter(object_key=object_type.key, record_id__in=ids, is_current=True)
    return set(from_marks.values_list("record_id", "field_key", "value"))
