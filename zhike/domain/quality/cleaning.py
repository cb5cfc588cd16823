"""Bulk normalising: one written form for names, texts, phones and addresses; looked at first, done as a job, undone as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from zhike.accounts.actors import actor_for_id
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRefused, JobRun
from zhike.lib.addresses import parse_address
from zhike.lib.phones import parse_phone
from zhike.lib.refusal import Refused
from zhike.lib.regions import city_names, province_names
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType
from zhike.metadata.query import PageRow, first_rows
from zhike.metadata.records import Origin, Row, save
from zhike.metadata.saving import context_for
from zhike.metadata.storage import storage

JOB = "quality.clean"
OBJECTS = ("customer", "contact")
AT_ONCE = 500
#: How many records a preview looks at, and how many changes it shows.
LOOKED_AT, MOST_SHOWN = 5_000, 30
#: Full-width letters, digits and blanks; full-width punctuation is right in Chinese and stays.
HALF_WIDTH: dict[int, int | str] = {
    **{code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))},
    0x3000: " ",
}


def tidied_text(text: str) -> str:
    """Letters, digits and blanks at half width, white space single and none at the ends."""
    return " ".join(text.translate(HALF_WIDTH).split())


def tidied_phones(numbers: Sequence[str]) -> list[str]:
    """Each number as it is stored nowadays; what is no number stays as it is."""
    return list(dict.fromkeys(_phone(number) for number in numbers))


def _phone(number: str) -> str:
    try:
        return parse_phone(number.replace(";ext=", "转"))
    except Refused:
        return number


def tidied_address(address: dict[str, str]) -> dict[str, str]:
    """Full names of province and city, and the parts that stood in the street, where nothing contradicts them."""
    found = {part: tidied_text(text) for part, text in address.items()}
    if found.get("province") in province_names():
        found["province"] = province_names()[found["province"]]
    place = city_names().get(found.get("city", ""))
    if place is not None and found.get("province", place[0]) == place[0]:
        found["province"], found["city"] = place
    street = found.get("street", "")
    if street and not found.get("province"):
        parts = parse_address(street)
        if parts.get("province"):
            found = {**parts, **{part: text for part, text in found.items() if part != "street"}}
    return {part: text for part, text in found.items() if text}


def tidied(field: Field, value: Any) -> Any:
    """The plain value in its one written form."""
    match field.type.key:
        case "text":
            return tidied_text(value)
        case "phone":
            return tidied_phones(value)
        case "address":
            return tidied_address(dict(value))
        case _:
            return value


def cleanable(actor: Actor, object_type: ObjectType) -> list[Field]:
    """Fields that have a written form and that the actor may write."""
    kinds = {"text", "phone", "address"}
    return [field for field in policy.writable_fields(actor, object_type) if field.type.key in kinds]


@dataclass(slots=True)
class Preview:
    """What would change among the records looked at: how many of how many, and the first changes."""

    looked_at: int = 0
    records: int = 0
    #: (record id, field, value before, value after).
    changes: list[tuple[int, Field, Any, Any]] = dataclass_field(default_factory=list)


def preview(object_key: str, *, actor: Actor) -> Preview:
    """The first 5,000 records that the actor may change; writes nothing. Raises Denied."""
    object_type = registry.get(object_key)
    policy.require(actor, object_type, "edit")
    rows: Any = policy.queryset_for(actor, object_type, "edit").order_by("pk")[:LOOKED_AT]
    found = Preview()
    for row, changed in _differing(object_type, rows, actor, found):
        found.records += 1
        for field, after in changed:
            if len(found.changes) < MOST_SHOWN:
                found.changes.append((row.id, field, row.values[field.key], after))
    return found


def _differing(
    object_type: ObjectType, rows: Any, actor: Actor, counted: Preview | None = None
) -> list[tuple[PageRow, list[tuple[Field, Any]]]]:
    fields = cleanable(actor, object_type)
    listed = first_rows(
        object_type, rows, actor=actor, context=context_for(actor), columns=[field.key for field in fields]
    )
    if counted is not None:
        counted.looked_at = len(listed)
    found = []
    for row in listed:
        changed = []
        for field in fields:
            value = row.values.get(field.key)
            if value is None or field.key in row.masked:
                continue
            after = tidied(field, value)
            if after and after != value:
                changed.append((field, after))
        if changed:
            found.append((row, changed))
    return found


def clean_start(object_key: str, *, actor: Actor, label: str) -> Job:
    """Have a worker do it to all records that the actor may change; raises Denied."""
    policy.require(actor, registry.get(object_key), "edit")
    return enqueue(JOB, {"object": object_key, "label": label}, actor_id=actor.user_id, message=label)


@job(JOB)
def run_cleaning(run: JobRun) -> dict[str, int]:
    """Range by range, so that a successor goes on; its batches can be taken back from the page of the job."""
    actor = actor_for_id(run.actor_id) if run.actor_id else None
    if actor is None:
        raise JobRefused("whoever asked for this may not act any more")
    object_type = registry.get(run.params["object"])
    rows: Any = policy.queryset_for(actor, object_type, "edit").order_by("pk")
    state: dict[str, int] = dict(run.checkpoint or {"after": 0, "done": 0, "unchanged": 0, "refused": 0})
    total = state.setdefault("total", rows.count())
    origin = Origin("bulk", run.params["label"], run.id)
    while not run.cancelled():
        with storage().write_transaction():
            ids = list(rows.filter(pk__gt=state["after"]).values_list("pk", flat=True)[:AT_ONCE])
            if not ids:
                break
            _clean(object_type, ids, actor, origin, state)
            state["after"] = ids[-1]
            run.keep(state)
        run.progress(min(state["done"] + state["unchanged"] + state["refused"], total), total)
    return {name: state[name] for name in ("done", "unchanged", "refused")}


def _clean(object_type: ObjectType, ids: Sequence[int], actor: Actor, origin: Origin, state: dict[str, int]) -> None:
    differing = _differing(object_type, policy.every_record(object_type).filter(pk__in=ids), actor)
    changes = [
        Row({field.key: after for field, after in changed}, id=row.id, version=row.version)
        for row, changed in differing
    ]
    state["unchanged"] += len(ids) - len(changes)
    if changes:
        result = save(object_type, changes, actor=actor, origin=origin, partial=True)
        state["done"] += result.count("updated")
        state["unchanged"] += result.count("unchanged")
        state["refused"] += result.count("refused")
