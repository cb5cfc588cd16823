"""Objects of one's own: made, renamed, given an icon and a place, retired and taken up again."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.metadata import registry
from zhike.metadata.customising_objects import (
    TEXTS,
    object_change,
    object_create,
    object_restore,
    object_retire,
)
from zhike.metadata.errors import Invalid, Problems
from zhike.metadata.fields.base import Label
from zhike.metadata.models import CustomField, CustomObject
from zhike.metadata.navigation import GROUPS
from zhike.web.definitions.icons import ICONS
from zhike.web.settings_pages import SettingsPage, add, belongs_to, settings_render
from zhike.web.views.settings.fields import fields_url

PAGE = add(
    SettingsPage(
        address="settings_objects",
        label=gettext_lazy("Objects"),
        text=gettext_lazy(
            "Adds kinds of records of your own, with list, form, rights, import and history, for everybody."
        ),
        group="data",
        privilege="settings",
        icon="box",
        words=gettext_lazy("custom objects tables modules board icon"),
    )
)
NAMES = ("label", *TEXTS, "icon", "group")


@belongs_to(PAGE)
@require_safe
def object_list(request: AccountRequest) -> HttpResponse:
    """Objects made here, and those that belong to the product."""
    fields = dict(
        CustomField.objects.filter(retired_at__isnull=True).values_list("object_key").annotate(Count("id")).order_by()
    )
    rows = [
        {
            "row": row,
            "fields": fields.get(row.key, 0),
            "group": GROUPS[row.group].label if row.group in GROUPS else "–",
            "url": object_url(row),
        }
        for row in CustomObject.objects.order_by("retired_at", "order", "id")
    ]
    native = [found for found in registry.all_types() if not found.is_custom]
    return settings_render(request, PAGE, "settings/objects.html", {"rows": rows, "native": native})


def object_url(row: CustomObject) -> str:
    return reverse("settings_object", args=[row.pk])


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def object_new(request: AccountRequest) -> HttpResponse:
    """The form for a new object; POST makes it and leads on to its fields."""
    typed = {"icon": "box", "group": "customers"}
    if request.method != "POST":
        return form_page(request, typed)
    typed = {name: request.POST.get(name, "").strip() for name in NAMES}
    try:
        made = object_create(actor=request.actor, **typed)
    except Invalid as refusal:
        return form_page(request, typed, problems=refusal.problems, status=422)
    return HttpResponseRedirect(fields_url(made.key))


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def object_page(request: AccountRequest, object_id: int) -> HttpResponse:
    """One object; POST saves it."""
    row = own_object(object_id)
    if request.method != "POST":
        return form_page(request, {name: getattr(row, name) for name in (*NAMES, "board_by")}, row=row)
    typed = {name: request.POST.get(name, "").strip() for name in (*NAMES, "board_by")}
    changes = typed if row.retired_at is None else {name: value for name, value in typed.items() if name != "board_by"}
    try:
        object_change(row.pk, actor=request.actor, **changes)
    except Invalid as refusal:
        return form_page(request, typed, row=row, problems=refusal.problems, status=422)
    return HttpResponseRedirect(reverse("settings_objects"))


def own_object(object_id: int) -> CustomObject:
    row = CustomObject.objects.filter(pk=object_id).first()
    if row is None:
        raise Http404
    return row


def form_page(
    request: AccountRequest,
    typed: dict[str, Any],
    *,
    row: CustomObject | None = None,
    problems: Problems | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "row": row,
        "typed": typed,
        "icons": ICONS if typed["icon"] in ICONS or not typed["icon"] else (typed["icon"], *ICONS),
        "groups": [(key, group.label, key == typed["group"]) for key, group in GROUPS.items()],
        "boards": boards(row, typed.get("board_by", "")),
        "fields_url": fields_url(row.key) if row and row.retired_at is None else "",
        "problems": problems or {},
    }
    heading = row.label if row else _("New object")
    return settings_render(request, PAGE, "settings/object.html", context, heading=heading, status=status)


def boards(row: CustomObject | None, chosen: str) -> list[tuple[str, Label, bool]]:
    """Fields whose choices can be the columns of the board."""
    if row is None or row.retired_at is not None:
        return []
    fields = registry.get(row.key).active_fields
    return [
        (field.key, field.label, field.key == chosen) for field in fields if field.is_custom and field.type.groupable
    ]


@belongs_to(PAGE)
@require_POST
def object_use(request: AccountRequest, object_id: int) -> HttpResponse:
    """Retire the object, or take it up again with its records."""
    row = own_object(object_id)
    change: Any = object_restore if request.POST.get("use") == "1" else object_retire
    try:
        change(row.pk, actor=request.actor)
    except Invalid as refusal:
        typed = {name: getattr(row, name) for name in (*NAMES, "board_by")}
        return form_page(request, typed, row=row, problems=refusal.problems, status=422)
    return HttpResponseRedirect(reverse("settings_objects"))
