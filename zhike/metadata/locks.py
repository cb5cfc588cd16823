"""Records that stand still while something is decided about them: who says so, and what of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import ObjectType

#: Code of the problem that a locked record gives.
LOCKED = "locked"
#: Every field that people write.
EVERYTHING = "*"
#: Who holds this right over the installation may change what is locked, and the history shows it.
OVERRULING = "settings"


@dataclass(frozen=True, slots=True)
class Lock:
    """``keys`` are fields of the record and addresses of its children, or EVERYTHING; ``problem`` says whom to ask."""

    keys: frozenset[str]
    problem: Problem

    def holds(self, object_type: ObjectType, key: str) -> bool:
        """Whether the field stands still. Fields that only the product writes go on."""
        if EVERYTHING not in self.keys:
            return key in self.keys
        field = object_type.fields.get(key)
        return field is not None and not field.readonly


#: Gives the locks by record id; asked with the key of the object type.
Locker = Callable[[str, Collection[int]], Mapping[int, Sequence[Lock]]]
#: Says whether records of the object type are ever locked, without asking the database.
Concern = Callable[[str], bool]
_lockers: list[tuple[Locker, Concern]] = []


def register(locker: Locker, concerns: Concern) -> None:
    """Let an engine hold records still."""
    _lockers.append((locker, concerns))


def overrules(actor: Actor) -> bool:
    """The product itself, and those who set the installation up; a service that acts for a person is bound like the person."""
    if actor.is_system:
        return actor.user_id is None or OVERRULING in actor.privileges
    return actor.has(OVERRULING)


def are_ever_locked(object_key: str) -> bool:
    return any(concerns(object_key) for _locker, concerns in _lockers)


def locks_of(object_key: str, ids: Collection[int]) -> dict[int, list[Lock]]:
    """Locks by record id; nothing is asked for object types that are never locked."""
    found: dict[int, list[Lock]] = {}
    if not ids:
        return found
    for locker, concerns in _lockers:
        if concerns(object_key):
            for pk, locks in locker(object_key, ids).items():
                found.setdefault(pk, []).extend(locks)
    return found


def refusals(
    object_type: ObjectType,
    rows: Iterable[tuple[int, int | None, Mapping[str, Any], Mapping[str, Any]]],
    actor: Actor,
) -> dict[int, dict[str, Problem]]:
    """Problems by index and field for (index, id, values before, values changed) of rows about to be written.

    A child is held still by its parent's locks, wherever it stands and wherever it goes.
    """
    if overrules(actor) or not (are_ever_locked(object_type.key) or are_ever_locked(parent_key(object_type))):
        return {}
    listed = [row for row in rows if row[3]]
    own = locks_of(object_type.key, {pk for _index, pk, _before, _changed in listed if pk is not None})
    link, above = _parents(object_type, listed)
    found: dict[int, dict[str, Problem]] = {}
    for index, pk, before, changed in listed:
        problems = {
            key: lock.problem for lock in own.get(pk or 0, ()) for key in changed if lock.holds(object_type, key)
        }
        for parent in {before.get(link), changed.get(link)}:
            for lock in above.get(parent or 0, ()):
                if lock.keys & {EVERYTHING, object_type.slug}:
                    problems[""] = lock.problem
        if problems:
            found[index] = problems
    return found


def held_still(
    object_type: ObjectType, ids: Collection[int], parents: Mapping[int, int | None], actor: Actor
) -> dict[int, Problem]:
    """Why records may not be deleted now, by id; ``parents`` are what they belong to."""
    if overrules(actor):
        return {}
    found = {pk: locks[0].problem for pk, locks in locks_of(object_type.key, ids).items() if locks}
    above = locks_of(parent_key(object_type), {pk for pk in parents.values() if pk is not None})
    for pk, parent in parents.items():
        for lock in above.get(parent or 0, ()):
            if lock.keys & {EVERYTHING, object_type.slug}:
                found.setdefault(pk, lock.problem)
    return found


def parent_key(object_type: ObjectType) -> str:
    """The object type of the record that this one belongs to; "" where it belongs to none."""
    if object_type.scope_from is None:
        return ""
    return str(object_type.field(object_type.scope_from).options["target"])


def _parents(
    object_type: ObjectType, listed: Sequence[tuple[int, int | None, Mapping[str, Any], Mapping[str, Any]]]
) -> tuple[str, dict[int, list[Lock]]]:
    link = object_type.scope_from
    if link is None:
        return "", {}
    ids = {pk for _index, _pk, *values in listed for one in values if (pk := one.get(link)) is not None}
    return link, locks_of(parent_key(object_type), ids)
