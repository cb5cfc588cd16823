"""Ways of grading beside rules and scores: other domains register theirs, and versions, preview, history and overrides serve them too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zhike.metadata.fields.base import Label

if TYPE_CHECKING:
    from django.db.models import Q

    from zhike.domain.tiers.definition import Definition
    from zhike.domain.tiers.grading import Graded
    from zhike.domain.tiers.models import TierScheme
    from zhike.domain.tiers.regrading import Move


@dataclass(frozen=True, slots=True)
class Method:
    """One way of grading, named by ``Definition.by``; its own numbers stand in ``Definition.settings``.

    ``graded(definition, condition)`` makes the statement that gives (id, place, score); ``details(definition, customers)`` what each
    score came from, as JSON; ``words(definition, detail, grade, language)`` says it; ``check(definition)`` raises Invalid.
    """

    key: str
    label: Label
    check: Callable[[Definition], None]
    graded: Callable[[Definition, Q | None], Graded]
    details: Callable[[Definition, Sequence[int]], Mapping[int, Mapping[str, Any]]]
    words: Callable[[Definition, Mapping[str, Any], str, str], str]
    #: Told of moves that changed the field which the scheme writes, in their transaction.
    tell: Callable[[TierScheme, Definition, Sequence[Move]], None]
    #: What the field that the scheme writes holds for customers without a grade.
    nothing: str | None = None
    #: Object key → link to the customer: changes of these records grade the customer anew within seconds.
    follows: Mapping[str, str] = field(default_factory=dict)


_methods: dict[str, Method] = {}


def register(method: Method) -> Method:
    """Add a way of grading, when its app is ready."""
    if method.key in _methods:
        raise ValueError(f"method of grading {method.key!r} is registered already")
    _methods[method.key] = method
    return method


def find(key: str) -> Method | None:
    """The method with this key; None for rules and scores, which the tiers bring themselves."""
    return _methods.get(key)
