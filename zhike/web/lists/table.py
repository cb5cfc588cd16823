"""The table of a list: heads with their sort, and rows whose cells are escaped markup already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhike.metadata import policy
from zhike.metadata.actor import FieldAccess, Scope
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.object_type import ObjectType
from zhike.metadata.query import Page, label_rows
from zhike.web.lists.listing import PAGE_SIZE, Listing
from zhike.web.lists.rows import RowDrawer


def heads(listing: Listing) -> list[dict[str, Any]]:
    """Column heads; a click sorts, a second one the other way round."""
    first = listing.sort[0]
    found = []
    for field in listing.columns:
        is_first = first.removeprefix("-") == field.key
        descending = is_first and first.startswith("-")
        sorted_now = ("descending" if descending else "ascending") if is_first else ""
        found.append(
            {
                "key": field.key,
                "label": field.label,
                "numeric": field.type.numeric,
                "sorted": sorted_now,
                "sort_url": listing.url(sort=(next_sort(field, first),)) if is_sortable(listing, field) else "",
            }
        )
    return found


def is_sortable(listing: Listing, field: Field) -> bool:
    return (
        field.type.sortable and not field.type.multiple and policy.comparable(listing.actor, listing.object_type, field)
    )


def next_sort(field: Field, first: str) -> str:
    """What a click on the head sorts by: numbers and dates with the largest first, others from the beginning."""
    if first.removeprefix("-") == field.key:
        return field.key if first.startswith("-") else f"-{field.key}"
    format_name = str(field.type.schema(field).get("format", ""))
    return f"-{field.key}" if field.type.numeric or format_name.startswith("date") else field.key


def sort_menu(listing: Listing, fields: Sequence[Field] | None = None, first: str = "") -> dict[str, Any]:
    """The sort button: its label and both directions of the fields, or of the columns that can be sorted by."""
    first = first or listing.sort[0]
    key = first.removeprefix("-")
    fields = list(fields or (field for field in listing.columns if is_sortable(listing, field)))
    if key not in {field.key for field in fields} and key in listing.object_type.fields:
        fields.append(listing.object_type.fields[key])
    options = []
    for field in fields:
        is_active = field.key == key
        wanted = next_sort(field, first)
        options.append(
            {
                "label": field.label,
                "url": listing.url(sort=(wanted,)),
                "active": is_active,
                "descending": first.startswith("-") if is_active else wanted.startswith("-"),
            }
        )
    label = next((field.label for field in fields if field.key == key), _("Sort"))
    return {"label": label, "options": options}


def editable_keys(object_type: ObjectType, context: Context) -> frozenset[str]:
    """Fields that may be edited in place, as far as rights over single records allow it."""
    actor = context.actor
    if not policy.may(actor, object_type, "edit"):
        return frozenset()
    return frozenset(
        field.key
        for field in object_type.writable_fields
        if policy.access(actor, object_type, field) >= FieldAccess.EDIT
    )


def draw_rows(listing: Listing, page: Page) -> dict[str, Any]:
    """The rows, and the body of the table as markup."""
    label_rows(listing.object_type, page.rows, listing.context)
    editable = editable_rows(listing, page)
    drawer = RowDrawer(
        listing.columns, listing.path, editable_keys(listing.object_type, listing.context), listing.context
    )
    rows = [drawer.draw(row, is_editable=editable is None or row.id in editable) for row in page.rows]
    return {"rows": rows, "table_body": SafeString("\n".join(row["html"] for row in rows))}


def editable_rows(listing: Listing, page: Page) -> frozenset[int] | None:
    """Rows of the page that the actor may edit; None for all of them, where editing reaches as far as seeing."""
    object_type, actor = listing.object_type, listing.actor
    if not page.rows or not policy.may(actor, object_type, "edit") or object_type.is_private:
        return None
    scopes = [actor.scope(object_type.key, action) for action in ("edit", "view")]
    if scopes[0] >= Scope.ALL or (scopes[0] >= scopes[1] and object_type.scope_from is None):
        return None
    rows = policy.queryset_for(actor, object_type, "edit").filter(pk__in=[row.id for row in page.rows])
    return frozenset(rows.values_list("pk", flat=True))


def footer(listing: Listing, page: Page) -> dict[str, Any]:
    """Where one is; the count comes afterwards unless the first page shows everything."""
    first = max(listing.state.first, 1) if listing.state.cursor else 1
    shown = len(page.rows)
    is_whole = not page.next_cursor and not page.previous_cursor
    before = max(first - PAGE_SIZE, 1)
    return {
        "first": f"{first:,}",
        "last": f"{first + shown - 1:,}",
        "count": f"{shown:,}" if is_whole else "",
        "count_url": "" if is_whole else listing.url("count/", by=""),
        "next_url": listing.url(cursor=page.next_cursor, first=first + shown) if page.next_cursor else "",
        "previous_url": previous_url(listing, page, before) if page.previous_cursor else "",
    }


def previous_url(listing: Listing, page: Page, before: int) -> str:
    """The first page has an address of its own, without a cursor."""
    return listing.url() if before == 1 else listing.url(cursor=page.previous_cursor, first=before)
