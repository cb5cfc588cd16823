"""What follows from an actor's rights and the catalogue alone: worked out once, kept as long as both hold.

Actors are made anew whenever a right, a role, a department, a language or a custom field changes (``accounts/actors.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from zhike.metadata import registry
from zhike.metadata.actor import Actor

T = TypeVar("T")


def kept(actor: Actor, key: Hashable, make: Callable[[], T]) -> T:
    """What ``make`` gave for this actor and the present catalogue; it must depend on nothing else."""
    edition = registry.edition()
    found: tuple[int, T] | None = actor.kept.get(key)
    if found is None or found[0] != edition:
        found = actor.kept[key] = (edition, make())
    return found[1]
