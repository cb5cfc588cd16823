"""What a view says about a list: filter, order, columns and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhike.metadata.fields.base import Context
from zhike.metadata.filters import compile_filter
from zhike.metadata.keyset import sort_keys
from zhike.metadata.object_type import ObjectType

MOST_COLUMNS = 40


@dataclass(frozen=True, slots=True)
class Definition:
    """Parts that are empty mean what the object type says by itself."""

    #: In the filter language; None lets everything through.
    filter: Mapping[str, Any] | None = None
    sort: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    dense: bool = False
    #: The choice field that makes the columns of a board; "" for a list.
    board_by: str = ""
    #: The date by which a calendar is drawn, "" for a list, and how much of it is shown.
    calendar_by: str = ""
    span: str = ""

    @property
    def base(self) -> str:
        """What follows the path of the list in the address of the view."""
        return "calendar/" if self.calendar_by else "board/" if self.board_by else ""

    def to_json(self) -> dict[str, Any]:
        """Only what differs from the default, so that a view follows later changes of the object type."""
        told: dict[str, Any] = {
            "filter": self.filter or None,
            "sort": list(self.sort),
            "columns": list(self.columns),
            "dense": self.dense,
            "board_by": self.board_by,
            "calendar_by": self.calendar_by,
            "span": self.span,
        }
        return {key: value for key, value in told.items() if value}

    def check(self, object_type: ObjectType, context: Context) -> None:
        """Raise BadQuery for a filter or an order that the actor could not use themselves."""
        compile_filter(object_type, self.filter, context)
        if self.sort:
            sort_keys(object_type, self.sort, context)


def from_json(told: Mapping[str, Any]) -> Definition:
    """The definition that ``to_json`` wrote."""
    return Definition(
        filter=told.get("filter") or None,
        sort=texts(told.get("sort")),
        columns=texts(told.get("columns"))[:MOST_COLUMNS],
        dense=bool(told.get("dense")),
        board_by=str(told.get("board_by") or ""),
        calendar_by=str(told.get("calendar_by") or ""),
        span=str(told.get("span") or ""),
    )


def texts(raw: Any) -> tuple[str, ...]:
    return tuple(part for part in raw if isinstance(part, str)) if isinstance(raw, Sequence) else ()
