"""Records of different types that may be the same firm or person: which types are compared, and how each is read for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from zhike.engines.duplicates.reading import roles, values_by_id
from zhike.engines.duplicates.scoring import Match, compare
from zhike.engines.duplicates.traits import Traits, traits_of
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import Identity, Kindred, ObjectType, Values


@dataclass(frozen=True, slots=True)
class Kin:
    """Two types that are compared; ``left`` is the one whose descriptor says so."""

    left: ObjectType
    right: ObjectType
    rule: Kindred

    def other(self, object_type: ObjectType) -> ObjectType:
        """The type that records of this one are compared with."""
        return self.right if object_type.key == self.left.key else self.left

    def identity(self, object_type: ObjectType) -> Identity:
        """How a record of one of both is read: as itself, or as the person that it names."""
        identity = object_type.identity
        if identity is None:
            raise LookupError(object_type.key)
        if object_type.key != self.left.key or not self.rule.persons:
            return identity
        return replace(identity, names=self.rule.persons, kind=None, code=None, representative=None)


@dataclass(frozen=True, slots=True)
class Side:
    """A record of a pair: what the matcher knows of it, and the records of the other type that it links to."""

    traits: Traits
    links: frozenset[int]


def kin_of(object_type: ObjectType) -> list[Kin]:
    """The types that records of this one are compared with, whichever of both says so."""
    found = []
    for left in registry.all_types():
        for rule in left.identity.kindred if left.identity else ():
            right = registry.catalogue().get(rule.object_key)
            if right is not None and right.identity is not None and object_type.key in {left.key, right.key}:
                found.append(Kin(left, right, rule))
    return found


def links_between(object_type: ObjectType, other: ObjectType) -> list[Field]:
    """Fields by which a record belongs to one of the other type: such two are no duplicates but relatives."""
    return [
        field
        for field in object_type.active_fields
        if field.type.link_targets(field) == other.key and not field.type.multiple
    ]


def side_of(kin: Kin, object_type: ObjectType, values: Mapping[str, Any]) -> Side | None:
    """One record of a pair from plain values; None where they name nobody."""
    traits = traits_of(roles(kin.identity(object_type), values))
    if traits is None:
        return None
    held = (values.get(field.key) for field in links_between(object_type, kin.other(object_type)))
    return Side(traits, frozenset(pk for pk in held if pk is not None))


def sides_by_id(
    kin: Kin, object_type: ObjectType, ids: Collection[int], *, actor: Actor | None = None
) -> dict[int, Side]:
    """Live records of one of both types by id; what the actor does not see in full is left out of them."""
    links = links_between(object_type, kin.other(object_type))
    found = {}
    for pk, values in values_by_id(object_type, ids, besides=links).items():
        side = side_of(kin, object_type, values if actor is None else comparable_values(actor, object_type, values))
        if side is not None:
            found[pk] = side
    return found


def comparable_values(actor: Actor, object_type: ObjectType, values: Mapping[str, Any]) -> Values:
    """The values of fields that the actor sees in full: others prove nothing, for that would tell what they hold."""
    return {
        key: value
        for key, value in values.items()
        if key in object_type.fields and policy.comparable(actor, object_type, object_type.fields[key])
    }


def compare_sides(one: Side, one_id: int | None, other: Side, other_id: int) -> Match | None:
    """The match of two records of different types; None also where one of them belongs to the other."""
    if other_id in one.links or one_id in other.links:
        return None
    return compare(one.traits, other.traits)
