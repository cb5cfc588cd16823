"""Finding records of other types that are the same firm or person as what somebody types, or as the rows of a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zhike.engines.duplicates.blocking import keys
from zhike.engines.duplicates.finding import MOST_HITS, Found, blocks_of, sharing
from zhike.engines.duplicates.hints import Hint, shown_hits
from zhike.engines.duplicates.kinship import Kin, Side, comparable_values, compare_sides, kin_of, side_of, sides_by_id
from zhike.metadata import policy
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context
from zhike.metadata.object_type import ObjectType


@dataclass(frozen=True, slots=True)
class KinFound:
    """A record of another type that is the same as what was given, and why."""

    kin: Kin
    object_type: ObjectType
    found: Found


def kin_found(object_type: ObjectType, values: Mapping[str, Any], *, actor: Actor) -> list[KinFound]:
    """The best matches among all types that are compared with this one, by index; only types that the actor may see."""
    known = comparable_values(actor, object_type, values)
    hits: list[KinFound] = []
    for kin, other in _seen_kin(object_type, actor):
        side = side_of(kin, object_type, known)
        if side is not None:
            others = sides_by_id(kin, other, sharing(other, keys(side.traits)), actor=actor)
            hits += _matches(kin, other, side, others)
    return _best(hits)


def kin_found_of_many(
    object_type: ObjectType, given: Sequence[Mapping[str, Any]], *, actor: Actor
) -> list[list[KinFound]]:
    """The matches of each of many records, in three queries a type whatever their number."""
    hits: list[list[KinFound]] = [[] for _values in given]
    known = [comparable_values(actor, object_type, values) for values in given]
    for kin, other in _seen_kin(object_type, actor):
        sides = [side_of(kin, object_type, values) for values in known]
        wanted = [keys(side.traits) if side else frozenset[int]() for side in sides]
        blocks = blocks_of(other, frozenset().union(*wanted))
        ids = [{pk for key in listed for pk in blocks.get(key, ())} for listed in wanted]
        others = sides_by_id(kin, other, set().union(*ids), actor=actor)
        for place, (side, listed) in enumerate(zip(sides, ids, strict=True)):
            if side is not None and listed:
                hits[place] += _matches(kin, other, side, {pk: others[pk] for pk in listed if pk in others})
    return [_best(found) for found in hits]


def _seen_kin(object_type: ObjectType, actor: Actor) -> Iterable[tuple[Kin, ObjectType]]:
    for kin in kin_of(object_type):
        other = kin.other(object_type)
        if policy.may(actor, other, "view"):
            yield kin, other


def _matches(kin: Kin, other: ObjectType, side: Side, others: Mapping[int, Side]) -> list[KinFound]:
    compared = ((pk, compare_sides(side, None, there, pk)) for pk, there in others.items())
    return [KinFound(kin, other, Found(pk, match)) for pk, match in compared if match is not None]


def _best(hits: Iterable[KinFound]) -> list[KinFound]:
    return sorted(hits, key=lambda hit: (-hit.found.match.score, hit.object_type.key, hit.found.record_id))[:MOST_HITS]


def kin_hints(object_type: ObjectType, values: Mapping[str, Any], *, context: Context) -> list[tuple[ObjectType, Hint]]:
    """The matches of other types with what the reader may know of each, the best first."""
    return shown_kin(kin_found(object_type, values, actor=context.actor), context)


def shown_kin(hits: Sequence[KinFound], context: Context) -> list[tuple[ObjectType, Hint]]:
    """Matches of other types as their reader may see them; records out of reach are masked."""
    types = {hit.object_type.key: hit.object_type for hit in hits}
    found = []
    for key, object_type in types.items():
        some = [hit.found for hit in hits if hit.object_type.key == key]
        found += [
            (object_type, replace(hint, kind=str(object_type.label))) for hint in shown_hits(object_type, some, context)
        ]
    return sorted(found, key=lambda told: -told[1].score)
