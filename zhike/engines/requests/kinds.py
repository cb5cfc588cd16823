"""The kinds of request that code may ask for; each says what happens once it is granted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhike.metadata.fields.base import Label
from zhike.metadata.fields.choice_option import Choice, LiveChoices

if TYPE_CHECKING:
    from zhike.engines.requests.models import Request
    from zhike.metadata.actor import Actor


#: Whether somebody may (still) decide; asked beside being named in the request.
Fitness = Callable[["Request", "Actor"], bool]


@dataclass(frozen=True, slots=True)
class RequestKind:
    """One kind of request.

    ``on_grant(request, *, actor)`` runs when it is granted, ``on_refuse`` when it is refused or times out, inside the transaction of
    the decision; ``actor`` is who decided (the system for a time-out). They check what the actor may do, or act on the actor's
    behalf; Invalid or Denied undoes the decision and shows the reason to who decided.
    """

    key: str
    label: Label
    on_grant: Callable[..., None] | None = None
    on_refuse: Callable[..., None] | None = None
    may_decide: Fitness | None = None
    icon: str = "message-2"
    tone: str = "blue"
    #: After how many days without an answer it times out.
    days: int = 7


class UnknownKind(LookupError):
    """No such kind of request is registered."""


_kinds: dict[str, RequestKind] = {}


def register(kind: RequestKind) -> RequestKind:
    """Add a kind of request, when its app is ready."""
    if kind.key in _kinds:
        raise ValueError(f"request kind {kind.key!r} is registered already")
    _kinds[kind.key] = kind
    return kind


def forget(key: str) -> None:
    """Take a kind out again (an app that is switched off)."""
    _kinds.pop(key, None)


def request_kind(key: str) -> RequestKind:
    """The kind with this key; raises UnknownKind."""
    try:
        return _kinds[key]
    except KeyError:
        raise UnknownKind(key) from None


def find_kind(key: str) -> RequestKind | None:
    """The kind with this key, or None for one whose app is gone."""
    return _kinds.get(key)


class KindChoices(LiveChoices):
    """The registered kinds as choices of a field, whenever they were registered."""

    def current(self) -> tuple[Choice, ...]:
        return tuple(Choice(kind.key, kind.label, kind.tone) for kind in _kinds.values())
