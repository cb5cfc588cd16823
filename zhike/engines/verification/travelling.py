"""Findings travel with the values of merged records, and come back when the merge is undone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from zhike.engines.verification.marking import tell, values_held
from zhike.engines.verification.models import ValueMark
from zhike.engines.verification.verifiable import has_findings
from zhike.metadata.belongings import Moved, Mover, register_mover
from zhike.metadata.object_type import ObjectType

#: Findings of one statement.
AT_ONCE = 200
#: Field and name of a value.
Place = tuple[str, str]


def move(object_type: ObjectType, ids: Collection[int], target: int) -> list[Moved]:
    """Hang the findings about values that the target holds now on it, with their history; of two current ones about one
    value the younger stays so. Findings about other values stay with the record that goes.

    Returns [finding, record on which it hung, whether it was current].
    """
    if not has_findings(object_type):
        return []
    marks = list(_of(object_type, [*ids, target]))
    held = _held(object_type, target, marks)
    coming = [mark for mark in marks if mark.record_id != target and _place(mark) in held]
    places = {_place(mark) for mark in coming}
    touched = [*coming, *(mark for mark in marks if mark.record_id == target and _place(mark) in places)]
    moved: list[Moved] = [(mark.pk, mark.record_id, int(mark.is_current)) for mark in touched]
    for mark in touched:
        mark.record_id = target
    _settle([mark for mark in touched if mark.is_current])
    _store(touched)
    if touched:
        tell(object_type, [target])
    return moved


def move_back(object_type: ObjectType, moved: Sequence[Moved], target: int) -> None:
    """Hang findings where they hung. What was found out since about a value that the target loses goes with the value."""
    was = {pk: (record, bool(current)) for pk, record, current in moved}
    marks = {mark.pk: mark for mark in _of(object_type, [target])}
    returning = [marks[pk] for pk in was if pk in marks]
    homes: dict[Place, int] = {}
    for mark in returning:
        mark.record_id, mark.is_current = was[mark.pk]
        if mark.record_id != target:
            homes[_place(mark)] = mark.record_id
    held = _held(object_type, target, marks.values())
    fresh = [mark for mark in marks.values() if mark.pk not in was]
    for mark in fresh:
        if _place(mark) in homes and _place(mark) not in held:
            mark.record_id, mark.is_current = homes[_place(mark)], True
    records = {target, *homes.values()}
    holding = {(pk, *place) for pk in records for place in _held(object_type, pk, marks.values())}
    for mark in marks.values():
        mark.is_current = mark.is_current and (mark.record_id, *_place(mark)) in holding
    _settle([mark for mark in marks.values() if mark.is_current])
    _store(marks.values())
    tell(object_type, sorted(records))


def _of(object_type: ObjectType, ids: Collection[int]) -> Iterable[ValueMark]:
    return ValueMark.objects.filter(object_key=object_type.key, record_id__in=list(ids)).order_by("pk")


def _place(mark: ValueMark) -> Place:
    return mark.field_key, mark.value


def _held(object_type: ObjectType, record_id: int, marks: Iterable[ValueMark]) -> set[Place]:
    found = values_held(object_type, [record_id], {mark.field_key for mark in marks})
    return {(key, text) for (_pk, key), texts in found.items() for text in texts}


def _settle(marks: Iterable[ValueMark]) -> None:
    """One finding about a value is current: the youngest."""
    latest: dict[tuple[int, str, str], ValueMark] = {}
    for mark in sorted(marks, key=lambda mark: (mark.at, mark.pk)):
        older = latest.get((mark.record_id, *_place(mark)))
        if older is not None:
            older.is_current = False
        latest[mark.record_id, *_place(mark)] = mark


def _store(marks: Iterable[ValueMark]) -> None:
    listed = list(marks)
    # At any moment one finding about a value is current, also half way through a statement that swaps two.
    for start in range(0, len(listed), AT_ONCE):
        ids = [mark.pk for mark in listed[start : start + AT_ONCE]]
        ValueMark.objects.filter(pk__in=ids, is_current=True).update(is_current=False)
    ValueMark.objects.bulk_update(listed, ["record_id", "is_current"], batch_size=AT_ONCE)


register_mover("findings", Mover(move, move_back))
