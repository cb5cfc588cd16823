"""Blocking keys: records without a key in common are never compared. Each key is a number of 64 bits."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from zhike.engines.duplicates.traits import PERSON, Traits

#: A key that more records share identifies nobody: a switchboard, a placeholder that nobody thought of.
LARGEST_BLOCK = 60
#: To be raised with every change of what the keys are.
KEYS_VERSION = 1


def keys(traits: Traits) -> frozenset[int]:
    """The keys of a record, about five."""
    return frozenset(_number(text) for text in _texts(traits))


def mail_key(mail: str) -> int:
    """The key of records that can be reached by this normalised mail address."""
    return _number(f"m{mail}")


def _texts(traits: Traits) -> Iterator[str]:
    for number in traits.mobiles | traits.landlines:
        yield f"p{number}"
    for mail in traits.emails:
        yield f"m{mail}"
    for handle in traits.handles:
        yield f"w{handle}"
    if traits.code:
        yield f"c{traits.code}"
    for name in traits.names:
        if traits.kind == PERSON:
            yield from _of_person(name.key, traits)
        else:
            yield f"n{name.key}"


def _of_person(letters: str, traits: Traits) -> Iterator[str]:
    """A person's name alone is shared by thousands; with a birthday, a house or an employer it is not."""
    if traits.birthday:
        yield f"b{traits.birthday}{letters}"
    for district, street in traits.houses:
        yield f"a{district}{street}{letters}"
    if traits.parent is not None:
        yield f"e{traits.parent} {letters}"


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
