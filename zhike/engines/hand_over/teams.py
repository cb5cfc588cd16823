"""Places on the teams of records: they go to the successor with the access that they gave, and back again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from zhike.engines.hand_over.models import HandOver, MovedPlace
from zhike.metadata.actor import Actor
from zhike.metadata.listed_ids import among
from zhike.metadata.models import TeamMember
from zhike.metadata.object_type import ObjectType
from zhike.metadata.team import tell


@dataclass(frozen=True, slots=True)
class Place:
    """What becomes of one place: whose it is now, and what the successor could do before."""

    record_id: int
    to: int
    access: str
    before: str


def has_team(object_type: ObjectType) -> bool:
    """Whether records of the type have teams of their own."""
    return "owner" in object_type.fields and object_type.scope_from is None and not object_type.is_private


def places_of(person_id: int, object_type: ObjectType) -> Q:
    """The condition that the person is on the team of a record."""
    rows = TeamMember.objects.filter(user_id=person_id, object_key=object_type.key)
    return Q(pk__in=rows.values("record_id"))


def places_give(found: HandOver, object_type: ObjectType, given: Mapping[int, int], *, actor: Actor) -> dict[int, int]:
    """Give the person's places to the successor by record id; what was written. Inside a write transaction.

    Whoever is on the team already keeps the wider access of both. No one's place is given twice: the person has it no more.
    """
    person_id = found.person_id
    rows = TeamMember.objects.filter(among("record_id", list(given)), object_key=object_type.key)
    members = {(row.record_id, row.user_id): row for row in rows.filter(user_id__in={person_id, *given.values()})}
    places = []
    for pk, successor in given.items():
        own, theirs = members.get((pk, person_id)), members.get((pk, successor))
        if own is not None:
            before = theirs.access if theirs else ""
            wider = TeamMember.Access.EDIT.value in {own.access, before}
            access = TeamMember.Access.EDIT.value if wider else TeamMember.Access.VIEW.value
            places.append(Place(pk, successor, access, before))
            MovedPlace.objects.create(
                hand_over=found,
                object_key=object_type.key,
                record_id=pk,
                to_user_id=successor,
                had=own.access,
                gave=access,
                before=before,
            )
    rows.filter(user_id=person_id).delete()
    _set_access(object_type, [(place.record_id, place.to, place.access) for place in places], actor)
    return {place.record_id: place.to for place in places}


def _set_access(object_type: ObjectType, wanted: Sequence[tuple[int, int, str]], actor: Actor) -> None:
    """Put people on teams, or change what they may do there."""
    now = timezone.now()
    members = [
        TeamMember(
            object_key=object_type.key,
            record_id=pk,
            user_id=user_id,
            access=access,
            added_at=now,
            added_by_id=actor.user_id,
        )
        for pk, user_id, access in wanted
    ]
    TeamMember.objects.bulk_create(
        members,
        batch_size=100,
        update_conflicts=True,
        update_fields=["access"],
        unique_fields=["user", "object_key", "record_id"],
    )
    for pk in dict.fromkeys(pk for pk, _user, _access in wanted):
        tell(object_type, pk)


def places_return(object_type: ObjectType, rows: Sequence[MovedPlace], *, actor: Actor) -> list[int]:
    """Give places back that the successor still has as they were given; returns the records where that is not so."""
    person_id = rows[0].hand_over.person_id
    members: Any = TeamMember.objects.filter(
        among("record_id", [row.record_id for row in rows]), object_key=object_type.key
    )
    now = {(pk, user): access for pk, user, access in members.values_list("record_id", "user_id", "access")}
    left, wanted = [], []
    for row in rows:
        if now.get((row.record_id, row.to_user_id)) != row.gave:
            left.append(row.record_id)
            continue
        if row.before:
            wanted.append((row.record_id, row.to_user_id, row.before))
        else:
            members.filter(record_id=row.record_id, user_id=row.to_user_id).delete()
        if (row.record_id, person_id) not in now:
            wanted.append((row.record_id, person_id, row.had))
    _set_access(object_type, wanted, actor)
    return left
