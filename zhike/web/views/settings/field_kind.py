"""A field becomes another kind: chosen, looked at, started; and taken back."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhike.accounts.middleware import AccountRequest
from zhike.engines.kind_changes.converting import targets_of
from zhike.engines.kind_changes.models import KindChange
from zhike.engines.kind_changes.services import Preview, kind_change, kind_preview, kind_undo, last_change
from zhike.metadata import registry
from zhike.metadata.customising import customisable_object
from zhike.metadata.errors import Invalid, Problems
from zhike.metadata.fields import field_type
from zhike.metadata.models import CustomField
from zhike.web.edges import post_only
from zhike.web.settings_pages import belongs_to, settings_render
from zhike.web.views.settings.fields import PAGE, own_field


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def field_kind(request: AccountRequest, object_key: str, field_id: int) -> HttpResponse:
    """Choose the new kind and see what would become of the values; POST starts the change."""
    customisable_object(object_key)
    row = own_field(object_key, field_id)
    asked = request.POST if request.method == "POST" else request.GET
    kind, options = asked.get("to", ""), _options(asked)
    problems: Problems = {}
    told: Preview | None = None
    try:
        if request.method == "POST":
            job = kind_change(row.pk, kind, actor=request.actor, options=options)
            return HttpResponseRedirect(reverse("job", args=[job.pk]))
        if kind and (kind != "link" or options):
            told = kind_preview(row.pk, kind, actor=request.actor, options=options)
    except Invalid as refusal:
        problems = refusal.problems
    return _page(request, row, kind, options, told, problems)


def _options(asked: Any) -> dict[str, Any]:
    return {"target": asked["target"]} if asked.get("target") else {}


def _page(
    request: AccountRequest,
    row: CustomField,
    kind: str,
    options: dict[str, Any],
    told: Preview | None,
    problems: Problems,
) -> HttpResponse:
    last = last_change(row.pk)
    context = {
        "row": row,
        "now": field_type(row.kind).label,
        "url": reverse("settings_field", args=[row.object_key, row.pk]),
        "kinds": [(found.key, found.label, found.key == kind) for found in targets_of(row.kind)],
        "kind": kind,
        "targets": [
            (found.key, found.label_plural, found.key == options.get("target"))
            for found in registry.all_types()
            if not found.is_private
        ],
        "target": options.get("target", ""),
        "told": told,
        "reasons": list(told.reasons.values()) if told else [],
        "problems": problems,
        "last": None
        if last is None
        else {
            "from": field_type(last.old["kind"]).label,
            "to": field_type(last.new["kind"]).label,
            "change": last,
            "may_undo": last.state == KindChange.State.DONE and row.retired_at is None,
        },
    }
    heading = _("Kind of “%(field)s”") % {"field": row.label}
    status = 422 if problems else 200
    return settings_render(request, PAGE, "settings/field_kind.html", context, heading=heading, status=status)


@belongs_to(PAGE)
@post_only("settings_field_kind", "object_key", "field_id")
def field_kind_undo(request: AccountRequest, object_key: str, field_id: int) -> HttpResponse:
    """Take the last change of kind back."""
    row = own_field(object_key, field_id)
    try:
        job = kind_undo(row.pk, actor=request.actor)
    except Invalid as refusal:
        return _page(request, row, "", {}, None, refusal.problems)
    return HttpResponseRedirect(reverse("job", args=[job.pk]))
