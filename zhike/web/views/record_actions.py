"""What buttons on a record's page do: its own actions, deleting, restoring."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhike.accounts.middleware import AccountRequest
from zhike.metadata import records
from zhike.metadata.errors import Denied, Invalid
from zhike.metadata.fields.base import ValueRefused
from zhike.metadata.locks import LOCKED
from zhike.metadata.object_type import Action, ObjectType, Section
from zhike.metadata.places import list_url, record_url
from zhike.metadata.writes import Made, SaveResult
from zhike.web.edges import object_view, with_events
from zhike.web.records import forms, page
from zhike.web.records.subject import Subject, load, load_for
from zhike.web.views.answers import changed, go_to, refused


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def record_action(request: AccountRequest, object_type: ObjectType, record_id: int, key: str) -> HttpResponse:
    """Run an action of the object type on one record; GET asks for its arguments in the dialog."""
    action = object_type.actions.get(key)
    if action is None:
        raise Http404
    subject = load_for(request.actor, object_type, record_id, action.permission)
    if action.page:
        return HttpResponseRedirect(f"{action.page}?ids={record_id}")
    form = argument_form(subject, action)
    if request.method != "POST":
        arguments_prefill(form, action, request.GET)
        return argument_dialog(request, subject, action, form)
    forms.read(form, request.POST)
    if form.problems:
        return argument_dialog(request, subject, action, form, status=422)
    try:
        result = action.run([record_id], actor=request.actor, **form.values)
        if isinstance(result, SaveResult) and not result.ok:
            raise Invalid(result.rows[0].problems)
    except Invalid as refusal:
        form.problems.update(refusal.problems)
        return argument_dialog(request, subject, action, form, status=422) if action.arguments else refused(refusal)
    if isinstance(result, Made) and len(result.ids) == 1:
        return go_to(record_url(result.object_key, result.ids[0]))
    return changed(toast=undo_toast(subject, action, result))


def argument_form(subject: Subject, action: Action) -> forms.Form:
    """A form of the action's arguments, which are fields of no object type."""
    from_action = forms.arguments_type(subject.object_type, action)
    section = Section(action.label, tuple(from_action.fields))
    values = {field.key: field.default for field in action.arguments if field.default is not None}
    return forms.Form(from_action, subject.context, [section], values)


def arguments_prefill(form: forms.Form, action: Action, data: QueryDict) -> None:
    """Take arguments over from the address, as where another page knows what is meant; unreadable ones are left out."""
    for argument in action.arguments:
        if argument.key in data:
            with suppress(ValueRefused):
                form.values[argument.key] = argument.type.parse(data[argument.key], argument, form.context)


def argument_dialog(
    request: AccountRequest, subject: Subject, action: Action, form: forms.Form, *, status: int = 200
) -> HttpResponse:
    page.fetch_own(subject)
    forms.fetch_labels(form)
    context = {
        "heading": action.label_on(subject.row.values),
        "lead": subject.title,
        "action": f"{subject.url}action/{action.key}/",
        "version": subject.row.version,
        "errors": [error for error in forms.summary(form) if not error["anchor"]],
        "sections": forms.drawn_sections(form),
        "save_label": action.label_on(subject.row.values),
    }
    return render(request, "record_form/dialog.html", context, status=status)


def undo_toast(subject: Subject, action: Action, result: Any) -> dict[str, Any] | None:
    """What was done, with the offer to take it back; nothing when nothing was written."""
    if not isinstance(result, SaveResult) or result.batch_id is None:
        return None
    words = {"action": action.label, "title": subject.title}
    return {"message": _("%(action)s: %(title)s") % words, "undo": f"/batches/{result.batch_id}/undo/"}


@require_POST
@object_view
def delete(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """Put the record into the bin and leave its page; the toast brings it back."""
    subject = load_for(request.actor, object_type, record_id, "delete")
    try:
        result = records.delete(object_type, [record_id], actor=request.actor)
    except Invalid as refusal:
        return refused(refusal)
    if record_id not in result.done:
        problem = result.refused.get(record_id)
        if problem is not None and problem.code == LOCKED:
            return refused(Invalid({"": [problem]}))
        raise Denied(object_type.key, "delete")
    toast = {"message": _("Deleted: %(title)s") % {"title": subject.title}, "undo": f"{subject.url}restore/?stay=1"}
    return with_events(go_to(list_url(object_type.key)), toast=toast)


@require_POST
@object_view
def restore(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """Bring the record back with what went with it and open it."""
    result = records.restore(object_type, [record_id], actor=request.actor)
    if record_id in result.refused:
        problem = result.refused[record_id]
        if problem.code == "not_found":
            raise Http404
        return refused(Invalid({"": [problem]}))
    if request.GET.get("stay"):
        return changed()
    return go_to(load(request.actor, object_type, record_id).url)
