"""Editing one value where it stands in a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhike.accounts.middleware import AccountRequest
from zhike.lib.html import format_html
from zhike.metadata import policy
from zhike.metadata.actor import FieldAccess
from zhike.metadata.changes import changes_since
from zhike.metadata.errors import Denied, NotFound
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.fields.date_text import near_moment
from zhike.metadata.labels import fill_labels
from zhike.metadata.models import Change
from zhike.metadata.object_type import ObjectType, Values
from zhike.metadata.query import PageRow, cell, label_rows, record_row
from zhike.metadata.records import Row, SaveResult, save
from zhike.metadata.saving import context_for
from zhike.web.edges import object_view

ERROR_ID = "cell-error"


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def cell_edit(request: AccountRequest, object_type: ObjectType, record_id: int, key: str) -> HttpResponse:
    """GET gives the control; POST saves it and gives the cell's content, or says what is wrong and leaves the control."""
    context = context_for(request.actor)
    field = editable_field(object_type, key, context)
    keeps_theirs = request.GET.get("keep") == "theirs"
    if request.method == "POST" and not keeps_theirs and policy.may(context.actor, object_type, "edit"):
        return saved(request, object_type, record_id, field, context)
    row = reachable_row(object_type, record_id, field, context)
    if keeps_theirs:
        return HttpResponse(shown(object_type, record_id, field, context))
    return form(request, object_type, row, field, context)


def saved(
    request: AccountRequest, object_type: ObjectType, record_id: int, field: Field, context: Context
) -> HttpResponse:
    """Save what was typed; the write path itself knows what the actor may reach."""
    raw = field.type.from_form(request.POST, field.key)
    told = save_past_others(
        object_type, record_id, field, {field.key: raw}, version=version_of(request), context=context
    )
    (result,) = told.rows
    if not result.problems:
        return HttpResponse(shown(object_type, record_id, field, context))
    codes = {problem.code for problem in result.problems.get("", ())}
    if "not_found" in codes:
        raise NotFound(object_type.key, record_id)
    if "denied" in codes:
        raise Denied(object_type.key, "edit")
    if "stale" in codes:
        row = reachable_row(object_type, record_id, field, context)
        return conflict(request, object_type, row, field, raw, context)
    message = next(str(problems[0].message) for problems in result.problems.values())
    return refusal(message)


def editable_field(object_type: ObjectType, key: str, context: Context) -> Field:
    """Raises UnknownField, or Denied for a field that the actor may not write."""
    field = object_type.field(key)
    access = policy.access(context.actor, object_type, field)
    if access is FieldAccess.HIDDEN or field.retired:
        raise NotFound(object_type.key, key)
    if access < FieldAccess.EDIT:
        raise Denied(object_type.key, "edit")
    return field


def reachable_row(object_type: ObjectType, record_id: int, field: Field, context: Context) -> PageRow:
    """The field of the record if the actor may edit it; raises NotFound or Denied."""
    row = record_row(object_type, record_id, actor=context.actor, context=context, columns=(field.key,))
    if row is None:
        raise NotFound(object_type.key, record_id)
    if not policy.queryset_for(context.actor, object_type, "edit").filter(pk=record_id).exists():
        raise Denied(object_type.key, "edit")
    return row


def version_of(request: AccountRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def form(
    request: AccountRequest, object_type: ObjectType, row: PageRow, field: Field, context: Context
) -> HttpResponse:
    label_rows(object_type, [row], context)
    name = format_html('aria-label="{}" aria-describedby="{}"', str(field.label), ERROR_ID)
    told = {
        "url": request.path,
        "version": row.version,
        "widget": field.type.widget(row.values.get(field.key), field, context, name=field.key, attrs=name),
        "error_id": ERROR_ID,
        "target": "closest td",
    }
    return render(request, "record_detail/edit_field.html", told)


def save_past_others(
    object_type: ObjectType,
    record_id: int,
    field: Field,
    values: Values,
    *,
    version: int | None,
    context: Context,
) -> SaveResult:
    """Save values, the field's above all; what somebody else changed meanwhile in other fields does not stand in the way."""
    result = save(object_type, [Row(values, record_id, version)], actor=context.actor)
    (row,) = result.rows
    is_stale = any(problem.code == "stale" for problem in row.problems.get("", ()))
    if not is_stale or version is None or last_change(object_type, record_id, version, field):
        return result
    return save(object_type, [Row(values, record_id, row.version)], actor=context.actor)


def last_change(object_type: ObjectType, record_id: int, version: int, field: Field) -> Change | None:
    """Who changed this very field since the version, last."""
    since: Sequence[Change] = changes_since(object_type, record_id, version)
    return next((change for change in reversed(since) if field.key in (change.values or {})), None)


def shown(object_type: ObjectType, record_id: int, field: Field, context: Context) -> SafeString:
    row = record_row(object_type, record_id, actor=context.actor, context=context, columns=(field.key,))
    if row is None:
        # Saving it has taken the record out of the actor's reach, as giving it away does.
        return format_html("{}", _("No longer yours"))
    label_rows(object_type, [row], context)
    return cell(row, field, context)


def refusal(message: str) -> HttpResponse:
    """Only the message is put in, so that what was typed stays."""
    return HttpResponse(
        format_html('<p class="field-error" id="{}" role="alert">{}</p>', ERROR_ID, message),
        status=422,
        headers={"HX-Retarget": f"#{ERROR_ID}", "HX-Reswap": "outerHTML"},
    )


def conflict(
    request: AccountRequest, object_type: ObjectType, row: PageRow, field: Field, raw: Any, context: Context
) -> HttpResponse:
    """Both values and the choice between them; nothing has been overwritten."""
    change = last_change(object_type, row.id, version_of(request) or 0, field)
    mine = field.type.parse(raw, field, context) if raw not in (None, "") else None
    target = field.type.link_targets(field)
    wanted: dict[str, set[int]] = {"user": {change.actor_id}} if change and change.actor_id else {}
    if target is not None:
        wanted.setdefault(target, set()).update(field.type.link_ids(mine))
    fill_labels(wanted, context)
    label_rows(object_type, [row], context)
    told = {
        "url": request.path,
        "version": row.version,
        "who": context.labels.get(("user", change.actor_id or 0), (_("Somebody"), ""))[0] if change else _("Somebody"),
        "when": near_moment(change.at, context) if change else "",
        "mine": field.type.cell(mine, field, context),
        "theirs": cell(row, field, context),
        "name": field.key,
        "typed": request.POST.getlist(field.key),
    }
    return render(request, "record_list/cell_conflict.html", told, status=409)
