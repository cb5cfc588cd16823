"""Taking back what a batch or a whole import wrote, without losing what people changed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field as dataclass_field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.columns import links_fields, native_columns, plain_values
from zhike.metadata.errors import Denied
from zhike.metadata.linking import linked
from zhike.metadata.models import Batch, Change
from zhike.metadata.object_type import ObjectType, UnknownObject, Values
from zhike.metadata.records import Origin, Row, delete, restore, save
from zhike.metadata.recycle_bin import children_of
from zhike.metadata.storage import storage

#: How long what was written can be taken back from its page.
UNDO_FOR = timedelta(days=30)
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Conflict:
    """A record changed since: per field key the plain value before the batch, the one it wrote, and today's."""

    object_key: str
    record_id: int
    #: What undoing would do: "delete", "update" or "restore".
    action: str
    values: dict[str, tuple[Any, Any, Any]] = dataclass_field(default_factory=dict)


@dataclass(slots=True)
class UndoResult:
    """How many records went back, and those left for a person to decide."""

    undone: int = 0
    conflicts: list[Conflict] = dataclass_field(default_factory=list)
    #: The batch under way and the last of its changes that was taken back.
    after: dict[int, int] = dataclass_field(default_factory=dict)


def may_undo(actor: Actor, batch: Batch) -> bool:
    """Whoever wrote it may take it back for 30 days; the system may always."""
    return actor.is_system or (batch.actor_id == actor.user_id and timezone.now() - batch.at <= UNDO_FOR)


def undo(
    batches: Sequence[Batch],
    *,
    actor: Actor,
    progress: Callable[[int], None] = lambda _done: None,
    force: frozenset[tuple[str, int]] = frozenset(),
    keep: Callable[[UndoResult], None] = lambda _result: None,
    result: UndoResult | None = None,
    beside: Collection[int] = (),
) -> UndoResult:
    """Take back batches, the latest first; records changed since are left and listed, but for those in ``force``.

    ``keep`` is called in the transaction of each part with the result so far, which a successor of a killed worker
    passes as ``result`` to go on where it stopped: a batch counts as undone only when its last part is. What the batches
    ``beside`` wrote is no later change by somebody else.
    """
    if not all(may_undo(actor, batch) for batch in batches):
        raise Denied(batches[0].object_key, "undo")
    result = result or UndoResult()
    own = frozenset(beside) | {batch.pk for batch in batches}
    for batch in sorted(batches, key=lambda found: -found.pk):
        more = True
        while more:
            with storage().write_transaction():
                changes = _next_changes(batch, result.after.get(batch.pk))
                more = len(changes) == AT_ONCE
                _undo_changes(batch, changes, own, actor, result, force)
                if more:
                    result.after = {batch.pk: changes[-1].pk}
                else:
                    _mark(batch, actor)
                keep(result)
            progress(result.undone)
    return result


def _next_changes(batch: Batch, before: int | None) -> list[Change]:
    rows = Change.objects.filter(batch=batch).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[:AT_ONCE])


def _undo_changes(
    batch: Batch,
    changes: Sequence[Change],
    own: frozenset[int],
    actor: Actor,
    result: UndoResult,
    force: frozenset[tuple[str, int]],
) -> None:
    origin = Origin(source="undo", label=batch.label, job_id=None)
    by_object: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        by_object.setdefault((change.object_key, change.action), []).append(change)
    for (object_key, action), found in by_object.items():
        try:
            object_type = registry.get(object_key)
        except UnknownObject:
            continue
        step = _Step(object_type, own, actor, origin, result, force)
        if action == Change.Action.UPDATE:
            step.update(found)
        elif action in (Change.Action.CREATE, Change.Action.RESTORE):
            step.delete(found)
        elif action == Change.Action.DELETE and object_key == batch.object_key:
            step.restore(found)


def _mark(batch: Batch, actor: Actor) -> None:
    """Say which batch took this one back."""
    last = Batch.objects.filter(source="undo", actor_id=actor.user_id).order_by("-pk").first()
    if last is not None:
        Batch.objects.filter(pk=batch.pk).update(undone_by=last)


def stored(object_type: ObjectType, ids: Sequence[int]) -> dict[int, Values]:
    """Today's plain values of live records, by id."""
    columns = [*native_columns(object_type), "custom"]
    rows = policy.every_record(object_type).filter(pk__in=ids, deletion__isnull=True).values(*columns)
    found = {row["id"]: plain_values(object_type, row) for row in rows}
    for key, field in links_fields(object_type).items():
        for source, target in linked(object_type, field, list(found)):
            found[source][key] = [*(found[source].get(key) or ()), target]
    return found


def conflict(object_type: ObjectType, change: Change, now: Values) -> Conflict:
    """What a change wrote beside what stands there now."""
    values = {}
    for key, (old, new) in (change.values or {}).items():
        field = object_type.fields.get(key)
        if field is not None and change.pk > field.options.get("kind_since", 0):
            plain = [None if value is None else field.type.from_json(value, field) for value in (old, new)]
            values[key] = (plain[0], plain[1], now.get(key))
    return Conflict(object_type.key, change.record_id, "update", values)


@dataclass(frozen=True, slots=True)
class _Step:
    """Changes of one object type and kind being taken back."""

    object_type: ObjectType
    own: frozenset[int]
    actor: Actor
    origin: Origin
    result: UndoResult
    force: frozenset[tuple[str, int]]

    def update(self, changes: Sequence[Change]) -> None:
        now_by_id = stored(self.object_type, [change.record_id for change in changes])
        later = self._changed_later(changes)
        rows = []
        for change in changes:
            now = now_by_id.get(change.record_id)
            if now is None:
                continue
            if change.record_id in later and not self._forced(change):
                self.result.conflicts.append(conflict(self.object_type, change, now))
                continue
            old = {key: values[0] for key, values in (change.values or {}).items() if self._writable(key, change)}
            rows.append(Row(old, id=change.record_id))
        if rows:
            saved = save(self.object_type, rows, actor=self.actor, origin=self.origin, partial=True)
            self.result.undone += saved.count("updated") + saved.count("unchanged")

    def delete(self, changes: Sequence[Change]) -> None:
        kept = self._changed_later(changes) | self._with_new_children([change.record_id for change in changes])
        kept -= {change.record_id for change in changes if self._forced(change)}
        live = policy.every_record(self.object_type).filter(pk__in=kept, deletion__isnull=True)
        for pk in sorted(live.values_list("pk", flat=True), reverse=True):
            self.result.conflicts.append(Conflict(self.object_type.key, pk, "delete"))
        ids = [change.record_id for change in changes if change.record_id not in kept]
        if ids:
            self.result.undone += len(delete(self.object_type, ids, actor=self.actor, origin=self.origin).done)

    def restore(self, changes: Sequence[Change]) -> None:
        ids = [change.record_id for change in changes]
        self.result.undone += len(restore(self.object_type, ids, actor=self.actor, origin=self.origin).done)

    def _changed_later(self, changes: Sequence[Change]) -> set[int]:
        """Records that somebody changed after the batches being undone."""
        versions = {change.record_id: change.version for change in changes}
        rows = Change.objects.filter(
            object_key=self.object_type.key, record_id__in=list(versions), version__gt=min(versions.values())
        )
        later = rows.exclude(batch__source="undo").values_list("record_id", "version", "batch_id")
        return {pk for pk, version, batch in later if version > versions[pk] and batch not in self.own}

    def _forced(self, change: Change) -> bool:
        return (change.object_key, change.record_id) in self.force

    def _writable(self, key: str, change: Change) -> bool:
        """Values from before a field became another kind are not put back."""
        field = self.object_type.fields.get(key)
        if field is None or field.readonly or field.retired:
            return False
        return bool(change.pk > field.options.get("kind_since", 0))

    def _with_new_children(self, ids: Sequence[int]) -> set[int]:
        """Records to which people have added something since; deleting them would take that along."""
        found: set[int] = set()
        for child, via in children_of(self.object_type):
            rows = policy.every_record(child).filter(deletion__isnull=True, **{f"{via}__in": list(ids)})
            pairs = dict(rows.values_list("pk", via))
            made_here = Change.objects.filter(
                object_key=child.key, record_id__in=list(pairs), action=Change.Action.CREATE, batch_id__in=self.own
            ).values_list("record_id", flat=True)
            found.update(pairs[pk] for pk in set(pairs) - set(made_here))
        return found
