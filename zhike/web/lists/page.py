"""Puts a list page together: tabs, tools, rows, footer and what can be done with chosen rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _, gettext_lazy

from zhike.engines.saved_views.views import ALL, View
from zhike.metadata import policy
from zhike.metadata.errors import BadQuery
from zhike.metadata.fields.base import Label
from zhike.metadata.query import Page
from zhike.metadata.time_budget import OutOfTime
from zhike.web.lists.board_fields import board_fields
from zhike.web.lists.bulk_bar import bulk_actions, more_actions
from zhike.web.lists.filter_words import parts
from zhike.web.lists.listing import ANY_DATE, BOARD, CALENDAR, Listing
from zhike.web.lists.search_within import searched_fields
from zhike.web.lists.state import ListState, filter_text
from zhike.web.lists.table import draw_rows, footer, heads, sort_menu

TOO_SLOW = gettext_lazy("Looking for these took too long. Narrow the search, or filter by a field that is indexed.")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there are no rows, and what leads out of it."""

    title: Label
    text: Label
    url: str


def list_context(listing: Listing, failure: Failure | None = None) -> dict[str, Any]:
    """The context of record_list/list.html; a filter that cannot be used is explained instead of obeyed."""
    page, chips = Page([]), list[dict[str, Any]]()
    if failure is None:
        page, chips, failure = read_page(listing)
    return {
        "object": listing.object_type,
        "list_url": listing.url(cursor=listing.state.cursor, first=listing.state.first),
        "path": listing.page_path,
        **tabs(listing, failed=failure is not None),
        **tools(listing, chips),
        "columns": heads(listing),
        "dense": listing.dense,
        **draw_rows(listing, page),
        "page": footer(listing, page),
        "empty": None if page.rows else empty(listing, failure),
        "bulk_actions": bulk_actions(listing),
        "bulk_more": more_actions(listing),
        "failed": failure is not None,
    }


def read_page(listing: Listing) -> tuple[Page, list[dict[str, Any]], Failure | None]:
    """The rows, the filter as chips, and why there are none."""
    try:
        page = listing.query().page()
        return page, chip_list(listing), None
    except BadQuery as refusal:
        return Page([]), [], bad_query(listing, refusal)
    except OutOfTime:
        slow = Failure(_("This takes too long"), TOO_SLOW, listing.url(filter={}, q=""))
        return Page([]), chip_list(listing), slow


def bad_query(listing: Listing, refusal: BadQuery) -> Failure:
    """The message of a filter, sort or cursor that does not work, with the way back to one that does."""
    url = ListState(view=listing.state.view).query_string()
    heading = _("This address asks for something that the list cannot show")
    return Failure(heading, refusal.message, listing.page_path + url)


def chip_list(listing: Listing) -> list[dict[str, Any]]:
    return [
        {"text": part.words, "url": listing.url(filter=part.rest)}
        for part in parts(listing.object_type, listing.filter, listing.context)
    ]


def tabs(listing: Listing, *, failed: bool = False) -> dict[str, Any]:
    """View tabs and what can be done with the active view."""
    active = listing.view
    changed = listing.is_changed and not failed
    board_by = next(iter(board_fields(listing)), None)
    plain = {"by": "", "within": "", "dates": "", "span": "", "day": ""}
    dated = any(field.type.is_dated for field in policy.readable_fields(listing.actor, listing.object_type))
    return {
        "views": [
            {
                "label": view.label,
                "url": view_url(listing, view),
                "active": view.key == active.key,
                "shared": view.saved is not None and view.saved.shared != "private",
            }
            for view in listing.views
        ],
        "save_view_url": view_address(listing, "new") if changed else "",
        "view_menu": view_menu(listing),
        "list_tab_url": listing.url("", **plain),
        "board_url": listing.url(BOARD, **plain) if board_by else "",
        "calendar_url": listing.url(CALENDAR, **plain) if dated else "",
        "shape": listing.base,
    }


def view_url(listing: Listing, view: View) -> str:
    """A saved view opens as the list or board that was saved; the others as what one looks at now."""
    base = listing.base if view.saved is None else view.definition.base
    return listing.path + base + view_state(view).query_string()


def view_state(view: View) -> ListState:
    return ListState(view="" if view.key == ALL else view.key)


def view_address(listing: Listing, below: str) -> str:
    """An address that keeps or changes views; from a board it names the field of the columns."""
    return listing.url(
        f"views/{below}/",
        by=listing.board_by if listing.base == BOARD else "",
        dates=(listing.calendar_by or ANY_DATE) if listing.base == CALENDAR else "",
    )


def view_menu(listing: Listing) -> list[dict[str, Any]]:
    """What the active view allows: saving it anew always, the rest to whoever may edit it."""
    view = listing.view
    menu = [{"label": _("Save as a new view"), "url": view_address(listing, "new"), "icon": "plus", "danger": False}]
    if view.saved is not None:
        duplicate = view_address(listing, f"{view.saved.pk}/duplicate")
        menu.append({"label": _("Duplicate the view"), "url": duplicate, "icon": "copy"})
    if len(listing.own_views) > 1:
        menu.append({"label": _("Order my views"), "url": view_address(listing, "order"), "icon": "arrows-sort"})
    if view.saved is not None and view.is_editable:
        base = str(view.saved.pk)
        if listing.is_changed:
            menu.insert(
                0,
                {
                    "label": _("Save the changes"),
                    "url": view_address(listing, f"{base}/update"),
                    "icon": "device-floppy",
                    "post": True,
                },
            )
        menu += [
            {"label": _("Rename"), "url": view_address(listing, f"{base}/rename"), "icon": "edit"},
            {"label": _("Share"), "url": view_address(listing, f"{base}/share"), "icon": "users"},
            {
                "label": _("Delete the view"),
                "url": view_address(listing, f"{base}/delete"),
                "icon": "trash",
                "danger": True,
            },
        ]
    return menu


def tools(listing: Listing, chips: list[dict[str, Any]]) -> dict[str, Any]:
    """Filter, chips, search within, sort, columns, density and the ways in and out."""
    object_type, actor = listing.object_type, listing.actor
    kept = [pair for pair in listing.tidy(listing.state).pairs() if pair[0] not in {"q", "cursor", "first"}]
    may_create = object_type.creatable and policy.may(actor, object_type, "create")
    return {
        "state": kept,
        "builder_state": [pair for pair in kept if pair[0] != "filter"],
        "chips": chips,
        "clear_url": listing.url(filter={}),
        "q": listing.state.q,
        "is_searchable": bool(searched_fields(object_type, listing.context)),
        "sort": sort_menu(listing),
        "density_url": listing.url(dense=not listing.dense),
        "columns_url": listing.url(f"{listing.base}columns/"),
        "filter_url": listing.url(f"{listing.base}filter/"),
        "filter_json": filter_text(listing.filter),
        "create_url": f"{listing.path}new/" if may_create else "",
        "import_url": f"{listing.path}import/" if policy.may(actor, object_type, "import") else "",
        "export_url": listing.url("export/") if policy.may(actor, object_type, "export") else "",
        "duplicates_url": f"{listing.path}duplicates/"
        if object_type.identity is not None and policy.may(actor, object_type, "merge")
        else "",
        "bin_url": f"{listing.path}bin/" if policy.may(actor, object_type, "restore") else "",
    }


def empty(listing: Listing, failure: Failure | None) -> Mapping[str, Any]:
    """Why there is nothing to see and what to do about it."""
    if failure is not None:
        actions = [{"label": _("Back to the list"), "url": failure.url, "primary": True, "into": "list"}]
        return {"icon": "alert-triangle", "title": failure.title, "text": failure.text, "actions": actions}
    if listing.filter or listing.state.q or listing.state.cursor:
        return nothing_matches(listing)
    object_type = listing.object_type
    actions = []
    if object_type.creatable and policy.may(listing.actor, object_type, "create"):
        label = format_lazy(_("New {object}"), object=object_type.label)
        actions.append({"label": label, "url": f"{listing.path}new/", "primary": True})
    if policy.may(listing.actor, object_type, "import"):
        actions.append({"label": _("Import a spreadsheet"), "url": f"{listing.path}import/"})
    return {
        "icon": object_type.icon,
        "title": _("Nothing is here yet"),
        "text": _("Records that you create or that are shared with you will stand here."),
        "actions": actions,
    }


def nothing_matches(listing: Listing) -> Mapping[str, Any]:
    actions = []
    if listing.state.q:
        actions.append({"label": _("Clear the search"), "url": listing.url(q=""), "into": "list"})
    if listing.filter:
        actions.append({"label": _("Clear the filter"), "url": listing.url(filter={}, q=""), "into": "list"})
    return {
        "icon": "search",
        "title": _("Nothing matches"),
        "text": _("No record that you may see fits these conditions. Loosen or clear them."),
        "actions": actions,
    }
