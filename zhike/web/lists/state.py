"""What the address of a list says: the view, and whatever differs from it. A link with it reproduces the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from zhike.metadata.errors import BadQuery

LONGEST_FILTER = 20_000
LONGEST_SEARCH = 100
MOST_NAMES = 60


@dataclass(frozen=True, slots=True)
class ListState:
    """Parts of the address; None means "as the view says"."""

    view: str = ""
    filter: Mapping[str, Any] | None = None
    sort: tuple[str, ...] | None = None
    columns: tuple[str, ...] | None = None
    dense: bool | None = None
    q: str = ""
    cursor: str = ""
    #: The choice field that makes the columns of a board.
    by: str = ""
    #: Which of several sets of columns a board shows, such as the pipeline.
    within: str = ""
    #: The date by which a calendar is drawn, its span (month, week, day) and the day that it is about.
    dates: str = ""
    span: str = ""
    day: str = ""
    #: Number of the first row of the page, for the footer; paging itself goes by the cursor.
    first: int = 1

    def pairs(self) -> list[tuple[str, str]]:
        """The state as names and values of an address, in a fixed order."""
        told = [
            ("view", self.view),
            ("filter", None if self.filter is None else filter_text(self.filter)),
            ("q", self.q),
            ("sort", None if self.sort is None else ",".join(self.sort)),
            ("columns", None if self.columns is None else ",".join(self.columns)),
            ("density", "" if self.dense is None else "dense" if self.dense else "normal"),
            ("by", self.by),
            ("within", self.within),
            ("dates", self.dates),
            ("span", self.span),
            ("day", self.day),
            ("cursor", self.cursor),
            ("first", str(self.first) if self.cursor else ""),
        ]
        # An empty filter stays: it says that the view's own does not hold.
        return [(name, value) for name, value in told if value or (name == "filter" and value is not None)]

    def query_string(self) -> str:
        """With the question mark; "" when there is nothing to say."""
        pairs = self.pairs()
        return f"?{urlencode(pairs)}" if pairs else ""


def filter_text(tree: Mapping[str, Any]) -> str:
    """The filter as compact JSON; "" for one that lets everything through."""
    return orjson.dumps(tree).decode() if tree else ""


def read_state(data: QueryDict) -> ListState:
    """The state that an address or a form holds; raises BadQuery for a filter that is no JSON object."""
    return ListState(
        view=data.get("view", "")[:40],
        filter=read_filter(data.get("filter", "")) if "filter" in data else None,
        sort=names(data.get("sort", "")) if data.get("sort") else None,
        columns=names(",".join(data.getlist("columns"))) or None,
        dense={"dense": True, "normal": False}.get(data.get("density", "")),
        q=" ".join(data.get("q", "").replace("\x00", " ").split())[:LONGEST_SEARCH],
        cursor=data.get("cursor", "")[:2_000],
        by=data.get("by", "")[:60],
        within=data.get("within", "")[:60],
        dates=data.get("dates", "")[:60],
        span=data.get("span", "")[:10],
        day=data.get("day", "")[:10],
        first=read_first(data.get("first", "")),
    )


def read_filter(text: str) -> Mapping[str, Any]:
    """The filter of an address; raises BadQuery."""
    if not text.strip():
        return {}
    try:
        tree = orjson.loads(text) if len(text) <= LONGEST_FILTER else None
    except orjson.JSONDecodeError:
        tree = None
    if not isinstance(tree, dict):
        raise BadQuery("bad_filter", _("The filter in this address cannot be read."), field="filter")
    return tree


def names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in text.split(",") if part))[:MOST_NAMES]


def read_first(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 1
