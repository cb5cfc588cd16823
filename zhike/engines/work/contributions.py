"""The registry of what parts of the business put on the work page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context, Label


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something worth doing, with the reason and the one click that does it."""

    object_key: str
    record_id: int
    title: str
    url: str
    reason: str
    icon: str
    act_label: Label
    act_url: str
    act_icon: str = "bolt"
    #: Shown at the end of the line, such as for how long nothing happened.
    note: str = ""


@dataclass(frozen=True, slots=True)
class SuggestionGroup:
    """Suggestions of one kind, the most valuable first; ``more_url`` shows all of them."""

    label: Label
    rows: Sequence[Suggestion]
    more_url: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its trend; ``is_better`` is None where neither direction is good."""

    label: Label
    value: str
    note: str = ""
    is_better: bool | None = None
    url: str = ""


Suggester = Callable[[Actor, Context], SuggestionGroup | None]
Counter = Callable[[Actor, Context], Sequence[Number]]

_suggesters: list[Suggester] = []
_counters: list[Counter] = []


def suggester(function: Suggester) -> Suggester:
    """Register suggestions; None for people whom they do not concern."""
    _suggesters.append(function)
    return function


def counter(function: Counter) -> Counter:
    """Register numbers; none for people whom they do not concern."""
    _counters.append(function)
    return function


def suggestions(actor: Actor, context: Context) -> Iterator[SuggestionGroup]:
    """Groups of suggestions for the actor, empty ones left out."""
    for function in _suggesters:
        group = function(actor, context)
        if group is not None and group.rows:
            yield group


def numbers(actor: Actor, context: Context) -> list[Number]:
    """All numbers for the actor."""
    return [number for function in _counters for number in function(actor, context)]
