"""Fields of objects: which there are, adding one's own, changing, ordering and retiring them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.metadata import policy, registry
from zhike.metadata.computed_kinds import kinds
from zhike.metadata.customising import (
    customisable_object,
    field_change,
    field_create,
    field_restore,
    field_retire,
    fields_order,
    numbers_fill,
)
from zhike.metadata.errors import Invalid, Problems
from zhike.metadata.models import CustomField
from zhike.metadata.numbering import unnumbered
from zhike.metadata.object_type import ObjectType
from zhike.metadata.renaming import LANGUAGES, field_rename, native_field, own_names, shipped_names
from zhike.metadata.saving import context_for
from zhike.web.definitions.field_form import FieldForm, form_context, options_context, posted, stored
from zhike.web.settings_pages import SettingsPage, add, belongs_to, settings_render
from zhike.web.views.answers import refused

PAGE = add(
    SettingsPage(
        address="settings_fields",
        label=gettext_lazy("Fields"),
        text=gettext_lazy("Decides what is recorded about customers and all other objects, for everybody, at once."),
        group="data",
        privilege="settings",
        icon="forms",
        words=gettext_lazy("custom fields columns choices options sections"),
    )
)


@belongs_to(PAGE)
@require_safe
def field_objects(request: AccountRequest) -> HttpResponse:
    """Objects to which fields can be added."""
    counts = dict(
        CustomField.objects.filter(retired_at__isnull=True).values_list("object_key").annotate(Count("id")).order_by()
    )
    rows = [
        {"object": found, "own": counts.get(found.key, 0), "url": fields_url(found.key)}
        for found in registry.all_types()
        if found.customisable
    ]
    return settings_render(request, PAGE, "settings/field_objects.html", {"rows": rows})


def fields_url(object_key: str) -> str:
    return reverse("settings_object_fields", args=[object_key])


@belongs_to(PAGE)
@require_safe
def field_list(request: AccountRequest, object_key: str) -> HttpResponse:
    """Fields of one object: those made here, in their order, those retired, and those that belong to the product."""
    return list_page(request, customisable_object(object_key))


def list_page(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    rows = CustomField.objects.filter(object_key=object_type.key)
    context = {
        "object": object_type,
        "own": [shown(row) for row in rows if row.retired_at is None],
        "retired": [shown(row) for row in rows if row.retired_at is not None],
        "native": [field for field in object_type.active_fields if field.custom_id is None],
        "url": fields_url(object_type.key),
    }
    return settings_render(
        request,
        PAGE,
        "settings/fields.html",
        context,
        heading=_("Fields of %(object)s") % {"object": object_type.label},
    )


def shown(row: CustomField) -> dict[str, Any]:
    return {"row": row, "kind": kinds()[row.kind].label, "url": field_url(row)}


def field_url(row: CustomField) -> str:
    return reverse("settings_field", args=[row.object_key, row.pk])


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def field_new(request: AccountRequest, object_key: str) -> HttpResponse:
    """The form for a new field; POST makes it."""
    object_type = customisable_object(object_key)
    if request.method != "POST":
        return form_page(request, object_type, posted(request.GET))
    form = posted(request.POST)
    try:
        field_create(object_key, kind=form.kind, label=form.texts["label"], actor=request.actor, **form.details())
    except Invalid as refusal:
        return form_page(request, object_type, form, problems=refusal.problems, status=422)
    return HttpResponseRedirect(fields_url(object_key))


def form_page(
    request: AccountRequest,
    object_type: ObjectType,
    form: FieldForm,
    *,
    row: CustomField | None = None,
    problems: Problems | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "object": object_type,
        "row": row,
        "url": fields_url(object_type.key),
        "action": request.path,
        "problems": problems or {},
        "unnumbered": without_number(object_type, row),
        **form_context(form, object_type, request.actor),
    }
    heading = row.label if row else _("New field of %(object)s") % {"object": object_type.label}
    return settings_render(request, PAGE, "settings/field.html", context, heading=heading, status=status)


def without_number(object_type: ObjectType, row: CustomField | None) -> int:
    """How many records have no number of this field yet; 0 for fields that are no running number."""
    field = object_type.fields.get(row.key) if row is not None else None
    if field is None or not field.type.is_assigned:
        return 0
    return int(unnumbered(field, policy.every_record(object_type).filter(deletion=None)).count())


@belongs_to(PAGE)
@require_safe
def field_options(request: AccountRequest, object_key: str) -> HttpResponse:
    """The part of the form that depends on the kind, with what was typed so far."""
    object_type = customisable_object(object_key)
    told = options_context(posted(request.GET), object_type, request.actor)
    context = {**told, "url": fields_url(object_key), "problems": {}}
    return render(request, "settings/field_options.html", context)


def own_field(object_key: str, field_id: int) -> CustomField:
    row = CustomField.objects.filter(pk=field_id, object_key=object_key).first()
    if row is None:
        raise Http404
    return row


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def field_page(request: AccountRequest, object_key: str, field_id: int) -> HttpResponse:
    """One field; POST saves it. Kind and key stay, for they say how the stored values read."""
    object_type, row = customisable_object(object_key), own_field(object_key, field_id)
    if request.method != "POST":
        return form_page(request, object_type, stored(row, context_for(request.actor)), row=row)
    form = posted(request.POST, kind=row.kind)
    try:
        field_change(row.pk, actor=request.actor, label=form.texts["label"], **form.details())
    except Invalid as refusal:
        return form_page(request, object_type, form, row=row, problems=refusal.problems, status=422)
    return HttpResponseRedirect(fields_url(object_key))


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def field_name(request: AccountRequest, object_key: str, key: str) -> HttpResponse:
    """What one of the product's fields is called here; POST renames it, and empty names are the shipped ones again."""
    object_type, field = native_field(object_key, key)
    names, problems = own_names(object_key, key), Problems()
    if request.method == "POST":
        names = {name: request.POST.get(name, "").strip() for name in LANGUAGES}
        try:
            field_rename(object_key, key, **names, actor=request.actor)
            return HttpResponseRedirect(fields_url(object_key))
        except Invalid as refusal:
            problems = refusal.problems
    told = {"object": object_type, "field": field, "url": fields_url(object_key), "names": names, "problems": problems}
    told["shipped"] = shipped_names(object_key, key)
    status = 422 if problems else 200
    return settings_render(request, PAGE, "settings/field_name.html", told, heading=str(field.label), status=status)


def stored_page(request: AccountRequest, object_type: ObjectType, row: CustomField, refusal: Invalid) -> HttpResponse:
    """The page of a field as it is stored, with what stands in the way of the button that was pressed."""
    form = stored(row, context_for(request.actor))
    return form_page(request, object_type, form, row=row, problems=refusal.problems, status=422)


@belongs_to(PAGE)
@require_POST
def field_use(request: AccountRequest, object_key: str, field_id: int) -> HttpResponse:
    """Retire the field, or take it up again with the values that it had."""
    object_type, row = customisable_object(object_key), own_field(object_key, field_id)
    change: Any = field_restore if request.POST.get("use") == "1" else field_retire
    try:
        change(row.pk, actor=request.actor)
    except Invalid as refusal:
        return stored_page(request, object_type, row, refusal)
    return HttpResponseRedirect(fields_url(object_key))


@belongs_to(PAGE)
@require_POST
def field_numbers(request: AccountRequest, object_key: str, field_id: int) -> HttpResponse:
    """Have the records numbered that have none; leads to the page of the job."""
    object_type, row = customisable_object(object_key), own_field(object_key, field_id)
    try:
        job = numbers_fill(row.pk, actor=request.actor)
    except Invalid as refusal:
        return stored_page(request, object_type, row, refusal)
    return HttpResponseRedirect(reverse("job", args=[job.pk]))


@belongs_to(PAGE)
@require_POST
def field_order(request: AccountRequest, object_key: str) -> HttpResponse:
    """Bring the fields into the order of the posted keys."""
    try:
        fields_order(object_key, request.POST.getlist("keys"), actor=request.actor)
    except Invalid as refusal:
        return refused(refusal)
    return HttpResponse(status=204)
