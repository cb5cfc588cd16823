"""The one gate for messages that leave the house: whoever sends asks here, and whoever has a reason against it registers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from zhike.metadata.fields.base import Label


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message about to be sent. ``channel``: mail, sms …; ``purpose``: why people get it, such as "work" or "care"."""

    channel: str
    address: str
    purpose: str
    #: The colleague it is for; None for people outside.
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message may not go out; the log keeps the code."""

    code: str


Check = Callable[[Outgoing], Refusal | None]

#: By the code of a refusal: what the log says of it.
reasons: dict[str, Label] = {}
_checks: list[Check] = []


def check(**codes: Label) -> Callable[[Check], Check]:
    """Register a reason against sending: a function that looks, and what each of its codes is called."""

    def register(function: Check) -> Check:
        if function not in _checks:
            _checks.append(function)
            reasons.update(codes)
        return function

    return register


def refusal(message: Outgoing) -> Refusal | None:
    """The first reason against sending; None when nothing speaks against it. Asked when queued, and again when it goes."""
    for looks in _checks:
        found = looks(message)
        if found is not None:
            return found
    return None
