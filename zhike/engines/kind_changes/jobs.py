"""The work of a change of kind: range by range, value and old value in one transaction, resumable, and back again when cancelled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from zhike.accounts.actors import actor_for_id
from zhike.engines.kind_changes.converting import Conversion, field_of
from zhike.engines.kind_changes.models import KeptValue, KindChange
from zhike.engines.kind_changes.services import CHANGE, KEPT_FOR, UNDO
from zhike.jobs.queue import job
from zhike.jobs.run import JobRefused, JobRun
from zhike.jobs.scheduler import scheduled
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.customising import build_indexes
from zhike.metadata.definition_log import change_definition
from zhike.metadata.fields.base import ValueRefused
from zhike.metadata.models import Change, CustomField
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage

AT_ONCE = 2_000


@job(CHANGE)
def run_change(run: JobRun) -> dict[str, Any]:
    """Convert every value; a cancelled change puts back what it converted."""
    change, row, object_type = _started(run)
    conversion = Conversion(field_of(row.key, row.label, change.old), field_of(row.key, row.label, change.new))
    state: dict[str, int] = dict(run.checkpoint or {"after": 0, "done": 0, "converted": 0, "emptied": 0})
    rows: Any = policy.every_record(object_type).filter(custom__has_key=row.key)
    total = state.setdefault("total", rows.count())
    while True:
        if run.cancelled():
            _put_back(run, change, row, object_type, cancelled=True)
            return {"done": 0, "unchanged": total, "refused": 0}
        with storage().write_transaction():
            found = list(
                rows.filter(pk__gt=state["after"])
                .order_by("pk")
                .select_for_update(no_key=True)
                .values_list("pk", "custom")[:AT_ONCE]
            )
            if not found:
                break
            _convert(change, row.key, conversion, object_type, found, state)
            state["after"], state["done"] = found[-1][0], state["done"] + len(found)
            run.keep(state)
        run.progress(min(state["done"], total), total)
    with storage().write_transaction():
        _settle(run, change, row, change.new, KindChange.State.DONE)
        KindChange.objects.filter(pk=change.pk).update(converted=state["converted"], emptied=state["emptied"])
    return {"done": state["converted"], "unchanged": 0, "refused": state["emptied"]}


def _started(run: JobRun) -> tuple[KindChange, CustomField, ObjectType]:
    change = KindChange.objects.filter(pk=run.params["change"]).first()
    row = CustomField.objects.filter(pk=change.field_id).first() if change else None
    if change is None or row is None or change.state not in (KindChange.State.RUNNING, KindChange.State.UNDOING):
        raise JobRefused("the change of kind is over")
    registry.refresh()
    return change, row, registry.get(change.object_key)


def _convert(
    change: KindChange,
    key: str,
    conversion: Conversion,
    object_type: ObjectType,
    found: Sequence[tuple[int, dict[str, Any]]],
    state: dict[str, int],
) -> None:
    conversion.look_up([custom[key] for _pk, custom in found])
    kept: list[KeptValue] = []
    rows: list[tuple[str, int]] = []
    for pk, custom in found:
        old = custom[key]
        try:
            new = conversion(old)
            state["converted"] += 1
        except ValueRefused:
            new = None
            state["emptied"] += 1
        kept.append(KeptValue(change=change, record_id=pk, old=old, new=new))
        rows.append((json.dumps(_with(custom, key, new)), pk))
    KeptValue.objects.bulk_create(kept, batch_size=AT_ONCE)
    storage().update_rows(object_type.model._meta.db_table, ["custom"], rows)


def _with(custom: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    others = {name: found for name, found in custom.items() if name != key}
    return others if value is None else {**others, key: value}


def _settle(
    run: JobRun,
    change: KindChange,
    row: CustomField,
    definition: dict[str, Any],
    state: str,
    *,
    is_cancelled: bool = False,
) -> None:
    """Put the field into use with this definition, and what is computed from it; what the log says of values before now is
    of another kind."""
    storage().lock_key("definitions")
    last = Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    actor = _actor(run)
    options = {**definition["options"], "kind_since": last}
    change_definition(row, {**definition, "options": options, "retired_at": None}, actor=actor)
    for one in change.dependents:
        dependent = CustomField.objects.filter(pk=one["id"]).first()
        if dependent is not None:
            told = one["before"] if is_cancelled else one["after"]
            change_definition(dependent, {"options": told, "retired_at": None}, actor=actor)
    KindChange.objects.filter(pk=change.pk).update(state=state, finished_at=timezone.now())
    build_indexes(row.object_key, actor)
    registry.touch()


def _actor(run: JobRun) -> Actor:
    return (actor_for_id(run.actor_id) if run.actor_id else None) or SYSTEM


@job(UNDO)
def run_undo(run: JobRun) -> dict[str, Any]:
    """Put every value back; those that people changed since are converted back as far as that goes."""
    change, row, object_type = _started(run)
    return _put_back(run, change, row, object_type)


def _put_back(
    run: JobRun, change: KindChange, row: CustomField, object_type: ObjectType, *, cancelled: bool = False
) -> dict[str, Any]:
    back = Conversion(field_of(row.key, row.label, change.new), field_of(row.key, row.label, change.old))
    lost = 0 if cancelled else _convert_new(run, change, row.key, object_type, back)
    returned = 0
    # What is back is no longer kept, so that a successor finds what is left.
    while True:
        with storage().write_transaction():
            kept = list(KeptValue.objects.filter(change=change).order_by("record_id")[:AT_ONCE])
            if not kept:
                break
            ids = [value.record_id for value in kept]
            rows: Any = policy.every_record(object_type).filter(pk__in=ids).order_by("pk")
            now = dict(rows.select_for_update(no_key=True).values_list("pk", "custom"))
            written = []
            for value in kept:
                custom = now.get(value.record_id)
                if custom is None:
                    continue
                restored, is_lost = _restored(value, custom.get(row.key), back)
                written.append((json.dumps(_with(custom, row.key, restored)), value.record_id))
                returned, lost = returned + 1, lost + is_lost
            storage().update_rows(object_type.model._meta.db_table, ["custom"], written)
            KeptValue.objects.filter(pk__in=[value.pk for value in kept]).delete()
    with storage().write_transaction():
        _settle(run, change, row, change.old, KindChange.State.UNDONE, is_cancelled=cancelled)
    return {"undone": returned, "conflicts": lost}


def _restored(value: KeptValue, now: Any, back: Conversion) -> tuple[Any, int]:
    """What the record gets back, and whether what a person wrote since could not be kept."""
    if now == value.new:
        return value.old, 0
    if now is None:
        return None, 0
    try:
        back.look_up([now])
        return back(now), 0
    except ValueRefused:
        return value.old, 1


def _convert_new(run: JobRun, change: KindChange, key: str, object_type: ObjectType, back: Conversion) -> int:
    """Values that records got since and had none before; returns how many could not be converted back and are gone."""
    state: dict[str, int] = dict(run.checkpoint or {"after": 0, "lost": 0})
    had = KeptValue.objects.filter(change=change, record_id=OuterRef("pk"))
    while True:
        with storage().write_transaction():
            rows: Any = policy.every_record(object_type).filter(
                ~Exists(had), custom__has_key=key, pk__gt=state["after"]
            )
            found = list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", "custom")[:AT_ONCE])
            if not found:
                return state["lost"]
            back.look_up([custom[key] for _pk, custom in found])
            written = []
            for pk, custom in found:
                try:
                    value = back(custom[key])
                except ValueRefused:
                    value = None
                    state["lost"] += 1
                written.append((json.dumps(_with(custom, key, value)), pk))
            storage().update_rows(object_type.model._meta.db_table, ["custom"], written)
            state["after"] = found[-1][0]
            run.keep(state)


@scheduled("kind_changes.forget", daily_at="04:40")
def forget_old_values() -> int:
    """Drop what was kept for longer than 30 days; returns how many values."""
    old = KindChange.objects.filter(at__lt=timezone.now() - KEPT_FOR).values("pk")
    return int(KeptValue.objects.filter(change__in=old).delete()[0])
