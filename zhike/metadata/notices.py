"""Telling people: the kinds of notice that code may send, and whoever delivers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from datetime import timedelta
from typing import Any

from zhike.metadata.fields.base import Label


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """A reason to tell somebody something.

    ``text`` is the sentence; it may use ``%(actor)s``, ``%(title)s`` (of the record) and the params of the notice.
    """

    key: str
    #: What the page of preferences calls it.
    label: Label
    text: Label
    icon: str = "bell"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that people are to know about a record."""

    kind: str
    user_ids: tuple[int, ...]
    object_key: str
    record_id: int
    actor_id: int | None = None
    params: Mapping[str, Any] = dataclass_field(default_factory=dict)
    #: A notice with the same key reaches a person once, however often it is sent; "" never repeats itself.
    once: str = ""
    #: Within this time of one that is not read yet, of the same kind, record and person who acted, no further one is sent.
    gathered: timedelta | None = None


Deliverer = Callable[[Sequence[Notice]], None]

kinds: dict[str, NoticeKind] = {}
#: Sources of batches whose services tell people themselves, so that nobody is told of the same twice.
quiet_sources: set[str] = set()
_deliverers: list[Deliverer] = []


def register(kind: NoticeKind) -> NoticeKind:
    """Add a kind of notice; people may then switch it off for themselves."""
    if kind.key in kinds:
        raise ValueError(f"notice kind {kind.key!r} is registered already")
    kinds[kind.key] = kind
    return kind


def deliverer(function: Deliverer) -> Deliverer:
    """Register who delivers notices, inside the transaction of what they tell of."""
    if function not in _deliverers:
        _deliverers.append(function)
    return function


def send(notices: Sequence[Notice]) -> None:
    """Hand notices to every deliverer; an unknown kind is a bug."""
    wanted = [notice for notice in notices if notice.user_ids]
    for notice in wanted:
        if notice.kind not in kinds:
            raise LookupError(f"no kind of notice is called {notice.kind!r}")
    if wanted:
        for deliver in _deliverers:
            deliver(wanted)
