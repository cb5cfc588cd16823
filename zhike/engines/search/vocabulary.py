"""The words of the index: every token carries the field it comes from, so that rights hold inside the index.

A token begins with four characters that stand for its object type and field. A reader's query names only the fields that
they may read in full, so nobody finds a record by what is hidden or masked for them, and changing a role needs no rebuild.
The pseudo-field ``SCOPE`` holds whose the record is: u12 (owner), d5 (department), t7 (team member).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from zlib import crc32

from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor, Scope
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType

#: No field key, because those begin with a letter.
SCOPE = "0scope"
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
PREFIX_LENGTH = 4
#: With more departments than this the index is not asked for them; the policy decides alone.
MOST_DEPARTMENTS = 100


@cache
def prefix(object_key: str, field_key: str) -> str:
    """Four characters for a field. That two fields share them is possible but gives nothing away: see ``readable_prefixes``."""
    number = crc32(f"{object_key}.{field_key}".encode())
    characters = []
    for _ in range(PREFIX_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[rest])
    return "".join(characters)


def search_fields(object_type: ObjectType) -> tuple[Field, ...]:
    """The fields by which records are found: those that the descriptor names, and the title."""
    if not object_type.search:
        return ()
    keys = dict.fromkeys((object_type.title, *object_type.search))
    return tuple(object_type.fields[key] for key in keys if key in object_type.fields)


def readable_prefixes(actor: Actor, object_type: ObjectType) -> tuple[str, ...]:
    """Prefixes of the fields by which the actor may search.

    A prefix that also stands for a field hidden from the actor (one case in a million) is left out.
    """
    readable: set[str] = set()
    hidden: set[str] = set()
    for field in search_fields(object_type):
        allowed = policy.comparable(actor, object_type, field)
        (readable if allowed else hidden).add(prefix(object_type.key, field.key))
    return tuple(sorted(readable - hidden))


def scope_root(object_type: ObjectType) -> tuple[ObjectType, str]:
    """The type whose records decide who sees these, and the way to them ("customer__"; "" for itself)."""
    way = ""
    while object_type.scope_from:
        link = object_type.field(object_type.scope_from)
        way += f"{link.column}__"
        object_type = registry.get(link.options["target"])
    return object_type, way


def scope_tokens(
    object_type: ObjectType, owner_id: int | None, department_id: int | None, team: Iterable[int]
) -> list[str]:
    """What stands in the document of a record."""
    mark = prefix(object_type.key, SCOPE)
    tokens = [f"{mark}t{user_id}" for user_id in team]
    if owner_id is not None:
        tokens.append(f"{mark}u{owner_id}")
    if department_id is not None:
        tokens.append(f"{mark}d{department_id}")
    return tokens


def reach(actor: Actor, object_type: ObjectType) -> tuple[str, ...] | None:
    """Scope tokens of which a document must have one to be worth a look; None where every document is.

    Documents carry their own department only and the reader's whole subtree is asked for, so that moving a department
    in the tree needs no rebuild.
    """
    mark = prefix(object_type.key, SCOPE)
    if actor.is_system:
        return None
    if object_type.is_private:
        return (f"{mark}u{actor.user_id}",)
    root, _ = scope_root(object_type)
    scope = actor.scope(root.key, "view")
    departments: Iterable[int] = ()
    if scope >= Scope.DEPARTMENT_AND_BELOW:
        departments = actor.subtree_ids
    elif scope >= Scope.DEPARTMENT:
        departments = actor.department_ids
    listed = sorted(departments)
    if scope >= Scope.ALL or len(listed) > MOST_DEPARTMENTS:
        return None
    return (f"{mark}u{actor.user_id}", f"{mark}t{actor.user_id}", *(f"{mark}d{pk}" for pk in listed))
