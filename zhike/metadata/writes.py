"""What goes into the write path and what comes out: rows, results, and the event that listeners hear."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem, Problems
from zhike.metadata.object_type import ObjectType


@dataclass(frozen=True, slots=True)
class Row:
    """Values to write: raw ones (form text, JSON, cells), parsed by their field types. Without ``id`` it is new.

    ``version`` is the one that the actor saw; None writes over whatever stands there.
    """

    values: Mapping[str, Any]
    id: int | None = None
    version: int | None = None


@dataclass(slots=True)
class RowResult:
    """What became of a row: ``created``, ``updated``, ``unchanged`` or ``refused`` (then ``problems`` say why)."""

    action: str
    id: int | None = None
    version: int | None = None
    problems: Problems = dataclass_field(default_factory=dict)


@dataclass(slots=True)
class SaveResult:
    """One result per row, in order; ``batch_id`` is None when nothing was written."""

    rows: list[RowResult]
    batch_id: int | None = None

    @property
    def ok(self) -> bool:
        return not any(row.problems for row in self.rows)

    def count(self, action: str) -> int:
        return sum(row.action == action for row in self.rows)


@dataclass(frozen=True, slots=True)
class Made:
    """What an action made of the records it ran on: the page of a single one is opened, the API names them."""

    object_key: str
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WriteEvent:
    """What a listener hears inside the transaction of a write; ids by what happened to them."""

    object_type: ObjectType
    actor: Actor
    batch_id: int
    created: tuple[int, ...] = ()
    updated: tuple[int, ...] = ()
    deleted: tuple[int, ...] = ()
    restored: tuple[int, ...] = ()
    purged: tuple[int, ...] = ()
    #: Keys of fields that changed in any updated record.
    changed_keys: frozenset[str] = frozenset()


Listener = Callable[[WriteEvent], None]
_listeners: list[Listener] = []


def after_write(listener: Listener) -> Listener:
    """Register what must happen in the same transaction as every write, such as the search documents."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def tell(event: WriteEvent) -> None:
    """Call every listener."""
    for listener in _listeners:
        listener(event)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a write comes from, kept with its batch."""

    source: str = "web"
    label: str = ""
    job_id: int | None = None


#: What a person does in a page, the usual case.
FROM_WEB = Origin()


def problem_of(row: RowResult) -> Iterable[tuple[str, Problem]]:
    """Every problem of a row with its field key."""
    for key, found in row.problems.items():
        for problem in found:
            yield key, problem
