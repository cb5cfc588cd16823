"""The public page on which a customer checks their own data: one customer, the permitted fields, nothing else."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from zhike.domain.collection.face import Asked
from zhike.domain.collection.models import CheckLink
from zhike.domain.collection.services import checking
from zhike.web.collection.questions import Answers, drawn, public_context, read, summary
from zhike.web.collection.tokens import is_foreign, is_oversized, new_token, read_token
from zhike.web.views.public_form import LANGUAGES


# As with web forms: no session is at work, and the secret in the address is what a post needs.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def public_check(request: HttpRequest, secret: str) -> HttpResponse:
    """The data as they stand; POST takes corrections and confirmations."""
    language = LANGUAGES.get(request.GET.get("lang", "")) or translation.get_language() or "zh-hans"
    with translation.override(language):
        link = checking.link_by(secret)
        response = gone(request, language) if link is None else answer(request, link, language)
    response["X-Robots-Tag"] = "noindex"
    # The address is a secret: no other page is told where the reader came from.
    response["Referrer-Policy"] = "no-referrer"
    return response


def answer(request: HttpRequest, link: CheckLink, language: str) -> HttpResponse:
    if request.method != "POST":
        return asked(request, link, language, Answers(values={"customer": checking.values_shown(link)}))
    if is_oversized(request):
        return HttpResponse(
            _("This is too much text for one form."), status=413, content_type="text/plain; charset=utf-8"
        )
    if is_foreign(request):
        return HttpResponse(status=403)
    kind = link.customer.kind
    answers = read(asked_of(), request.POST, public_context(language), kind)
    if read_token(request.POST.get("page", ""), f"check:{link.pk}") is None:
        stale = _("This page was open for too long. Please look through your answers and send them again.")
        return asked(request, link, language, answers, stale, status=422)
    if answers.problems:
        return asked(request, link, language, answers, status=422)
    given = answers.values.get("customer", {})
    if not checking.answer(link, {field.key: given.get(field.key) for field in checking.shown_fields()}):
        return gone(request, language)
    told = {
        "title": _("Thank you"),
        "thanks": _("Thank you. What you corrected is looked at by the person who looks after you."),
    }
    return shown(request, language, "public/thanks.html", told)


def asked_of() -> list[Asked]:
    return [Asked("customer", field, field.required, field.label, "") for field in checking.shown_fields()]


def asked(
    request: HttpRequest, link: CheckLink, language: str, answers: Answers, wrong: str = "", *, status: int = 200
) -> HttpResponse:
    fields = drawn(asked_of(), answers, public_context(language))
    told = {
        "title": _("Are your data still right?"),
        "section": {"fields": fields},
        "summary": summary(fields),
        "wrong": wrong,
        "intro": _("Please correct what has changed and send it, or send it as it is to confirm it."),
        "token": new_token(f"check:{link.pk}", 0),
    }
    return shown(request, language, "public/check.html", told, status=status)


def gone(request: HttpRequest, language: str) -> HttpResponse:
    """The same words whether the link is unknown, expired, revoked or used up."""
    return shown(request, language, "public/gone.html", {"title": _("This link no longer works")}, status=410)


def shown(
    request: HttpRequest, language: str, template: str, told: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    other = {"code": "en", "name": "English"} if language != "en" else {"code": "zh", "name": "中文"}
    around = {"other": other, "code": "en" if language == "en" else "zh", "theme": "auto"}
    return render(request, template, {**around, **told}, status=status)
