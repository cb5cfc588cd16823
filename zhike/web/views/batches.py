"""What was written together, and taking it back within 30 days without losing what others changed since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.engines.bulk.services import batches_undo
from zhike.jobs.models import Job
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor, FieldAccess
from zhike.metadata.changes import fields_of
from zhike.metadata.errors import NotFound
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.labels import fill_labels, record_url
from zhike.metadata.models import Batch, Change
from zhike.metadata.object_type import ObjectType, UnknownObject
from zhike.metadata.saving import context_for
from zhike.metadata.undo import Conflict, UndoResult, may_undo
from zhike.web.edges import refusals_answered, with_events

MOST_CHANGES = 50


def own_batch(batch_id: int, actor: Actor) -> Batch:
    """A batch that the actor wrote, or may audit; raises NotFound."""
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is None or (batch.actor_id != actor.user_id and not actor.has("audit")):
        raise NotFound("batch", batch_id)
    return batch


@require_safe
@refusals_answered
def batch_page(request: AccountRequest, batch_id: int) -> HttpResponse:
    """What was written, with the offer to take it back."""
    batch = own_batch(batch_id, request.actor)
    return render(
        request, "batch/page.html", {"heading": batch.label or _("Change"), **batch_context(batch, request.actor)}
    )


def batch_context(batch: Batch, actor: Actor) -> dict[str, Any]:
    context = context_for(actor)
    fill_labels({"user": {batch.actor_id}} if batch.actor_id else {}, context)
    return {
        "batch": batch,
        "object": known_object(batch.object_key),
        "who": context.labels.get(("user", batch.actor_id or 0), ("—", ""))[0],
        "changes": shown_changes(batch, context),
        "undo_url": f"/batches/{batch.pk}/undo/" if may_undo(actor, batch) and batch.undone_by_id is None else "",
    }


def known_object(key: str) -> ObjectType | None:
    try:
        return registry.get(key)
    except UnknownObject:
        return None


def shown_changes(batch: Batch, context: Context) -> list[dict[str, Any]]:
    """The first changes of records that the reader may see: title, address, and old and new values in words."""
    found = []
    changes = list(Change.objects.filter(batch=batch).order_by("id")[:MOST_CHANGES])
    for key in dict.fromkeys(change.object_key for change in changes):
        object_type = known_object(key)
        if object_type is None or not policy.may(context.actor, object_type, "view"):
            continue
        own = [change for change in changes if change.object_key == key]
        visible = titles(object_type, [change.record_id for change in own], context)
        entries = [
            (change, fields_of(context.actor, object_type, change)) for change in own if change.record_id in visible
        ]
        label_values(
            [(part.field, value) for _c, parts in entries for part in parts for value in (part.old, part.new)], context
        )
        for change, parts in entries:
            found.append(
                {
                    "title": visible[change.record_id],
                    "url": record_url(object_type, change.record_id),
                    "action": change.get_action_display(),
                    "fields": [
                        {
                            "label": part.field.label,
                            "old": words(object_type, part.field, part.old, context),
                            "new": words(object_type, part.field, part.new, context),
                        }
                        for part in parts
                    ],
                }
            )
    return found


def titles(object_type: ObjectType, ids: Sequence[int], context: Context) -> dict[int, str]:
    """Titles of those records, live or deleted, that the actor may see."""
    fill_labels({object_type.key: ids}, context)
    found = {pk: context.labels[object_type.key, pk][0] for pk in ids if (object_type.key, pk) in context.labels}
    missing = [pk for pk in ids if pk not in found]
    column = object_type.field(object_type.title).column
    if missing and column and policy.may(context.actor, object_type, "restore"):
        rows = policy.queryset_for(context.actor, object_type, "restore", deleted=True).filter(pk__in=missing)
        found.update({pk: str(text) for pk, text in rows.values_list("pk", column)})
    return found


def label_values(values: Sequence[tuple[Field, Any]], context: Context) -> None:
    wanted: dict[str, set[int]] = {}
    for field, value in values:
        target = field.type.link_targets(field)
        if target is not None and value is not None:
            wanted.setdefault(target, set()).update(field.type.link_ids(value))
    fill_labels(wanted, context)


def words(object_type: ObjectType, field: Field, value: Any, context: Context) -> str:
    """A value that ``policy.shown`` let through, in words."""
    if policy.access(context.actor, object_type, field) is FieldAccess.MASKED:
        return field.type.masked_cell(value) or "—"
    return field.type.text(value, field, context) or "—"


# Taking back ------------------------------------------------------------------------------------------------------


@require_POST
@refusals_answered
def batch_undo(request: AccountRequest, batch_id: int) -> HttpResponse:
    """Take one batch back; ``force`` names records (object:id) that go back although somebody changed them since."""
    batch = own_batch(batch_id, request.actor)
    return take_back(request, [batch], request.path)


def take_back(request: AccountRequest, batches: Sequence[Batch], path: str) -> HttpResponse:
    result = batches_undo(batches, actor=request.actor, force=forced(request.POST.getlist("force")))
    if isinstance(result, Job):
        return HttpResponse(status=204, headers={"HX-Location": f"/jobs/{result.pk}/"})
    toast = {"message": said(result)}
    if not result.conflicts:
        return with_events(HttpResponse(status=204), toast=toast, records_changed=None, dialog_close=None)
    context = context_for(request.actor)
    told = {"url": path, "conflicts": shown_conflicts(result.conflicts, context), "message": said(result)}
    response = render(request, "batch/conflicts.html", told)
    response["HX-Retarget"], response["HX-Reswap"] = "#dialog-content", "innerHTML"
    return with_events(response, records_changed=None)


def forced(texts: Sequence[str]) -> frozenset[tuple[str, int]]:
    pairs = (text.rpartition(":") for text in texts)
    return frozenset((key, int(pk)) for key, _colon, pk in pairs if pk.isascii() and pk.isdigit() and len(pk) < 19)


def said(result: UndoResult) -> str:
    text = ngettext("%(count)s record put back", "%(count)s records put back", result.undone)
    return text % {"count": f"{result.undone:,}"}


def shown_conflicts(conflicts: Sequence[Conflict], context: Context) -> list[dict[str, Any]]:
    """Records that were changed since, with the value before the batch and today's."""
    found = []
    for conflict in conflicts[:MOST_CHANGES]:
        object_type = registry.get(conflict.object_key)
        readable = {field.key: field for field in policy.readable_fields(context.actor, object_type)}
        parts = [(readable[key], values) for key, values in conflict.values.items() if key in readable]
        label_values([(field, value) for field, values in parts for value in values], context)
        names = titles(object_type, [conflict.record_id], context)
        shown = [
            {
                "label": field.label,
                "old": words(object_type, field, policy.shown(context.actor, object_type, field, old), context),
                "now": words(object_type, field, policy.shown(context.actor, object_type, field, now), context),
            }
            for field, (old, _written, now) in parts
        ]
        found.append(
            {
                "key": f"{conflict.object_key}:{conflict.record_id}",
                "title": names.get(conflict.record_id, f"#{conflict.record_id}"),
                "url": record_url(object_type, conflict.record_id),
                "deletes": conflict.action == "delete",
                "fields": shown,
            }
        )
    return found
