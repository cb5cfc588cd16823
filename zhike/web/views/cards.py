"""Business cards by photo: take one, wait until it is read, compare each field with the picture, save."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.domain.customers.services import cards
from zhike.engines.duplicates.hints import hints
from zhike.engines.duplicates.words import reasons_text
from zhike.jobs.models import Job
from zhike.lib.phones import parse_phone, split_phones
from zhike.lib.refusal import Refused
from zhike.lib.text_recognition import installed
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, Problem, Problems
from zhike.metadata.places import record_url
from zhike.metadata.saving import context_for
from zhike.web import navigation
from zhike.web.background import pause, reason
from zhike.web.edges import refusals_answered

LABELS = {
    "name": pgettext_lazy("person", "Name"),
    "job_title": gettext_lazy("Job title"),
    "firm": gettext_lazy("Firm"),
    "phones": gettext_lazy("Phones"),
    "emails": gettext_lazy("E-mails"),
    "wechat": gettext_lazy("WeChat"),
    "address": gettext_lazy("Address"),
    "website": gettext_lazy("Website"),
    "note": gettext_lazy("What else the card says"),
}
#: The part of the page that waits for the worker.
PART = "card"
navigation.add(
    navigation.Place(
        "cards",
        gettext_lazy("Scan a business card"),
        "customers",
        "id",
        order=25,
        needs={"customer": "create", "contact": "create"},
        makes=True,
    )
)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_answered
def card_photo(request: AccountRequest) -> HttpResponse:
    """Choose or take a photo; POST keeps it and leads to its page."""
    cards.require_cards(request.actor)
    if request.method != "POST":
        return photo_page(request)
    file = request.FILES.get("photo")
    try:
        if getattr(request, "oversize", None) or (file is not None and (file.size or 0) > cards.MOST_BYTES):
            raise Invalid({"photo": [cards.TOO_LARGE]})
        if file is None:
            raise Invalid({"photo": [Problem("required", _("Take or choose a photo first."))]})
        found = cards.card_take(file.read(), actor=request.actor)
    except Invalid as refusal:
        return photo_page(request, refusal.problems, status=422)
    return HttpResponseRedirect(f"/cards/{found.pk}/")


def photo_page(request: AccountRequest, problems: Problems | None = None, status: int = 200) -> HttpResponse:
    context = {"heading": _("Scan a business card"), "problems": problems or {}, "is_ready": bool(installed())}
    return render(request, "cards/photo.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_answered
def card_page(request: AccountRequest, card_id: int) -> HttpResponse:
    """Waits until the card is read, then asks to confirm each field; POST saves what was confirmed."""
    found = cards.own_card(card_id, actor=request.actor)
    if (customer := cards.saved_customer(found)) is not None:
        return HttpResponseRedirect(record_url("customer", customer))
    if request.method != "POST":
        part = request.headers.get("HX-Target") == PART
        return render(
            request,
            f"cards/{'confirm' if part else 'page'}.html",
            card_context(found, request.actor, cards.recognised(found)),
        )
    values = {key: request.POST.get(key, "")[:2_000] for key in cards.FIELDS}
    confirmed = frozenset(key for key in cards.FIELDS if f"ok-{key}" in request.POST)
    try:
        made = cards.card_save(
            card_id, values, confirmed=confirmed, customer=chosen(request.POST.get("customer", "")), actor=request.actor
        )
    except Invalid as refusal:
        context = card_context(found, request.actor, values, confirmed, refusal.problems)
        return render(request, "cards/page.html", context, status=422)
    return HttpResponseRedirect(record_url("customer", made))


def chosen(raw: str) -> int | None:
    """The customer whose contact the card becomes; None for a new one."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else None


def card_context(
    found: Job,
    actor: Actor,
    values: dict[str, str],
    confirmed: frozenset[str] = frozenset(),
    problems: Problems | None = None,
) -> dict[str, Any]:
    """The context of cards/page.html and cards/confirm.html."""
    return {
        "heading": _("Compare with the card"),
        "card": found,
        "url": f"/cards/{found.pk}/",
        "is_live": not found.is_over,
        "pause": pause(found),
        "reason": reason(found),
        "fields": [
            {
                "key": key,
                "label": LABELS[key],
                "value": values[key],
                "confirmed": key in confirmed,
                "problem": (problems or {}).get(key),
            }
            for key in cards.FIELDS
        ],
        "wrong": (problems or {}).get("", ()),
        "alike": alike(values, actor) if found.is_over else [],
    }


def alike(values: dict[str, str], actor: Actor) -> list[dict[str, Any]]:
    """Customers that may be the same; within reach, the card can become a contact there."""
    if not values["firm"]:
        return []
    told = {"name": values["firm"], "kind": "company", "phones": list(_numbers(values["phones"]))}
    found = hints(registry.get("customer"), told, context=context_for(actor))
    return [{"hint": hint, "reasons": reasons_text(hint.reasons)} for hint in found]


def _numbers(text: str) -> Iterator[str]:
    for part in split_phones(text):
        try:
            yield parse_phone(part)
        except Refused:
            continue


@require_safe
@refusals_answered
def card_picture(request: AccountRequest, card_id: int) -> HttpResponse:
    """The picture as it was kept, for who took it."""
    path = cards.picture_path(cards.own_card(card_id, actor=request.actor))
    if not path.exists():
        raise Http404
    return cast(HttpResponse, FileResponse(path.open("rb"), content_type="image/webp"))
