"""Web forms from the inside: the list, one form with its address and numbers, the editor, and the QR code."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlencode

import segno
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.domain.collection.models import FormState, WebForm
from zhike.domain.collection.services.forms import design_save, find_form, form_create, is_open, newest
from zhike.metadata import policy, records, registry
from zhike.metadata.errors import Invalid, Problems
from zhike.metadata.places import list_url, record_url
from zhike.web import navigation
from zhike.web.collection import numbers
from zhike.web.collection.designing import posted_face, rows
from zhike.web.edges import refusals_answered
from zhike.web.records.links import RecordLink, add

LINK = add(RecordLink("webform", gettext_lazy("Address and numbers"), "web_form", "forms"))
MOST_LISTED = 200
QR_KINDS = {"svg": "image/svg+xml", "png": "image/png"}
navigation.add(
    navigation.Place(
        "web_forms", gettext_lazy("Web forms"), "marketing", "forms", order=10, needs={"webform": "view"}, thumb=10
    )
)


@refusals_answered
@require_http_methods(["GET", "HEAD", "POST"])
def web_forms(request: AccountRequest) -> HttpResponse:
    """All forms; POST makes one."""
    web_form = registry.get("webform")
    policy.require(request.actor, web_form, "view")
    problems: Problems = {}
    if request.method == "POST":
        try:
            made = form_create({"name": request.POST.get("name", "")[:200]}, actor=request.actor)
            return HttpResponseRedirect(reverse("web_form_design", args=[made]))
        except Invalid as refusal:
            problems = refusal.problems
    found = list(policy.queryset_for(request.actor, web_form).order_by("state", "-updated_at")[:MOST_LISTED])
    arrived = numbers.arrived_by_form([form.pk for form in found])
    told = {
        "heading": _("Web forms"),
        "rows": [{"form": form, "arrived": arrived.get(form.pk, 0), "url": f"{form.pk}/"} for form in found],
        "may_make": policy.may(request.actor, web_form, "create"),
        "typed": request.POST.get("name", ""),
        "wrong": next(iter(problems.values()), [None])[0],
        "empty": {
            "icon": "forms",
            "title": _("No web form yet"),
            "text": _("A form on your website or as a QR code at a fair brings in customers by themselves."),
        },
    }
    return render(request, "collection/forms.html", told, status=422 if problems else 200)


@refusals_answered
@require_safe
def web_form(request: AccountRequest, form_id: int) -> HttpResponse:
    """One form: where it stands, how it is doing, what arrived."""
    return overview(request, find_form(form_id, actor=request.actor))


def overview(request: AccountRequest, form: WebForm, wrong: str = "") -> HttpResponse:
    address = public_address(request, form)
    described = registry.get("webform")
    told = {
        "heading": form.name,
        "form": form,
        "is_open": is_open(form, timezone.localdate()),
        "address": address,
        "snippet": snippet(form, address),
        "totals": numbers.totals(form),
        "days": numbers.days(form, timezone.localdate()),
        "version": newest(form),
        "may_edit": policy.may(request.actor, described, "edit"),
        "rules_url": record_url("webform", form.pk),
        "wrong": wrong,
        "states": [{"key": key, "url": arrivals_url(form, key)} for key in ("accepted", "proposed", "refused", "spam")],
        "all_url": arrivals_url(form, None),
        "sees_arrivals": policy.may(request.actor, registry.get("form_submission"), "view"),
    }
    return render(request, "collection/form.html", told, status=422 if wrong else 200)


def arrivals_url(form: WebForm, state: str | None) -> str:
    """The list of what arrived by the form."""
    conditions: list[dict[str, Any]] = [{"field": "form", "op": "eq", "value": form.pk}]
    if state is not None:
        conditions.append({"field": "state", "op": "eq", "value": state})
    written = str({"all": conditions}).replace("'", '"')
    return f"{list_url('form_submission')}?{urlencode({'filter': written})}"


def public_address(request: AccountRequest, form: WebForm) -> str:
    return request.build_absolute_uri(reverse("public_form", args=[form.secret]))


def snippet(form: WebForm, address: str) -> str:
    """What goes into another site's page."""
    return f'<iframe src="{escape(address)}" title="{escape(form.name)}" width="100%" height="720" loading="lazy"></iframe>'


@refusals_answered
@require_POST
def web_form_state(request: AccountRequest, form_id: int) -> HttpResponse:
    """Open or close the form."""
    form = find_form(form_id, actor=request.actor, action="edit")
    state = request.POST.get("state", "")
    if state not in FormState.values:
        raise Http404
    try:
        records.record_save(registry.get("webform"), {"state": state}, actor=request.actor, id=form.pk)
    except Invalid as refusal:
        return overview(request, form, str(next(iter(refusal.problems.values()))[0].message))
    return HttpResponseRedirect(reverse("web_form", args=[form.pk]))


@refusals_answered
@require_http_methods(["GET", "HEAD", "POST"])
def web_form_design(request: AccountRequest, form_id: int) -> HttpResponse:
    """The editor; POST keeps what visitors see from now on."""
    form = find_form(form_id, actor=request.actor, action="edit")
    problems: Problems = {}
    version = newest(form)
    face = version.face if version else posted_face(request.POST)
    if request.method == "POST":
        try:
            design_save(form, posted_face(request.POST), actor=request.actor)
            return HttpResponseRedirect(reverse("web_form", args=[form.pk]))
        except Invalid as refusal:
            problems, face = refusal.problems, posted_face(request.POST)
    asked, free = rows(face)
    told = {
        "heading": _("Design: %(form)s") % {"form": form.name},
        "form": form,
        "face": face,
        "asked": asked,
        "free": free,
        "problems": {key: found[0] for key, found in problems.items()},
        "preview_url": reverse("public_form", args=[form.secret]),
    }
    return render(request, "collection/design.html", told, status=422 if problems else 200)


@refusals_answered
@require_safe
def web_form_code(request: AccountRequest, form_id: int, kind: str) -> HttpResponse:
    """The QR code of the public address as SVG or PNG."""
    form = find_form(form_id, actor=request.actor)
    if kind not in QR_KINDS:
        raise Http404
    drawn = io.BytesIO()
    # Level Q survives a fold or a stain on the poster.
    segno.make(public_address(request, form), error="q", micro=False).save(drawn, kind=kind, scale=8, border=4)
    response = HttpResponse(drawn.getvalue(), content_type=QR_KINDS[kind])
    response["Content-Disposition"] = f'inline; filename="form-{form.pk}.{kind}"'
    return response
