"""Which rows a bulk request is about, from the form that stands under the list."""

from __future__ import annotations

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from zhike.engines.bulk.selection import Selection
from zhike.engines.saved_views.views import views_for
from zhike.metadata.actor import Actor
from zhike.metadata.errors import BadQuery, Invalid, Problem
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for
from zhike.web.lists.listing import Listing, listing_for
from zhike.web.lists.state import read_state

NOTHING_CHOSEN = Problem("nothing_chosen", _("Choose at least one row."))
MOST_TICKED = 1_000


def listing_of(object_type: ObjectType, data: QueryDict, *, actor: Actor, base: str = "") -> Listing:
    """The list that the form stands under; raises BadQuery."""
    views = views_for(object_type, actor)
    return listing_for(object_type, read_state(data), views, actor=actor, context=context_for(actor), base=base)


def readable_listing(object_type: ObjectType, data: QueryDict, *, actor: Actor, base: str = "") -> Listing:
    """The list of an address; one that cannot be read counts as plain."""
    try:
        return listing_of(object_type, data, actor=actor, base=base)
    except BadQuery:
        return listing_of(object_type, QueryDict(), actor=actor, base=base)


def selection_of(object_type: ObjectType, data: QueryDict, *, actor: Actor) -> Selection:
    """Ticked rows, or everything that the list's filter and search find. Raises Invalid and BadQuery."""
    if data.get("everything") != "1":
        ids = ticked(data)
        if not ids:
            raise Invalid({"": [NOTHING_CHOSEN]})
        return Selection(ids=ids)
    listing = listing_of(object_type, data, actor=actor)
    if listing.state.q:
        # What is searched for is not part of the filter language: the rows are settled now.
        return Selection(ids=tuple(listing.query(columns=()).ids()))
    return Selection(filter=listing.filter)


def ticked(data: QueryDict) -> tuple[int, ...]:
    texts = data.getlist("ids")[:MOST_TICKED]
    return tuple(dict.fromkeys(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19))
