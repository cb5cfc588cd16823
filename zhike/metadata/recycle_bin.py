"""The recycle bin: deleting with children, bringing back exactly what went with a deletion, and final removal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field as dataclass_field
from datetime import datetime
from typing import Any

from django.db.models import F, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.metadata import locks, policy, registry, timeline
from zhike.metadata.actor import Actor
from zhike.metadata.changes import Entry, log
from zhike.metadata.columns import native_columns, plain_values
from zhike.metadata.errors import Problem
from zhike.metadata.models import Batch, Change, Deletion, TeamMember
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage
from zhike.metadata.writes import FROM_WEB, Origin, WriteEvent, tell

IN_USE = Problem("in_use", _("Other records still refer to it."))
PARENT_DELETED = Problem("parent_deleted", _("What it belongs to is deleted: restore that first."))
NOT_FOUND = Problem("not_found", _("There is no such record, or you may not do this with it."))


@dataclass(slots=True)
class BinResult:
    """Ids of the records asked for that were done, children not counted; others with their problem."""

    done: list[int] = dataclass_field(default_factory=list)
    refused: dict[int, Problem] = dataclass_field(default_factory=dict)
    batch_id: int | None = None
    deletion_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Act:
    """One deletion, restoration or removal under way."""

    action: str
    actor: Actor
    batch_id: int
    at: datetime


def delete(object_type: ObjectType, ids: Sequence[int], *, actor: Actor, origin: Origin = FROM_WEB) -> BinResult:
    """Put records and their children into the bin. Raises Denied; ids out of reach come back as refused."""
    policy.require(actor, object_type, "delete")
    with storage().write_transaction():
        rows = policy.queryset_for(actor, object_type, "delete").filter(pk__in=list(ids))
        titles = dict(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", _title_column(object_type)))
        result = _result(ids, titles)
        for pk, problem in locks.held_still(object_type, list(titles), _parents(object_type, titles), actor).items():
            titles.pop(pk)
            result.done.remove(pk)
            result.refused[pk] = problem
        if not titles:
            return result
        act = _begin(Change.Action.DELETE, object_type, len(titles), actor, origin)
        label = str(next(iter(titles.values())) or "")[:200]
        deletion = Deletion.objects.create(
            at=act.at, actor_id=actor.user_id, object_key=object_type.key, label=label, count=len(titles)
        )
        policy.every_record(object_type).filter(pk__in=list(titles)).update(**_marks(act, deletion.pk))
        _delete_children(object_type, deletion.pk, act)
        _tell(object_type, sorted(titles), act)
        result.batch_id, result.deletion_id = act.batch_id, deletion.pk
        return result


def _delete_children(parent: ObjectType, deletion_id: int, act: _Act) -> None:
    parents = policy.every_record(parent).filter(deletion_id=deletion_id).values("pk")
    for child, via in children_of(parent):
        rows = policy.every_record(child).filter(deletion__isnull=True, **{f"{via}__in": parents})
        ids = list(rows.values_list("pk", flat=True))
        if ids:
            rows.update(**_marks(act, deletion_id))
            _delete_children(child, deletion_id, act)
            _tell(child, ids, act)


def children_of(parent: ObjectType) -> Iterator[tuple[ObjectType, str]]:
    """Types that live and die with the parent, with the field that links them."""
    for child in parent.children:
        yield registry.get(child.object_key), child.via


def restore(object_type: ObjectType, ids: Sequence[int], *, actor: Actor, origin: Origin = FROM_WEB) -> BinResult:
    """Bring records back with the children that went into the bin with them, and only those."""
    policy.require(actor, object_type, "restore")
    with storage().write_transaction():
        rows = policy.queryset_for(actor, object_type, "restore", deleted=True).filter(pk__in=list(ids))
        deletions = dict(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", "deletion_id"))
        result = _result(ids, deletions)
        for pk in _orphans(object_type, list(deletions)):
            deletions.pop(pk)
            result.done.remove(pk)
            result.refused[pk] = PARENT_DELETED
        if not deletions:
            return result
        act = _begin(Change.Action.RESTORE, object_type, len(deletions), actor, origin)
        for deletion_id in sorted(set(deletions.values())):
            found = [pk for pk, came_with in deletions.items() if came_with == deletion_id]
            _restore_rows(object_type, found, deletion_id, act)
        result.batch_id = act.batch_id
        return result


def _parents(object_type: ObjectType, ids: Iterable[int]) -> dict[int, int | None]:
    """What records belong to, by id; {} for object types that belong to nothing that is ever locked."""
    if not locks.are_ever_locked(locks.parent_key(object_type)):
        return {}
    rows: Any = policy.every_record(object_type).filter(pk__in=list(ids))
    return dict(rows.values_list("pk", f"{object_type.scope_from}_id"))


def _orphans(object_type: ObjectType, ids: Sequence[int]) -> list[int]:
    """Those whose parent is in the bin itself."""
    if not object_type.scope_from or not ids:
        return []
    rows = policy.every_record(object_type).filter(pk__in=ids, **{f"{object_type.scope_from}__deletion__isnull": False})
    return list(rows.values_list("pk", flat=True))


def _restore_rows(object_type: ObjectType, ids: Sequence[int], deletion_id: int, act: _Act) -> None:
    policy.every_record(object_type).filter(pk__in=ids).update(**_marks(act, None))
    for child, via in children_of(object_type):
        rows = policy.every_record(child).filter(deletion_id=deletion_id, **{f"{via}__in": list(ids)})
        found = list(rows.values_list("pk", flat=True))
        if found:
            _restore_rows(child, found, deletion_id, act)
    _tell(object_type, ids, act)


def purge(object_type: ObjectType, ids: Sequence[int], *, actor: Actor, origin: Origin = FROM_WEB) -> BinResult:
    """Remove records in the bin for good, with their deleted children; the change log keeps that they existed."""
    policy.require(actor, object_type, "purge")
    with storage().write_transaction():
        rows = policy.queryset_for(actor, object_type, "purge", deleted=True).filter(pk__in=list(ids))
        found = dict(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", "deletion_id"))
        result = _result(ids, found)
        if not found:
            return result
        act = _begin(Change.Action.PURGE, object_type, len(found), actor, origin)
        try:
            _purge_rows(object_type, list(found), act)
        except ProtectedError:
            return _refuse_all(ids)
        result.batch_id = act.batch_id
        return result


def _refuse_all(ids: Sequence[int]) -> BinResult:
    return BinResult(refused=dict.fromkeys(ids, IN_USE))


def _purge_rows(object_type: ObjectType, ids: Sequence[int], act: _Act) -> None:
    for child, via in children_of(object_type):
        rows = policy.every_record(child).filter(**{f"{via}__in": list(ids)})
        found = list(rows.values_list("pk", flat=True))
        if found:
            _purge_rows(child, found, act)
    _tell(object_type, ids, act)
    TeamMember.objects.filter(object_key=object_type.key, record_id__in=ids).delete()
    policy.every_record(object_type).filter(pk__in=ids).delete()


# The common steps -------------------------------------------------------------------------------------------------


def _title_column(object_type: ObjectType) -> str:
    return object_type.field(object_type.title).column or "pk"


def _result(ids: Sequence[int], found: dict[int, Any]) -> BinResult:
    return BinResult(
        done=[pk for pk in ids if pk in found],
        refused={pk: NOT_FOUND for pk in ids if pk not in found},
    )


def _begin(action: str, object_type: ObjectType, count: int, actor: Actor, origin: Origin) -> _Act:
    now = timezone.now()
    batch = Batch.objects.create(
        at=now,
        actor_id=actor.user_id,
        source=origin.source,
        label=origin.label,
        object_key=object_type.key,
        deleted=count if action != Change.Action.RESTORE else 0,
        created=count if action == Change.Action.RESTORE else 0,
        job_id=origin.job_id,
    )
    return _Act(action, actor, batch.pk, now)


def _marks(act: _Act, deletion_id: int | None) -> dict[str, Any]:
    return {
        "deletion_id": deletion_id,
        "version": F("version") + 1,
        "updated_at": act.at,
        "updated_by_id": act.actor.user_id,
    }


def _tell(object_type: ObjectType, ids: Sequence[int], act: _Act) -> None:
    """Log, timeline and listeners for records of one type."""
    rows = policy.every_record(object_type).filter(pk__in=list(ids))
    versions = dict(rows.values_list("pk", "version"))
    entries = [Entry(pk, act.action, versions.get(pk, 1)) for pk in ids]
    log(object_type.key, entries, batch_id=act.batch_id, actor=act.actor, at=act.at)
    if act.action == Change.Action.RESTORE:
        if object_type.timeline is not None:
            columns = [*native_columns(object_type), "custom"]
            records = {row["id"]: plain_values(object_type, row) for row in rows.values(*columns)}
            timeline.write(object_type, records, actor_id=act.actor.user_id, new=False)
    else:
        timeline.remove(object_type, ids)
    kind = {Change.Action.DELETE: "deleted", Change.Action.RESTORE: "restored", Change.Action.PURGE: "purged"}
    told: dict[str, Any] = {kind[Change.Action(act.action)]: tuple(ids)}
    tell(WriteEvent(object_type=object_type, actor=act.actor, batch_id=act.batch_id, **told))
