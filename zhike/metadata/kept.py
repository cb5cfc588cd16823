"""What follows from an actor's rights and the catalogue alone: worked out once, kept as long as both hold.

Actors are made anew whenever a right, a role, a department, a language or a custom field changes (``accounts/actors.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import date
from typing import TypeVar

from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.object_type import ObjectType

T = TypeVar("T")


def kept(actor: Actor, key: Hashable, make: Callable[[], T], *, day: date | None = None) -> T:
    """What ``make`` gave for this actor and the present catalogue, on that day; it must depend on nothing else."""
    stand = (registry.edition(), day)
    found: tuple[object, T] | None = actor.kept.get(key)
    if found is None or found[0] != stand:
        found = actor.kept[key] = (stand, make())
    return found[1]


def kept_for(
    actor: Actor, object_type: ObjectType, key: Hashable, make: Callable[[], T], *, day: date | None = None
) -> T:
    """The same about an object type; worked out each time for one that the present catalogue does not hold."""
    if registry.catalogue().get(object_type.key) is not object_type:
        return make()
    return kept(actor, (key, object_type.key), make, day=day)
