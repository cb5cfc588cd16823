"""What hangs on a record by object key and number instead of a link: comments, files, team; moved along when records merge."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from zhike.metadata import timeline
from zhike.metadata.models import TeamMember, TimelineEntry
from zhike.metadata.object_type import ObjectType
from zhike.metadata.team import tell as tell_team


@dataclass(frozen=True, slots=True)
class Belonging:
    """A table whose rows hang on records; ``key_column`` and ``id_column`` say on which."""

    name: str
    model: type[models.Model]
    key_column: str = "object_key"
    id_column: str = "record_id"
    #: Columns of which a record has each combination of values once; what the target has already stays behind.
    once: tuple[str, ...] = ()
    #: Which of the rows; the others follow from something else and move with that.
    where: Callable[[], models.Q] = models.Q
    #: Called with every record from which or to which rows went.
    after: Callable[[ObjectType, int], None] = lambda _type, _pk: None


#: One row that was moved: its id and the record on which it hung; a mover may add words of its own.
Moved = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mover:
    """A table with rules of its own. ``move`` hangs rows of the records on the target and tells which; ``move_back`` takes
    just these back to where they hung."""

    move: Callable[[ObjectType, Collection[int], int], list[Moved]]
    move_back: Callable[[ObjectType, Sequence[Moved], int], None]


_registered: dict[str, Belonging] = {}
_movers: dict[str, Mover] = {}


def register(belonging: Belonging) -> Belonging:
    """Let rows of a table follow their record when it is merged into another."""
    _refuse_twice(belonging.name)
    _registered[belonging.name] = belonging
    return belonging


def register_mover(name: str, mover: Mover) -> Mover:
    """Let a table follow by rules of its own."""
    _refuse_twice(name)
    _movers[name] = mover
    return mover


def _refuse_twice(name: str) -> None:
    if name in _registered or name in _movers:
        raise ValueError(f"belonging {name!r} is registered already")


def move(object_type: ObjectType, ids: Collection[int], target: int) -> dict[str, list[Moved]]:
    """Hang everything of the records on ``target``; inside a write transaction. Returns by belonging what was moved."""
    moved: dict[str, list[Moved]] = {}
    for name, belonging in _registered.items():
        rows = _rows(belonging, object_type, ids)
        present = set(_rows(belonging, object_type, [target]).values_list(*belonging.once)) if belonging.once else set()
        found: list[Moved] = []
        for pk, record_id, *identity in rows.order_by("pk").values_list("pk", belonging.id_column, *belonging.once):
            if belonging.once and tuple(identity) in present:
                continue
            present.add(tuple(identity))
            found.append((pk, record_id))
        if found:
            _hang(belonging, [pk for pk, _record in found], target)
            _tell(belonging, object_type, {target, *(record for _pk, record in found)})
            moved[name] = found
    for name, mover in _movers.items():
        if rows_moved := mover.move(object_type, ids, target):
            moved[name] = rows_moved
    return moved


def move_back(object_type: ObjectType, moved: dict[str, list[Moved]], target: int) -> None:
    """Hang rows on the records that they came from, those that still hang on ``target``; inside a write transaction."""
    for name, pairs in moved.items():
        if name in _movers:
            _movers[name].move_back(object_type, pairs, target)
            continue
        belonging = _registered.get(name)
        if belonging is None:
            continue
        still = set(_rows(belonging, object_type, [target]).values_list("pk", flat=True))
        for record_id in {record for _pk, record, *_more in pairs}:
            _hang(belonging, [pk for pk, record, *_more in pairs if record == record_id and pk in still], record_id)
        _tell(belonging, object_type, {target, *(record for _pk, record, *_more in pairs)})


def _rows(belonging: Belonging, object_type: ObjectType, ids: Collection[int]) -> models.QuerySet[Any]:
    named: dict[str, Any] = {belonging.key_column: object_type.key, f"{belonging.id_column}__in": list(ids)}
    return belonging.model._default_manager.filter(**named).filter(belonging.where())


def _hang(belonging: Belonging, rows: Collection[int], record_id: int) -> None:
    if rows:
        changed: dict[str, Any] = {belonging.id_column: record_id}
        belonging.model._default_manager.filter(pk__in=list(rows)).update(**changed)


def _tell(belonging: Belonging, object_type: ObjectType, ids: Collection[int]) -> None:
    for pk in sorted(ids):
        belonging.after(object_type, pk)


register(Belonging("team", TeamMember, once=("user_id",), after=tell_team))
register(
    Belonging(
        "timeline",
        TimelineEntry,
        key_column="subject_key",
        id_column="subject_id",
        # Entries of records are written anew when their link changes.
        where=lambda: models.Q(source_key__in=timeline.attached_keys()),
    )
)
