"""What link pickers ask: records by a few characters, the last changed ones before anything is typed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods

from zhike.accounts.middleware import AccountRequest
from zhike.metadata import policy
from zhike.metadata.errors import BadQuery, Invalid
from zhike.metadata.fields.base import Context
from zhike.metadata.object_type import ObjectType
from zhike.metadata.query import PageRow, Query, label_rows
from zhike.metadata.records import record_save
from zhike.metadata.saving import context_for
from zhike.metadata.time_budget import OutOfTime
from zhike.web.edges import object_view
from zhike.web.lists.search_within import within

MOST = 20
LONGEST = 100
SECONDS = 1.0
#: Types with a form as small as this are made from their name alone, such as tags.
SMALL_FORM = 3


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def pick(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """GET finds records for ``q``; POST makes one named ``text`` where the type is that simple."""
    if request.method == "POST":
        return create(request, object_type)
    q = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST]
    context = context_for(request.actor)
    rows, more = found(object_type, q, context)
    results = [described(object_type, row, context) for row in rows]
    return JsonResponse({"results": results, "more": more, "creatable": is_creatable(object_type, context)})


def found(object_type: ObjectType, q: str, context: Context) -> tuple[list[PageRow], bool]:
    """Matching rows and whether there are more; a question that takes too long finds nothing."""
    words, where = within(object_type, q, context)
    parts = [part for part in (words, in_use(object_type, context)) if part]
    query = Query(
        object_type,
        context.actor,
        context,
        columns=(object_type.title, *object_type.subtitle),
        filter={"all": parts} if parts else None,
        where=where,
        sort=(object_type.default_sort if "name" in object_type.default_sort else "-updated_at",),
        limit=MOST,
        budget=SECONDS,
    )
    try:
        page = query.page()
    except (BadQuery, OutOfTime):
        return [], False
    label_rows(object_type, page.rows, context)
    return page.rows, page.next_cursor is not None


def in_use(object_type: ObjectType, context: Context) -> dict[str, Any] | None:
    """Leaves out what is switched off, such as people who have left."""
    field = object_type.fields.get("is_active")
    if field is None or not policy.comparable(context.actor, object_type, field):
        return None
    return {"field": field.key, "op": "eq", "value": True}


def described(object_type: ObjectType, row: PageRow, context: Context) -> dict[str, Any]:
    title, *others = (shown(object_type, row, key, context) for key in (object_type.title, *object_type.subtitle))
    return {"id": row.id, "text": title or f"#{row.id}", "hint": " · ".join(part for part in others if part)}


def shown(object_type: ObjectType, row: PageRow, key: str, context: Context) -> str:
    """A value in words; masked ones stay masked."""
    field, value = object_type.fields.get(key), row.values.get(key)
    if field is None or value is None:
        return ""
    if key in row.masked:
        return str(field.type.masked_cell(value))
    return " ".join(field.type.text(value, field, context).split())[:80]


def is_creatable(object_type: ObjectType, context: Context) -> bool:
    """Whether a typed name is enough to make one."""
    needed = {field.key for field in object_type.writable_fields if field.required}
    asked = sum(len(section.fields) for section in object_type.form)
    return (
        object_type.creatable
        and needed <= {object_type.title}
        and 0 < asked <= SMALL_FORM
        and policy.may(context.actor, object_type, "create")
    )


def create(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    policy.require(request.actor, object_type, "create")
    text = request.POST.get("text", "")
    try:
        pk = record_save(object_type, {object_type.title: text}, actor=request.actor)
    except Invalid as refusal:
        message = next(str(problems[0].message) for problems in refusal.problems.values())
        return JsonResponse({"message": message}, status=422)
    return JsonResponse({"id": pk, "text": " ".join(text.split()), "hint": ""})
