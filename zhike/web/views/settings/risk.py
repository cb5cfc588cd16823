"""The rules of risk: weights, fading, thresholds, conditions and windows, in versions with a preview."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from zhike.accounts.middleware import AccountRequest
from zhike.accounts.models import User
from zhike.domain.risk.indicators import label_of
from zhike.domain.risk.readers import reader_ids, readers_save
from zhike.domain.risk.scheme import offers, risk_scheme, with_offer
from zhike.domain.tiers.definition import read
from zhike.domain.tiers.following import queue_grading
from zhike.domain.tiers.models import TierScheme
from zhike.domain.tiers.regrading import version_in_force
from zhike.domain.tiers.schemes import preview, version_save
from zhike.engines.mail.people import main_address
from zhike.metadata import registry
from zhike.metadata.errors import Invalid, Problems
from zhike.metadata.fields.base import Context
from zhike.metadata.saving import context_for
from zhike.web.lists.filter_fields import builder_words, filter_fields
from zhike.web.records.moments import moment
from zhike.web.risk.form import controls, read_form
from zhike.web.settings_pages import SettingsPage, add, belongs_to, settings_render
from zhike.web.tiers.telling import preview_context

#: Of whom the page lets one choose.
MOST_PEOPLE = 500

PAGE = add(
    SettingsPage(
        address="settings_risk",
        label=_("Rules of risk"),
        text=_(
            "Decides what evidence weighs, when a customer is under watch or a high risk, and how often one is reminded, for everybody."
        ),
        group="data",
        privilege="settings",
        icon="alert-triangle",
        words=_("risk level score weight reminder visit anomaly"),
    )
)


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: AccountRequest) -> HttpResponse:
    """The rules in force; POST shows who would move, or saves a version."""
    scheme, context = risk_scheme(), context_for(request.actor)
    if request.method != "POST":
        return _render(request, scheme, context)
    try:
        stored = read_form(request.POST)
        if request.POST.get("do") == "save":
            version_save(scheme, stored, effective_on=_day(request), actor=request.actor)
            queue_grading([scheme.pk])
            return HttpResponseRedirect(reverse("settings_risk"))
        found = preview(scheme, stored, actor=request.actor)
    except Invalid as refusal:
        return _render(request, scheme, context, problems=refusal.problems, status=422)
    version = version_in_force(scheme)
    definitions = [read(stored), *([read(version.definition)] if version else [])]
    return _render(request, scheme, context, more=preview_context(found, definitions, context))


@belongs_to(PAGE)
@require_POST
def readers(request: AccountRequest) -> HttpResponse:
    """Choose who gets the weekly report by mail."""
    chosen = [int(pk) for pk in request.POST.getlist("readers") if pk.isascii() and pk.isdigit()]
    try:
        readers_save(chosen, actor=request.actor)
    except Invalid as refusal:
        return _render(request, risk_scheme(), context_for(request.actor), problems=refusal.problems, status=422)
    return HttpResponseRedirect(reverse("settings_risk"))


def _people() -> list[dict[str, Any]]:
    """Who may be chosen; without an address there is only the notice."""
    chosen = set(reader_ids())
    rows = User.objects.filter(deletion__isnull=True, is_active=True).order_by("name", "pk")
    return [
        {"id": person.pk, "name": person.name, "address": main_address(person), "chosen": person.pk in chosen}
        for person in rows[:MOST_PEOPLE]
    ]


def offered(definition: Mapping[str, Any]) -> list[dict[str, Any]]:
    """New or better conditions that the rules do not weigh yet, with the address that puts them into the form."""
    return [
        {
            "label": label_of(offer.indicator),
            "is_better": offer.replaces is not None,
            "weight": offer.condition["weight"],
            "url": f"{reverse('settings_risk')}?{urlencode({'add': offer.indicator})}",
        }
        for offer in offers(definition)
    ]


def _day(request: AccountRequest) -> date:
    try:
        return date.fromisoformat(request.POST.get("effective_on", ""))
    except ValueError:
        return timezone.localdate()


def _render(
    request: AccountRequest,
    scheme: TierScheme,
    context: Context,
    *,
    problems: Problems | None = None,
    more: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    versions = list(scheme.versions.order_by("-number"))
    current = version_in_force(scheme)
    shown = versions[0].definition
    adding = request.GET.get("add", "")
    people = dict(User.objects.filter(pk__in={row.created_by_id for row in versions}).values_list("pk", "name"))
    given = {
        **controls(with_offer(shown, adding), request.POST if "do" in request.POST else None),
        "offers": offered(shown) if "do" not in request.POST else [],
        "adding": label_of(adding) if adding in {offer.indicator for offer in offers(shown)} else "",
        "people": _people(),
        "problems": problems or {},
        "filter_fields": filter_fields(registry.get("customer"), context),
        "filter_words": builder_words(),
        "effective_on": request.POST.get("effective_on") or timezone.localdate().isoformat(),
        "in_english": context.language.startswith("en"),
        "versions": [
            {
                "number": row.number,
                "from": row.effective_on,
                "who": people.get(row.created_by_id or 0, "–"),
                "at": moment(row.created_at, context),
                "is_current": current is not None and row.pk == current.pk,
            }
            for row in versions
        ],
        **(more or {}),
    }
    return settings_render(request, PAGE, "risk/rules.html", given, status=status)
