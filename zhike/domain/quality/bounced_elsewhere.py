"""Addresses that do not exist, in e-mail fields that no index knows: a worker looks through them, many addresses at a time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from zhike.engines.mail.bounces import Bounce, on_bounce
from zhike.engines.mail.models import BadAddress
from zhike.engines.verification.marking import Finding, values_held, write_findings
from zhike.engines.verification.models import Means, State
from zhike.engines.verification.verifiable import verifiable_fields
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.metadata import policy, registry
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage

JOB = "quality.bounced"
#: What comes back within a minute is looked for together; a job about to start may have read its addresses already.
GATHERED, TOO_LATE = timedelta(seconds=60), timedelta(seconds=10)
#: Ids looked through in one transaction.
AT_ONCE = 20_000
NOTE_LENGTH = 200


def unindexed(object_type: ObjectType) -> list[Field]:
    """E-mail fields beside those by which records are identified: these are found along the keys of duplicates."""
    known = object_type.identity.emails if object_type.identity is not None else ()
    return [field for field in verifiable_fields(object_type) if field.type.key == "email" and field.key not in known]


@on_bounce
def look_elsewhere(bounce: Bounce) -> None:
    """Queue a search unless one waits that will know this address; in the transaction that notes it."""
    waiting = Job.objects.filter(kind=JOB, state=Job.State.QUEUED, run_at__gt=timezone.now() + TOO_LATE)
    if any(unindexed(found) for found in registry.all_types()) and not waiting.exists():
        enqueue(JOB, {"since": bounce.at.isoformat()}, run_at=timezone.now() + GATHERED)


@job(JOB)
def run_search(run: JobRun) -> dict[str, int]:
    """Mark the addresses wherever they stand; goes on with the range where a killed worker stopped."""
    answers = dict(BadAddress.objects.filter(at__gte=run.params["since"]).values_list("address", "answer"))
    types = sorted((found for found in registry.all_types() if unindexed(found)), key=lambda found: found.key)
    state: dict[str, Any] = dict(run.checkpoint or {"object": "", "first": 0, "marked": 0})
    for object_type in types:
        if object_type.key < state["object"]:
            continue
        if object_type.key != state["object"]:
            state |= {"object": object_type.key, "first": 0}
        last = int(policy.every_record(object_type).aggregate(last=Max("pk"))["last"] or 0)
        while state["first"] <= last and not run.cancelled():
            with storage().write_transaction():
                state["marked"] += mark_range(object_type, state["first"], state["first"] + AT_ONCE, answers)
                state["first"] += AT_ONCE
                run.keep(state)
            run.progress(min(state["first"], last), last)
    return {"marked": state["marked"]}


def mark_range(object_type: ObjectType, first: int, end: int, answers: dict[str, str]) -> int:
    """Mark what records with ids from ``first`` up to ``end`` hold of the addresses, written in whatever case."""
    fields = unindexed(object_type)
    rows: Any = policy.every_record(object_type).filter(pk__gte=first, pk__lt=end, deletion__isnull=True)
    values = {f"_v{place}": field.type.expression(field) for place, field in enumerate(fields)}
    held = rows.order_by("pk").annotate(**values).values_list("pk", *values)
    ids = [pk for pk, *listed in held.iterator() if _meets(listed, answers)]
    findings = [
        Finding(pk, key, text, State.INVALID, " ".join(answers[text.lower()].split())[:NOTE_LENGTH])
        for (pk, key), texts in values_held(object_type, ids, [field.key for field in fields]).items()
        for text in texts
        if text.lower() in answers
    ]
    return write_findings(object_type, findings, means=Means.MAIL, by=None) if findings else 0


def _meets(listed: Collection[Any], answers: dict[str, str]) -> bool:
    return any(isinstance(item, str) and item.lower() in answers for items in listed for item in items or ())
