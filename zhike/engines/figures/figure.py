"""The descriptor of a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from datetime import datetime
from typing import Any

from zhike.metadata.fields.base import Label

#: ``compute(ids, now)``: pairs (record id, plain value) of those of the records that have a value; a QuerySet will do.
Compute = Callable[[Sequence[int], datetime], Iterable[tuple[Any, Any]]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Where a figure comes from: the records of a type that a filter of the filter language finds."""

    object_key: str
    filter: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """A value of every record of a type that nobody types, such as when a customer was last contacted.

    ``type`` is the key of a field type. ``sources`` names what it is computed from: object keys with the link field that
    leads to the record. It counts all rows, whoever looks; ``rows(record id)`` opens those behind it as far as the reader
    may see them.
    """

    key: str
    object_key: str
    label: Label
    type: str
    compute: Compute
    sources: Mapping[str, str]
    rows: Callable[[int], Rows]
    help: Label = ""
    #: What records without a value have: 0 for counts, None for dates.
    default: Any = None
    options: Mapping[str, Any] = dataclass_field(default_factory=dict)
    #: Key under which values are stored, where another definition may take the place of this one.
    stored_as: str = ""

    @property
    def stored_key(self) -> str:
        return self.stored_as or self.key
