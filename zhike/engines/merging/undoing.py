"""Taking a merge back: for 30 days, field by field, so that what people changed afterwards is theirs to decide."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from zhike.accounts.rights import on_behalf
from zhike.engines.merging.models import Merge
from zhike.engines.merging.services import SOURCE, json_value
from zhike.metadata import belongings, policy, records, registry, timeline
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.models import Change
from zhike.metadata.object_type import ObjectType, UnknownObject, Values
from zhike.metadata.records import Origin, Row
from zhike.metadata.storage import storage
from zhike.metadata.undo import UNDO_FOR, stored

TOO_LATE = Problem("too_late", gettext_lazy("A merge can be taken back for 30 days."))
DONE = Problem("done", gettext_lazy("This merge has been taken back already."))
GONE = Problem("gone", gettext_lazy("A merged record has been finally removed since, so that it cannot come back."))
MERGED_ON = Problem(
    "merged_on", gettext_lazy("The record was merged into another one later: take that merge back first.")
)

#: A field of a record: object key, record id, field key.
Place = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody changed after the merge: plain values before it, as it wrote them, and now."""

    object_type: ObjectType
    record_id: int
    key: str
    before: Any
    written: Any
    now: Any

    @property
    def place(self) -> Place:
        return self.object_type.key, self.record_id, self.key


@dataclass(slots=True)
class Plan:
    """What taking back means: values to write by type and record, and what only a person can decide."""

    back: dict[str, dict[int, Values]] = dataclass_field(default_factory=dict)
    differences: list[Difference] = dataclass_field(default_factory=list)


def merge_for(merge_id: int, *, actor: Actor) -> Merge:
    """A merge whose record the actor sees and may merge; raises NotFound."""
    merge = Merge.objects.filter(pk=merge_id).first()
    if merge is None:
        raise NotFound("merge", merge_id)
    object_type = registry.get(merge.object_key)
    if not policy.queryset_for(actor, object_type, "merge").filter(pk=merge.survivor_id).exists():
        raise NotFound("merge", merge_id)
    return merge


def problem_of(merge: Merge) -> Problem | None:
    """Why a merge cannot be taken back, if so."""
    if merge.undone_at is not None:
        return DONE
    if timezone.now() - merge.at > UNDO_FOR:
        return TOO_LATE
    object_type = registry.get(merge.object_key)
    if not policy.every_record(object_type).filter(pk=merge.survivor_id, deletion__isnull=True).exists():
        return MERGED_ON
    ids = [pk for pk, _title in merge.merged]
    if policy.every_record(object_type).filter(pk__in=ids, deletion_id=merge.deletion_id or 0).count() < len(ids):
        return GONE
    return None


def plan(merge: Merge) -> Plan:
    """What each change of the merge means today; one query a batch and two a type."""
    found = Plan()
    for object_type, changes in _changes(merge):
        now = stored(object_type, [change.record_id for change in changes])
        for change in changes:
            if change.record_id in now:
                _compare(found, object_type, change, now[change.record_id])
    return found


def _changes(merge: Merge) -> Iterator[tuple[ObjectType, list[Change]]]:
    losers = {pk for pk, _title in merge.merged}
    rows = Change.objects.filter(batch_id__in=merge.batches, action=Change.Action.UPDATE).order_by("-pk")
    by_type: dict[str, list[Change]] = {}
    for change in rows:
        # The merged records themselves come back with their deletion; what they gave up is written after that.
        if change.object_key != merge.object_key or change.record_id not in losers:
            by_type.setdefault(change.object_key, []).append(change)
    for key, changes in by_type.items():
        try:
            yield registry.get(key), changes
        except UnknownObject:
            continue


def _compare(found: Plan, object_type: ObjectType, change: Change, now: Values) -> None:
    for key, (old, new) in (change.values or {}).items():
        field = object_type.fields.get(key)
        if field is None or field.retired or field.readonly:
            continue
        before, written = (None if value is None else field.type.from_json(value, field) for value in (old, new))
        if now.get(key) == written:
            found.back.setdefault(object_type.key, {}).setdefault(change.record_id, {})[key] = before
        elif now.get(key) != before:
            found.differences.append(Difference(object_type, change.record_id, key, before, written, now.get(key)))


def merge_undo(merge_id: int, *, actor: Actor, take_back: Collection[Place] = ()) -> Merge:
    """Bring the merged records back with all that was theirs. What was changed since stays, but for ``take_back``.

    What was added to the record that stays since the merge remains with it. Raises NotFound, Denied or Invalid.
    """
    merge = merge_for(merge_id, actor=actor)
    object_type = registry.get(merge.object_key)
    policy.require(actor, object_type, "merge")
    acting = on_behalf(actor)
    origin = Origin(source="undo", label=_("Merge taken back"))
    with storage().write_transaction():
        merge = Merge.objects.select_for_update(no_key=True).get(pk=merge.pk)
        if (problem := problem_of(merge)) is not None:
            raise Invalid({"": [problem]})
        found = plan(merge)
        for difference in found.differences:
            if difference.place in take_back:
                values = found.back.setdefault(difference.object_type.key, {}).setdefault(difference.record_id, {})
                values[difference.key] = difference.before
        losers = [pk for pk, _title in merge.merged]
        # The record that stayed lets go of unique values first, then those who had them take them again.
        own = found.back.get(object_type.key, {})
        _write(object_type, {merge.survivor_id: own.pop(merge.survivor_id, {})}, acting, origin)
        records.restore(object_type, losers, actor=acting, origin=origin)
        _write(object_type, _given_up(merge, losers), acting, origin)
        for key, rows in found.back.items():
            _write(registry.get(key), rows, acting, origin)
        belongings.move_back(
            object_type, {name: [tuple(row) for row in rows] for name, rows in merge.moved.items()}, merge.survivor_id
        )
        timeline.forget(SOURCE.key, [merge.pk])
        merge.records.all().delete()
        merge.undone_at, merge.undone_by_id = timezone.now(), actor.user_id
        merge.save(update_fields=["undone_at", "undone_by_id"])
    return merge


def _given_up(merge: Merge, losers: Collection[int]) -> dict[int, Values]:
    """Unique values that the merged records had given to the one that stayed, by record."""
    object_type = registry.get(merge.object_key)
    rows = Change.objects.filter(
        batch_id__in=merge.batches, object_key=merge.object_key, record_id__in=losers, action=Change.Action.UPDATE
    )
    found: dict[int, Values] = {}
    for change in rows:
        for key, (old, _new) in (change.values or {}).items():
            field = object_type.fields.get(key)
            if field is not None and old is not None:
                found.setdefault(change.record_id, {})[key] = field.type.from_json(old, field)
    return found


def _write(object_type: ObjectType, values: dict[int, Values], actor: Actor, origin: Origin) -> None:
    rows = [
        Row({key: json_value(object_type, key, value) for key, value in found.items()}, id=pk)
        for pk, found in values.items()
    ]
    if rows:
        records.save(object_type, rows, actor=actor, origin=origin, partial=True)
