"""The recycle bin of an object type: bringing records back, and removing them for good."""

from __future__ import annotations

import html
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.metadata import policy
from zhike.metadata.errors import BadQuery, NotFound, Problem
from zhike.metadata.fields.base import Context
from zhike.metadata.labels import record_url
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import list_url
from zhike.metadata.query import Page, PageRow, Query, cell, label_rows, record_row
from zhike.metadata.records import purge, restore
from zhike.metadata.saving import context_for
from zhike.web.edges import object_view, with_events
from zhike.web.lists.rows import title_of

#: Deleting sets both: what the bin says about when and by whom.
SORT = "-updated_at"


def bin_query(object_type: ObjectType, context: Context, cursor: str) -> Query:
    columns = (object_type.title, *object_type.subtitle, "updated_at", "updated_by")
    return Query(
        object_type,
        context.actor,
        context,
        columns=columns,
        sort=(SORT,),
        cursor=cursor or None,
        deleted=True,
        action="restore",
    )


@require_safe
@object_view
def bin_page(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """Deleted records that the actor may bring back, the last deleted first."""
    policy.require(request.actor, object_type, "restore")
    context = context_for(request.actor)
    try:
        page = bin_query(object_type, context, request.GET.get("cursor", "")).page()
    except BadQuery:
        page = bin_query(object_type, context, "").page()
    label_rows(object_type, page.rows, context)
    told = {
        "object": object_type,
        "list_url": list_url(object_type.key),
        "rows": [drawn(object_type, row, context) for row in page.rows],
        "may_purge": policy.may(request.actor, object_type, "purge"),
        **neighbours(page),
    }
    return render(request, "record_list/bin.html", told)


def neighbours(page: Page) -> dict[str, str]:
    return {
        "next_url": f"?cursor={page.next_cursor}" if page.next_cursor else "",
        "previous_url": f"?cursor={page.previous_cursor}" if page.previous_cursor else "",
    }


def drawn(object_type: ObjectType, row: PageRow, context: Context) -> dict[str, Any]:
    fields = object_type.fields
    facts = [cell(row, fields[key], context) for key in object_type.subtitle if key in row.values]
    return {
        "id": row.id,
        "title": title_of(row, fields[object_type.title], context),
        "facts": [fact for fact in facts if fact],
        "by": cell(row, fields["updated_by"], context),
        "at": cell(row, fields["updated_at"], context),
    }


@require_POST
@object_view
def bin_restore(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """Bring a record back with what was deleted with it."""
    result = restore(object_type, [record_id], actor=request.actor)
    if result.refused:
        problem = result.refused[record_id]
        if problem.code == "not_found":
            raise NotFound(object_type.key, record_id)
        return said_no(problem)
    toast = {"message": _("Restored"), "url": record_url(object_type, record_id), "label": _("Open")}
    return with_events(HttpResponse(status=204), toast=toast, records_changed=None)


def said_no(problem: Problem) -> HttpResponse:
    toast = {"message": str(problem.message), "level": "error"}
    return with_events(HttpResponse(status=422), toast=toast, dialog_close=None, records_changed=None)


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def bin_purge(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """Remove a record for good, after its name was typed."""
    policy.require(request.actor, object_type, "purge")
    context = context_for(request.actor)
    row = record_row(object_type, record_id, actor=request.actor, context=context, deleted=True)
    if row is None:
        raise NotFound(object_type.key, record_id)
    word = html.unescape(title_of(row, object_type.field(object_type.title), context))
    if request.method == "POST" and request.POST.get("confirm", "").strip() == word.strip():
        result = purge(object_type, [record_id], actor=request.actor)
        if result.refused:
            return said_no(result.refused[record_id])
        return with_events(HttpResponse(status=204), dialog_close=None, records_changed=None)
    told = {
        "heading": _("Remove for good"),
        "lead": _(
            "It goes with everything that belongs to it, and cannot come back. Only the history keeps that it was."
        ),
        "url": request.path,
        "word": word,
        "label": _("Remove for good"),
        "error": _("The name does not match.") if request.method == "POST" else "",
    }
    return render(request, "parts/confirm.html", told, status=422 if request.method == "POST" else 200)
