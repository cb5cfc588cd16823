"""A list as a board: a column a choice, cards with what matters, counts and sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhike.lib.html import joined
from zhike.metadata import policy
from zhike.metadata.errors import BadQuery
from zhike.metadata.fields.base import Field
from zhike.metadata.fields.choice_option import choices_of
from zhike.metadata.grouped import capped_counts, first_pages, group_filter
from zhike.metadata.query import Group, Page, PageRow, Query, label_rows
from zhike.metadata.scope_size import is_large
from zhike.metadata.time_budget import OutOfTime
from zhike.web.lists.board_fields import LAST_CHANGE, board_fields, board_sort, board_sorts, summed_field
from zhike.web.lists.listing import Listing
from zhike.web.lists.page import Failure, bad_query, chip_list, empty, tabs, tools
from zhike.web.lists.rows import Cells, title_of
from zhike.web.lists.table import sort_menu

COUNT_BUDGET = 0.3
#: Where counting all takes too long, each column is counted up to here.
COUNT_CAP = 1_000
FACTS = 3
#: Links, such as the customer, have a line of their own: two names beside each other would both be cut off.
LINK = "link"
#: Fields on the last line of a card.
OWN_LINES = ("owner", "updated_at")


@dataclass(frozen=True, slots=True)
class Lane:
    """One column of the board."""

    value: str | None
    label: str
    tone: str


def board_context(listing: Listing, field: Field | None, failure: Failure | None = None) -> dict[str, Any]:
    """The context of board/page.html."""
    columns: list[dict[str, Any]] = []
    chips: list[dict[str, Any]] = []
    if failure is None and field is not None:
        try:
            columns, chips = draw_columns(listing, field), chip_list(listing)
        except BadQuery as refusal:
            failure = bad_query(listing, refusal)
        except OutOfTime:
            failure = Failure(
                _("This takes too long"), _("Narrow the board by a filter."), listing.url(filter={}, q="")
            )
    return {
        "object": listing.object_type,
        "list_url": listing.url(),
        **tabs(listing),
        **tools(listing, chips),
        "sort": sort_menu(listing, board_sorts(listing), board_sort(listing)),
        "columns": columns,
        "by": [
            {"label": found.label, "url": listing.url(by=key), "active": field is not None and key == field.key}
            for key, found in board_fields(listing).items()
        ],
        "within": within_menu(listing, field) if field is not None else [],
        "empty": empty(listing, failure) if failure else None,
        "failed": failure is not None,
    }


def draw_columns(listing: Listing, field: Field) -> list[dict[str, Any]]:
    counted = counts(listing, field)
    shown = lanes(listing, field, counted)
    pages = first_pages(query(listing, field), field, [lane.value for lane in shown], sort=board_sort(listing))
    label_rows(listing.object_type, [row for page in pages.values() for row in page.rows], listing.context)
    heads = {head["value"]: head for head in draw_heads(listing, field, shown, counted)}
    cards = Cards(listing, field)
    return [{**heads[lane.value or ""], **cards.lane(lane.value, pages.get(lane.value, Page([])))} for lane in shown]


def query(listing: Listing, field: Field) -> Query:
    more = (LAST_CHANGE, board_sort(listing).removeprefix("-"))
    columns = [*listing.columns, *(listing.object_type.field(key) for key in more)]
    return replace(asked(listing, field, columns), sort=(board_sort(listing),))


def asked(listing: Listing, field: Field, columns: Sequence[Field] = ()) -> Query:
    """The query of the list, narrowed to the records whose columns are shown."""
    found = listing.query(columns=columns)
    chosen = chosen_within(listing, field)
    if chosen is None:
        return found
    narrowed = {"field": listing.object_type.board_within, "op": "eq", "value": chosen}
    return replace(found, filter={"all": [part for part in (found.filter, narrowed) if part]})


def chosen_within(listing: Listing, field: Field) -> str | None:
    """Which set of columns is shown: the one of the address, otherwise the first; None where there are not several."""
    sets = list(dict.fromkeys(choice.within for choice in choices_of(field) if choice.within and not choice.retired))
    within = listing.object_type.fields.get(listing.object_type.board_within or "")
    if len(sets) < 2 or within is None or not policy.comparable(listing.actor, listing.object_type, within):
        return None
    return listing.state.within if listing.state.within in sets else sets[0]


def within_menu(listing: Listing, field: Field) -> list[dict[str, Any]]:
    """The sets of columns to choose from; none where there are not several."""
    chosen = chosen_within(listing, field)
    if chosen is None or listing.object_type.board_within is None:
        return []
    offered = {choice.within for choice in choices_of(field) if not choice.retired}
    sets = [
        choice
        for choice in choices_of(listing.object_type.field(listing.object_type.board_within))
        if choice.key in offered
    ]
    return [
        {"label": choice.text(listing.context), "url": listing.url(within=choice.key), "active": choice.key == chosen}
        for choice in sets
    ]


def counts(listing: Listing, field: Field) -> dict[str | None, Group] | None:
    """Rows and sums by value; None when counting takes too long, or would for everybody who looks at all of a large base."""
    summed, wanted = summed_field(listing), asked(listing, field)
    if wanted.takes_all() and is_large(listing.object_type):
        return None
    try:
        groups = wanted.groups(field.key, sum_key=summed.key if summed else None, budget=COUNT_BUDGET)
    except OutOfTime:
        return None
    found: dict[str | None, Group] = {}
    for group in groups:
        value = group.value or None
        known = found.get(value)
        total = group.sum if known is None else (known.sum or 0) + (group.sum or 0)
        found[value] = Group(value, group.count + (known.count if known else 0), total)
    return found


def lanes(listing: Listing, field: Field, counted: dict[str | None, Group] | None) -> list[Lane]:
    """A lane a choice; retired ones and "not set" only where records stand in them."""
    held = {} if counted is None else counted
    within = chosen_within(listing, field)
    found = [
        Lane(choice.key, choice.text(listing.context), choice.tone)
        for choice in choices_of(field)
        if (not choice.retired or choice.key in held) and choice.within in {within or choice.within, ""}
    ]
    if None in held or (not field.required and counted is None):
        found.insert(0, Lane(None, _("Not set"), "grey"))
    return found


def draw_heads(
    listing: Listing, field: Field, shown: Sequence[Lane], counted: dict[str | None, Group] | None
) -> list[dict[str, Any]]:
    """Names, counts and sums of the columns."""
    summed = summed_field(listing)
    capped = capped_texts(listing, field, shown) if counted is None else {}
    found = []
    for lane in shown:
        group = (counted or {}).get(lane.value)
        total = group.sum if group is not None else None
        found.append(
            {
                "value": lane.value or "",
                "label": lane.label,
                "tone": lane.tone,
                "count": capped.get(lane.value, "…") if counted is None else f"{group.count if group else 0:,}",
                "sum": summed.type.cell(int(total), summed, listing.context) if summed and total else "",
            }
        )
    return found


def capped_texts(listing: Listing, field: Field, shown: Sequence[Lane]) -> dict[str | None, str]:
    """Numbers of the columns up to the cap ("1,000+"); none where even that takes too long."""
    values = [lane.value for lane in shown]
    try:
        counts = capped_counts(asked(listing, field), field, values, cap=COUNT_CAP, budget=COUNT_BUDGET)
    except OutOfTime:
        return {}
    return {value: f"{count.value:,}{'+' if count.capped else ''}" for value, count in counts.items()}


class Cards:
    """Draws the cards of one board; equal values are drawn once."""

    def __init__(self, listing: Listing, field: Field) -> None:
        self.listing = listing
        self.fields = listing.object_type.fields
        hidden = {listing.object_type.title, field.key, *OWN_LINES}
        self.facts = [(column, self.drawer(column)) for column in listing.columns if column.key not in hidden]
        self.own = {key: self.drawer(self.fields[key]) for key in OWN_LINES if key in self.fields}
        self.state = listing.tidy(listing.state).pairs()
        # With the board's state the answer to a move can count its columns again.
        self.move = urlencode([*(pair for pair in self.state if pair[0] != "by"), ("by", field.key)])

    def drawer(self, field: Field) -> Callable[[PageRow], SafeString]:
        return Cells(field, self.listing.context).draw

    def lane(self, value: str | None, page: Page) -> dict[str, Any]:
        """The cards of a column and the address of further ones."""
        more = ""
        if page.next_cursor:
            wanted = [*self.state, ("value", value or ""), ("from", page.next_cursor)]
            more = f"{self.listing.path}board/more/?{urlencode(wanted)}"
        return {"cards": [self.card(row) for row in page.rows], "more_url": more}

    def card(self, row: PageRow) -> dict[str, Any]:
        """Up to four lines: the name, what it belongs to, three facts, and the owner with the age of the last change."""
        title = title_of(row, self.fields[self.listing.object_type.title], self.listing.context)
        drawn = [
            (field.type.key == LINK, draw(row))
            for field, draw in self.facts
            if not field.type.is_quiet(row.values.get(field.key))
        ]
        links = [fact for is_link, fact in drawn if is_link and fact][:1]
        facts = [fact for is_link, fact in drawn if not is_link and fact][:FACTS]
        own = [draw(row) for key, draw in self.own.items() if key in row.values]
        lines = [line(links), line(facts), line([fact for fact in own if fact])]
        url = f"{self.listing.path}{row.id}/"
        return {
            "id": row.id,
            "version": row.version,
            "url": url,
            "title": title,
            "title_text": title,
            "lines": [line for line in lines if line],
            "move_url": f"{url}move/?{self.move}",
        }


def line(facts: Sequence[SafeString]) -> SafeString:
    """Facts side by side; the cells come escaped."""
    return joined([SafeString(f'<span class="card-fact">{fact}</span>') for fact in facts])


def next_page(listing: Listing, field: Field, value: str | None, cursor: str) -> dict[str, Any]:
    """Further cards of one column; raises BadQuery and OutOfTime."""
    found = query(listing, field)
    parts = [part for part in (found.filter, group_filter(field, value)) if part]
    page = replace(found, filter={"all": parts}, cursor=cursor).page()
    label_rows(listing.object_type, page.rows, listing.context)
    return Cards(listing, field).lane(value, page)
