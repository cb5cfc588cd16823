"""A list as somebody looks at it: the object type, the view and the address taken together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from zhike.engines.saved_views.definition import Definition
from zhike.engines.saved_views.models import SavedView
from zhike.engines.saved_views.views import ALL, View, find
from zhike.metadata import policy
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import list_url
from zhike.metadata.query import Query
from zhike.web.lists.search_within import within
from zhike.web.lists.state import ListState

PAGE_SIZE = 50
#: What follows the path of a list in the addresses of its other shapes.
BOARD, CALENDAR = "board/", "calendar/"
#: Stands for the first date that there is, where an address must say that it is about a calendar.
ANY_DATE = "any"


@dataclass(frozen=True)
class Listing:
    """Everything that decides which rows and columns are shown; what follows from it is worked out once."""

    object_type: ObjectType
    actor: Actor
    context: Context
    views: Sequence[View]
    view: View
    state: ListState
    #: What follows the path of the list in the address of this page: "", BOARD or CALENDAR.
    base: str = ""

    @cached_property
    def filter(self) -> Mapping[str, Any]:
        return (self.usual_filter if self.state.filter is None else self.state.filter) or {}

    @cached_property
    def usual_filter(self) -> Mapping[str, Any] | None:
        """The filter while nobody chooses one: the view's own, on a board together with the object type's."""
        own, of_board = self.view.definition.filter, self.object_type.board_filter
        if self.base != BOARD or self.view.saved is not None or not of_board:
            return own
        return {"all": [own, of_board]} if own else of_board

    @cached_property
    def sort(self) -> tuple[str, ...]:
        chosen = self.view.definition.sort if self.state.sort is None else self.state.sort
        return chosen or (self.object_type.default_sort,)

    @property
    def usual_sort(self) -> str:
        """The order of whoever chooses none."""
        return "-updated_at" if self.base == BOARD else self.object_type.default_sort

    @property
    def dense(self) -> bool:
        return self.view.definition.dense if self.state.dense is None else self.state.dense

    @cached_property
    def columns(self) -> list[Field]:
        """Fields shown, the title first; what the actor may not know of is left out."""
        chosen = self.view.definition.columns if self.state.columns is None else self.state.columns
        readable = {field.key: field for field in policy.readable_fields(self.actor, self.object_type)}
        title = self.object_type.title
        keys = [title, *(key for key in chosen or self.object_type.columns if key != title)]
        return [readable[key] for key in keys if key in readable]

    @cached_property
    def own_views(self) -> list[SavedView]:
        """The saved views that the actor may put in order: those made by them."""
        saved = (view.saved for view in self.views if view.saved is not None)
        return [row for row in saved if row.owner_id == self.actor.user_id]

    @property
    def board_by(self) -> str:
        """Key of the field that makes the columns of the board."""
        return self.state.by or self.view.definition.board_by or self.object_type.board_by or ""

    @property
    def calendar_by(self) -> str:
        """Key of the date by which the calendar is drawn; "" for the first that there is."""
        return self.state.dates or self.view.definition.calendar_by

    @cached_property
    def definition(self) -> Definition:
        """What saving the list as a view would keep."""
        return Definition(
            filter=self.filter or None,
            sort=() if self.sort == (self.object_type.default_sort,) else self.sort,
            columns=self.view.definition.columns if self.state.columns is None else self.state.columns,
            dense=self.dense,
            board_by=self.board_by if self.base == BOARD else "",
            calendar_by=(self.calendar_by or ANY_DATE) if self.base == CALENDAR else "",
            span=(self.state.span or self.view.definition.span) if self.base == CALENDAR else "",
        )

    @property
    def is_changed(self) -> bool:
        """Whether the address says something else than the view; any view can be looked at as a board."""
        now = self.definition
        if self.view.saved is None:
            now = replace(now, board_by="", calendar_by="", span="")
            if self.filter == self.usual_filter:
                now = replace(now, filter=self.view.definition.filter)
        return now.to_json() != self.view.definition.to_json()

    def query(self, *, limit: int = PAGE_SIZE, columns: Sequence[Field] | None = None) -> Query:
        words, where = within(self.object_type, self.state.q, self.context)
        return Query(
            self.object_type,
            self.actor,
            self.context,
            columns=[field.key for field in (self.columns if columns is None else columns)],
            filter={"all": [part for part in (self.filter, words) if part]} if words else self.filter,
            sort=self.sort,
            cursor=self.state.cursor or None,
            limit=limit,
            where=where,
        )

    # Addresses ----------------------------------------------------------------------------------------------------

    @cached_property
    def path(self) -> str:
        return list_url(self.object_type.key)

    @property
    def page_path(self) -> str:
        return self.path + self.base

    def url(self, below: str | None = None, **changes: Any) -> str:
        """The address with parts of the state changed; without a cursor it is the first page."""
        state = replace(self.state, **{"cursor": "", "first": 1, **changes})
        return f"{self.path}{self.base if below is None else below}{self.tidy(state).query_string()}"

    def tidy(self, state: ListState) -> ListState:
        """Leave out what the view says anyway, so that addresses stay short."""
        said = self.view.definition
        if state.view != self.state.view:
            return state
        return replace(
            state,
            filter=None if (state.filter or None) == (self.usual_filter or None) else state.filter,
            sort=None if (state.sort or ()) in {said.sort, said.sort or (self.usual_sort,)} else state.sort,
            columns=None if (state.columns or ()) == (said.columns or self.object_type.columns) else state.columns,
            dense=None if state.dense == said.dense else state.dense,
        )


def listing_for(
    object_type: ObjectType,
    state: ListState,
    views: Sequence[View],
    *,
    actor: Actor,
    context: Context,
    base: str = "",
) -> Listing:
    """The list of the state; a view that is gone falls back to all records."""
    view = find(views, state.view or ALL) or views[0]
    if view.key != (state.view or ALL):
        state = replace(state, view="")
    return Listing(object_type, actor, context, views, view, state, base)
