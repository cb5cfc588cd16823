"""Who decides a step: the definition's ways turned into people, absent ones replaced, nobody never the end of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zhike.accounts.absences import substitutes
from zhike.accounts.models import Department, User
from zhike.engines.approvals.deciders import managers_of, people_with_privilege, people_with_role, usable
from zhike.engines.approvals.definition import Who
from zhike.metadata import policy, registry

MOST_DECIDERS = 20
MOST_LEVELS = 20


@dataclass(frozen=True, slots=True)
class Matter:
    """What is asked: by whom, and about which record."""

    asker_id: int | None
    about_key: str = ""
    about_id: int | None = None


@dataclass(slots=True)
class Found:
    """People to ask, in whose place some of them stand, and whether it took the fallback."""

    people: list[int] = field(default_factory=list)
    instead_of: dict[int, int] = field(default_factory=dict)
    #: "fallback", "managers" or "administrators" where nobody that the step names could be asked; "" else.
    fell_back: str = ""


def approvers(ways: Sequence[Who], matter: Matter, *, fallback: Sequence[Who], may_self: bool, today: date) -> Found:
    """The people of a step; those of the fallback where nobody is there, then managers, then administrators.

    The asker is left out unless the flow allows it, as a substitute too. Empty only where nobody but the asker can sign in.
    """
    barred = frozenset() if may_self or matter.asker_id is None else frozenset({matter.asker_id})
    if (found := present(_named(ways, matter), barred, today)).people:
        return found
    further = [
        ("fallback", _named(fallback, matter)),
        ("managers", [] if matter.asker_id is None else managers_of(matter.asker_id)),
        ("administrators", people_with_privilege("settings")),
    ]
    for name, people in further:
        found = present(people, barred, today)
        if found.people:
            found.fell_back = name
            return found
    # Better somebody who is away than nobody at all.
    everybody = [pk for pk in _named(ways, matter) if pk not in barred]
    return Found(usable(everybody)[:MOST_DECIDERS], fell_back="away")


def present(people: Iterable[int], barred: frozenset[int], today: date) -> Found:
    """Those who can sign in and are here; who is absent is replaced by the substitute, or left out without one."""
    found = Found()
    able = usable(people)
    away = substitutes(able, today)
    for pk in able:
        deputy = away.get(pk, pk)
        if deputy is None or deputy in barred or deputy in found.people:
            continue
        if deputy != pk:
            found.instead_of[deputy] = pk
        found.people.append(deputy)
    found.people = found.people[:MOST_DECIDERS]
    return found


def _named(ways: Sequence[Who], matter: Matter) -> list[int]:
    return list(dict.fromkeys(pk for way in ways for pk in _by(way, matter)))


def _by(way: Who, matter: Matter) -> list[int]:
    """The people that one way names."""
    asker = matter.asker_id or 0
    ways: dict[str, Any] = {
        "people": lambda: list(way.people),
        "role": lambda: people_with_role(way.role),
        "manager": lambda: managers_of(asker),
        "head": lambda: head_above(asker, way.level),
        "owner": lambda: [pk for pk in [owner_of(matter)] if pk is not None],
        "owner_manager": lambda: managers_of(owner_of(matter) or 0),
    }
    found: list[int] = ways[way.by]()
    return found


def head_above(user_id: int, level: int) -> list[int]:
    """The head of the person's department (level 0), or of the department so many levels up; never the person.

    A department without a head, or headed by the person, is passed over; above the top there is nobody.
    """
    user = User.objects.filter(pk=user_id).select_related("department").first()
    room: Department | None = user.department if user is not None else None
    steps = 0
    while room is not None and steps < MOST_LEVELS:
        if level <= 0 and room.head_id != user_id and (found := usable([room.head_id])):
            return found
        room = Department.objects.filter(pk=room.parent_id).first() if room.parent_id else None
        level, steps = level - 1, steps + 1
    return []


def owner_of(matter: Matter) -> int | None:
    """Who owns the record, or the record that it belongs to."""
    if matter.about_id is None or matter.about_key not in registry.catalogue():
        return None
    object_type = registry.get(matter.about_key)
    rows: Any = policy.every_record(object_type).filter(pk=matter.about_id)
    owner: int | None = rows.values_list("owner_id", flat=True).first()
    if owner is None and object_type.scope_from:
        owner = rows.values_list(f"{object_type.scope_from}__owner_id", flat=True).first()
    return owner
