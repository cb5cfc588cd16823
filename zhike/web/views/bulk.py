"""Doing one thing to all chosen rows: the dialogs that ask for it, and the answer when it is done."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.engines.bulk.operations import Operation, Outcome
from zhike.engines.bulk.services import Started, bulk_run
from zhike.metadata import policy
from zhike.metadata.errors import BadQuery, Invalid
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.object_type import Action, ObjectType
from zhike.metadata.saving import context_for
from zhike.web.edges import object_view, with_events
from zhike.web.lists.bulk_bar import is_taggable
from zhike.web.lists.chosen import selection_of
from zhike.web.lists.table import editable_keys
from zhike.web.views.answers import go_to

#: A page that asks for the arguments of an action shows so many records at once.
MOST_ON_PAGE = 50

VALUE = "bulk_value"


def control(field: Field, context: Context, *, name: str = VALUE, error: str = "", value: Any = None) -> dict[str, Any]:
    """The control of a field as record_form/fields.html draws it, empty unless there is a value."""
    pk = f"bulk-{field.key}"
    shown = field.default if value is None else value
    return {
        "id": pk,
        "label": field.label,
        "required": field.required,
        "help": field.help,
        "widget": field.type.widget(shown, field, context, name=name, attrs=f'id="{pk}"'),
        "error": error,
        "group": field.type.multiple,
    }


def dialog(
    request: AccountRequest, object_type: ObjectType, *, heading: str, lead: str = "", status: int = 200, **told: Any
) -> HttpResponse:
    context = {"heading": heading, "lead": lead, "action": request.path, "object": object_type, **told}
    return render(request, "record_list/bulk_dialog.html", context, status=status)


def run(request: AccountRequest, object_type: ObjectType, operation: Operation, label: str) -> HttpResponse:
    """Do it and say what came of it; raises Invalid for the dialog to show."""
    try:
        selection = selection_of(object_type, request.POST, actor=request.actor)
        started = bulk_run(object_type, selection, operation, actor=request.actor, label=label)
    except BadQuery as refusal:
        return with_events(HttpResponse(status=422), toast={"message": str(refusal.message), "level": "error"})
    return answer(request, started, deleted=operation.kind == "delete")


def answer(request: AccountRequest, started: Started, *, deleted: bool = False) -> HttpResponse:
    """A job is watched on its own page; otherwise a toast with undo, and the reasons of what was refused."""
    if started.job is not None:
        return with_events(
            HttpResponse(status=204, headers={"HX-Location": f"/jobs/{started.job.pk}/"}), dialog_close=None
        )
    outcome = started.outcome or Outcome()
    toast: dict[str, Any] = {"message": said(outcome, deleted=deleted)}
    if len(outcome.batch_ids) == 1:
        toast["undo"] = f"/batches/{outcome.batch_ids[0]}/undo/"
    if not outcome.refused:
        return with_events(HttpResponse(status=204), toast=toast, dialog_close=None, records_changed=None)
    response = render(
        request, "record_list/bulk_refused.html", {"outcome": outcome, "message": said(outcome, deleted=deleted)}
    )
    response["HX-Retarget"], response["HX-Reswap"] = "#dialog-content", "innerHTML"
    events = {"records_changed": None, **({"toast": toast} if outcome.done else {})}
    return with_events(response, **events)


def said(outcome: Outcome, *, deleted: bool) -> str:
    """How many records were changed, and how many were not."""
    if deleted:
        text = ngettext("%(count)s record deleted", "%(count)s records deleted", outcome.done)
    else:
        text = ngettext("%(count)s record changed", "%(count)s records changed", outcome.done)
    text %= {"count": f"{outcome.done:,}"}
    if outcome.refused:
        more = ngettext("%(count)s could not be changed", "%(count)s could not be changed", outcome.refused)
        text = _("%(done)s, %(refused)s") % {"done": text, "refused": more % {"count": f"{outcome.refused:,}"}}
    return text


# Setting a field --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def bulk_edit(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """Choose a field and its new value for all chosen rows."""
    policy.require(request.actor, object_type, "edit")
    context = context_for(request.actor)
    fields = [field for field in object_type.writable_fields if field.key in editable_keys(object_type, context)]
    fields = [field for field in fields if not field.unique]
    data = request.POST if request.method == "POST" else request.GET
    chosen = next((field for field in fields if field.key == data.get("field")), None)
    error = ""
    if request.method == "POST" and chosen is not None:
        operation = Operation("set", chosen.key, chosen.type.from_form(request.POST, VALUE))
        try:
            return run(request, object_type, operation, _("Changed %(field)s") % {"field": chosen.label})
        except Invalid as refusal:
            error = message_of(refusal)
    told: dict[str, Any] = {
        "fields": fields,
        "field": control(chosen, context, error=error) if chosen else None,
        "key": data.get("field"),
    }
    return dialog(request, object_type, heading=_("Edit a field"), status=422 if error else 200, **told)


@require_safe
@object_view
def bulk_control(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """The control of the field that was chosen in the dialog."""
    context = context_for(request.actor)
    key = request.GET.get("field", "")
    if key not in editable_keys(object_type, context):
        raise Http404
    return render(request, "record_list/bulk_control.html", {"field": control(object_type.field(key), context)})


def message_of(refusal: Invalid) -> str:
    return next(str(problems[0].message) for problems in refusal.problems.values())


# Owner, tags, actions, deleting -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def bulk_assign(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """Give all chosen rows to one person."""
    policy.require(request.actor, object_type, "assign")
    field = object_type.field("owner")
    error = ""
    if request.method == "POST":
        try:
            operation = Operation("set", "owner", field.type.from_form(request.POST, VALUE))
            return run(request, object_type, operation, _("Assigned"))
        except Invalid as refusal:
            error = message_of(refusal)
    told: dict[str, Any] = {"field": control(field, context_for(request.actor), error=error), "save_label": _("Assign")}
    return dialog(request, object_type, heading=_("Assign"), status=422 if error else 200, **told)


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def bulk_tags(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """Add tags to all chosen rows, or take them off."""
    policy.require(request.actor, object_type, "edit")
    field = next((found for found in object_type.writable_fields if is_taggable(found)), None)
    if field is None:
        raise Http404
    error = ""
    if request.method == "POST":
        kind = "remove" if request.POST.get("how") == "remove" else "add"
        label = _("Tags removed") if kind == "remove" else _("Tags added")
        try:
            return run(
                request, object_type, Operation(kind, field.key, field.type.from_form(request.POST, VALUE)), label
            )
        except Invalid as refusal:
            error = message_of(refusal)
    told: dict[str, Any] = {"field": control(field, context_for(request.actor), error=error), "adds_or_removes": True}
    return dialog(request, object_type, heading=_("Tags"), status=422 if error else 200, **told)


@require_POST
@object_view
def bulk_delete(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """Put all chosen rows into the recycle bin; the toast takes them out again."""
    try:
        return run(request, object_type, Operation("delete"), _("Deleted"))
    except Invalid as refusal:
        return refused(refusal)


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def bulk_action(request: AccountRequest, object_type: ObjectType, key: str) -> HttpResponse:
    """Run a registered action on all chosen rows, after asking for what it needs."""
    action = object_type.actions.get(key)
    if action is None:
        raise Http404
    policy.require(request.actor, object_type, action.permission)
    if action.page:
        return to_page(request, object_type, action)
    errors: dict[str, str] = {}
    if request.method == "POST":
        values = {
            argument.key: argument.type.from_form(request.POST, f"argument_{argument.key}")
            for argument in action.arguments
        }
        try:
            return run(request, object_type, Operation("action", key, values), str(action.label))
        except Invalid as refusal:
            if not action.arguments:
                return refused(refusal)
            errors = {name: str(problems[0].message) for name, problems in refusal.problems.items()}
    context = context_for(request.actor)
    fields = [
        control(argument, context, name=f"argument_{argument.key}", error=errors.get(argument.key, ""))
        for argument in action.arguments
    ]
    told: dict[str, Any] = {"arguments": fields, "save_label": action.label, "error": errors.get("", "")}
    return dialog(request, object_type, heading=str(action.label), status=422 if errors else 200, **told)


def to_page(request: AccountRequest, object_type: ObjectType, action: Action) -> HttpResponse:
    """From the chosen rows to the page that asks for the arguments of an action and shows what would happen."""
    if request.method != "POST":
        raise Http404
    try:
        selection = selection_of(object_type, request.POST, actor=request.actor)
        ids = selection.ids_after(object_type, 0, MOST_ON_PAGE, actor=request.actor)
    except Invalid as refusal:
        return refused(refusal)
    except BadQuery as refusal:
        return with_events(HttpResponse(status=422), toast={"message": str(refusal.message), "level": "error"})
    return go_to(f"{action.page}?ids={','.join(map(str, ids))}")


def refused(refusal: Invalid) -> HttpResponse:
    return with_events(HttpResponse(status=422), toast={"message": message_of(refusal), "level": "error"})
