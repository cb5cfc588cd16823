"""Forms for new records and for all facts of one: the page, and the short form in the dialog."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhike.accounts.middleware import AccountRequest
from zhike.domain.customers.services.cards import may_take_cards
from zhike.engines.submissions.services import new_key, once
from zhike.metadata import policy
from zhike.metadata.errors import Invalid, NotFound, Stale
from zhike.metadata.labels import record_url
from zhike.metadata.line_rows import KEY as LINES
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import list_url
from zhike.metadata.records import record_save
from zhike.metadata.saving import context_for
from zhike.web.edges import object_view, with_events
from zhike.web.records import forms, line_grid
from zhike.web.records.conflict import conflict_context, in_conflict, lines_in_conflict, meanwhile, take_theirs
from zhike.web.records.forms import Form
from zhike.web.records.subject import Subject, load, load_for
from zhike.web.views.answers import changed

DIALOG = "dialog-content"
#: Object types that a business card can become.
TAKES_CARDS = {"customer", "contact"}


# New --------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def record_new(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """The form for a new record; ``?field=value`` fills it in beforehand. In the dialog it is the short one."""
    if not object_type.creatable:
        raise NotFound(object_type.key, "new")
    policy.require(request.actor, object_type, "create")
    context = context_for(request.actor)
    form = Form(object_type, context, (), forms.defaults(object_type, context), is_new=True)
    prefilled = forms.prefill(form, request.GET)
    form.sections = (
        forms.quick_sections(object_type, context, prefilled)
        if in_dialog(request)
        else forms.full_sections(object_type, context)
    )
    if not in_dialog(request):
        form.grid = line_grid.grid_of(object_type, context, None, form.values)
    if request.method != "POST":
        return new_page(request, form)
    forms.read(form, request.POST)
    return create(request, form)


def in_dialog(request: AccountRequest) -> bool:
    return request.headers.get("HX-Target") == DIALOG


def create(request: AccountRequest, form: Form) -> HttpResponse:
    """Save what was read; the same form sent twice makes one record."""
    if form.problems:
        return new_page(request, form, status=422)

    def work() -> int:
        return record_save(form.object_type, raw_values(form), actor=request.actor)

    try:
        record_id = int(once(request.POST.get("form_key", ""), work, actor=request.actor))
    except Invalid as refusal:
        refused(form, refusal)
        return new_page(request, form, status=422)
    return created(request, form, record_id)


def raw_values(form: Form) -> dict[str, Any]:
    """What is saved: fields of the form and those filled in beforehand, parsed already and parsed again by the write path."""
    known = {field.key for field in policy.writable_fields(form.context.actor, form.object_type)}
    values = {key: json_value(form, key, value) for key, value in form.values.items() if key in known}
    # Who owns it, unless somebody else was chosen, follows from who creates it.
    if values.get("owner") == form.context.actor.user_id:
        values.pop("owner")
    if form.grid is not None and form.grid.is_sent:
        values[LINES] = line_grid.raw_lines(form.grid)
    return values


def refused(form: Form, refusal: Invalid) -> None:
    """Give the write path's refusals to the fields, and to the lines, that they concern."""
    form.problems.update(refusal.problems)
    if form.grid is not None:
        line_grid.take_problems(form.grid, refusal.problems)


def json_value(form: Form, key: str, value: Any) -> Any:
    field = form.object_type.field(key)
    return None if value is None else field.type.to_json(value, field)


def created(request: AccountRequest, form: Form, record_id: int) -> HttpResponse:
    """Where to go with a new record: stay in the dialog's page, on to the next one, or to its own page."""
    url = record_url(form.object_type, record_id)
    if in_dialog(request):
        return changed(record_created={"id": record_id, "object": form.object_type.key, "url": url})
    if "again" not in request.POST:
        return HttpResponseRedirect(url)
    values = forms.defaults(form.object_type, form.context)
    fresh = Form(form.object_type, form.context, form.sections, values, is_new=True)
    fresh.grid = line_grid.grid_of(form.object_type, form.context, None, values)
    forms.prefill(fresh, request.GET)
    toast = {"message": _("Saved."), "url": url, "label": _("Open")}
    return with_events(new_page(request, fresh), toast=toast)


def new_page(request: AccountRequest, form: Form, *, status: int = 200) -> HttpResponse:
    object_type = form.object_type
    heading = format_lazy(_("New {object}"), object=object_type.label)
    context = {**form_context(form), "heading": heading, "action": request.get_full_path(), "add_another": True}
    context |= {"cancel_url": list_url(object_type.key), "form_key": new_key()}
    if object_type.key in TAKES_CARDS and may_take_cards(request.actor):
        context["cards_url"] = "/cards/"
    if in_dialog(request):
        context["hidden"] = [("form_key", context["form_key"])]
        return render(request, "record_form/dialog.html", context, status=status)
    return render(request, "record_form/page.html", context, status=status)


def form_context(form: Form) -> dict[str, Any]:
    """What every form shows."""
    forms.fetch_labels(form)
    object_type = form.object_type
    grid = form.grid
    return {
        "grid": None if grid is None else line_grid.drawn(grid, object_type, form.values),
        "lines_url": f"{list_url(object_type.key)}lines/",
        "object": {
            "label": object_type.label,
            "label_plural": object_type.label_plural,
            "url": list_url(object_type.key),
        },
        "errors": forms.summary(form),
        "sections": forms.drawn_sections(form),
    }


# Edit -------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def record_edit(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """The form with all facts of one record; saves what differs, and asks where somebody else changed the same."""
    subject = load_for(request.actor, object_type, record_id, "edit")
    sections = (
        forms.quick_sections(object_type, subject.context)
        if in_dialog(request)
        else forms.full_sections(object_type, subject.context)
    )
    form = Form(object_type, subject.context, sections, dict(subject.row.values))
    if not in_dialog(request):
        form.grid = line_grid.grid_of(object_type, subject.context, subject.id, subject.row.values)
    if request.method != "POST":
        return edit_page(request, subject, form)
    forms.read(form, request.POST)
    return update(request, subject, form)


def update(request: AccountRequest, subject: Subject, form: Form) -> HttpResponse:
    version = known_version(request, subject)
    for field in form.fields:
        if request.POST.get(f"keep_{field.key}") == "theirs":
            form.values[field.key] = subject.row.values.get(field.key)
            form.problems.pop(field.key, None)
    if form.grid is not None and request.POST.get("keep_lines") == "theirs":
        form.grid = line_grid.grid_of(subject.object_type, form.context, subject.id, subject.row.values)
    if version != subject.row.version:
        others = meanwhile(subject, version)
        take_theirs(form, subject, others)
        keys = in_conflict(form, subject, others)
        if lines_in_conflict(form, subject, request.POST.get("lines_base", "")):
            keys.append(LINES)
        if keys:
            told = conflict_context(form, subject, others, keys)
            return edit_page(request, subject, form, conflict=told, status=409)
    if form.problems:
        return edit_page(request, subject, form, status=422)
    return save_changes(request, subject, form)


def known_version(request: AccountRequest, subject: Subject) -> int:
    """The version that the form was made from; a form without one knew the present."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else subject.row.version


def save_changes(request: AccountRequest, subject: Subject, form: Form) -> HttpResponse:
    values = {
        field.key: json_value(form, field.key, form.values.get(field.key))
        for field in form.fields
        if form.values.get(field.key) != subject.row.values.get(field.key)
    }
    if form.grid is not None and form.grid.is_sent:
        values[LINES] = line_grid.raw_lines(form.grid)
    try:
        if values:
            save_once(request, subject, values)
    except Stale:
        # Somebody saved in the very moment: look again with what they left.
        return update(request, load(subject.actor, subject.object_type, subject.id), form)
    except Invalid as refusal:
        refused(form, refusal)
        return edit_page(request, subject, form, status=422)
    if in_dialog(request):
        return changed()
    return HttpResponseRedirect(subject.url if still_seen(subject) else list_url(subject.object_type.key))


def save_once(request: AccountRequest, subject: Subject, values: dict[str, Any]) -> None:
    """Write the values unless this very form wrote them already; a change in between is refused as stale."""

    def work() -> int:
        return record_save(subject.object_type, values, id=subject.id, version=subject.row.version, actor=request.actor)

    once(request.POST.get("form_key", ""), work, actor=request.actor)


def still_seen(subject: Subject) -> bool:
    """Whether the actor still sees the record, which giving it away may end."""
    return policy.queryset_for(subject.actor, subject.object_type).filter(pk=subject.id).exists()


def edit_page(
    request: AccountRequest,
    subject: Subject,
    form: Form,
    *,
    conflict: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        **form_context(form),
        "heading": subject.title,
        "action": f"{subject.url}edit/",
        "version": subject.row.version,
        "record_id": subject.id,
        "cancel_url": subject.url,
        "conflict": conflict,
        "form_key": new_key(),
    }
    if in_dialog(request):
        context["hidden"] = [("form_key", context["form_key"])]
        return render(request, "record_form/dialog.html", context, status=status)
    return render(request, "record_form/page.html", context, status=status)
