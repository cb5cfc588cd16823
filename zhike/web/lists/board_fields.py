"""Which fields can make the columns of a board, and which one is summed up in them."""

from __future__ import annotations

from zhike.metadata import policy
from zhike.metadata.fields.base import Field
from zhike.metadata.fields.choice_option import choices_of
from zhike.web.lists.listing import Listing

LAST_CHANGE, CREATION = "updated_at", "created_at"


def board_fields(listing: Listing) -> dict[str, Field]:
    """Fields with choices that the actor may group by, the descriptor's own first."""
    found = {
        field.key: field
        for field in listing.object_type.active_fields
        if field.type.groupable
        and not field.type.multiple
        and choices_of(field)
        and policy.comparable(listing.actor, listing.object_type, field)
    }
    first = listing.object_type.board_by or ""
    return dict(sorted(found.items(), key=lambda item: item[0] != first))


def summed_field(listing: Listing) -> Field | None:
    """The first amount of money among the columns of the list."""
    return next(
        (
            field
            for field in listing.columns
            if "currency" in field.options and policy.comparable(listing.actor, listing.object_type, field)
        ),
        None,
    )


def board_sorts(listing: Listing) -> list[Field]:
    """Fields that the cards of a column can be put in order by: columns, and when a record was written."""
    object_type = listing.object_type
    offered = {field.key: field for field in listing.columns}
    offered |= {key: object_type.fields[key] for key in (LAST_CHANGE, CREATION) if key in object_type.fields}
    return [
        field
        for field in offered.values()
        if field.type.sortable and not field.type.multiple and policy.comparable(listing.actor, object_type, field)
    ]


def board_sort(listing: Listing) -> str:
    """The order of the cards: the one that was chosen, otherwise the last change first."""
    chosen = listing.state.sort or listing.view.definition.sort
    first = chosen[0] if chosen else ""
    keys = {field.key for field in board_sorts(listing)}
    return first if first.removeprefix("-") in keys else f"-{LAST_CHANGE}"
