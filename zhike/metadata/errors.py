"""What the kernel refuses and why; each edge (form, API, import) translates these once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from zhike.metadata.fields.base import Label


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a row: ``code`` for programs, ``message`` for people, ``details`` for offers of help."""

    code: str
    message: Label
    details: Mapping[str, Any] = dataclass_field(default_factory=dict)


#: Problems by field key; "" holds those of the record as a whole.
Problems = dict[str, list[Problem]]


class Denied(Exception):
    """The actor may not do this at all."""

    def __init__(self, object_key: str, action: str) -> None:
        super().__init__(f"{action} {object_key}")
        self.object_key = object_key
        self.action = action


class NotFound(Exception):
    """No such record, or none that the actor may know of."""

    def __init__(self, object_key: str, record_id: int | str) -> None:
        super().__init__(f"{object_key} {record_id}")
        self.object_key = object_key
        self.record_id = record_id


class Invalid(Exception):
    """Values that cannot be saved."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(", ".join(f"{key}: {found[0].code}" for key, found in problems.items()))
        self.problems = problems


class Stale(Exception):
    """Somebody else saved first; ``changes`` are the rows of Change since the version that the actor knew."""

    def __init__(self, *, current_version: int, changes: Sequence[Any] = ()) -> None:
        super().__init__(f"now at version {current_version}")
        self.current_version = current_version
        self.changes = changes


class BadQuery(ValueError):
    """A filter, sort, cursor or column list that cannot be understood or is not the actor's to use."""

    def __init__(self, code: str, message: Label, *, field: str = "") -> None:
        super().__init__(f"{code} {field}".strip())
        self.code = code
        self.message = message
        self.field = field
