"""The public page of a web form: works without script, in a frame of the sites it allows, and tells nobody who is known here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from zhike.domain.collection.face import questions, said
from zhike.domain.collection.models import FormVersion, WebForm
from zhike.domain.collection.services.arriving import Arrival, arrive, too_many
from zhike.domain.collection.services.forms import form_at, is_open, newest, view_count
from zhike.web.collection.questions import Answers, drawn, public_context, read, summary
from zhike.web.collection.tokens import PageToken, is_foreign, is_oversized, new_token, read_token, sender_of

#: A field that people do not see; programs fill in everything.
HONEYPOT = "homepage"
LANGUAGES = {"zh": "zh-hans", "en": "en"}
SECONDS_TO_WAIT = 3600


# Without a session there is nothing that another site's page could misuse: posts carry a signed token and act for nobody.
# In a frame of another site browsers send no cookie, so that a token in a cookie could not work.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def public_form(request: HttpRequest, secret: str) -> HttpResponse:
    """The form; POST takes the answers."""
    form = form_at(secret)
    version = None if form is None else newest(form)
    if form is None or version is None:
        raise Http404
    language = LANGUAGES.get(request.GET.get("lang", "")) or translation.get_language() or "zh-hans"
    with translation.override(language):
        return framed(answer(request, form, version, language), form)


def answer(request: HttpRequest, form: WebForm, version: FormVersion, language: str) -> HttpResponse:
    if not is_open(form, timezone.localdate()):
        return page(request, version, language, "public/closed.html", {}, status=410)
    if request.method == "POST":
        return posted(request, form, version, language)
    if request.method == "GET":
        view_count(form, timezone.localdate())
    return asked(request, form, version, language, Answers())


def posted(request: HttpRequest, form: WebForm, version: FormVersion, language: str) -> HttpResponse:
    """Take the answers in, or say what is wrong with them."""
    if is_oversized(request):
        return HttpResponse(
            _("This is too much text for one form."), status=413, content_type="text/plain; charset=utf-8"
        )
    if is_foreign(request):
        return HttpResponse(status=403)
    token = read_token(request.POST.get("page", ""), f"form:{form.pk}")
    if token is None:
        stale = _("This page was open for too long. Please look through your answers and send them again.")
        return asked(request, form, version, language, typed(request, form, version, language), stale, status=422)
    shown = FormVersion.objects.filter(form=form, number=token.version).first() or version
    sender = sender_of(request)
    if too_many(form, sender, timezone.now()):
        busy = _("Too much is arriving right now. Please try again later.")
        told = asked(request, form, shown, language, typed(request, form, shown, language), busy, status=429)
        told["Retry-After"] = str(SECONDS_TO_WAIT)
        return told
    answers = typed(request, form, shown, language)
    consents = bool(said(shown.face, "consent", language))
    agreed = consents and request.POST.get("consent") == "1"
    spam = spam_reason(request, token)
    if not spam and (answers.problems or (consents and not agreed)):
        return asked(request, form, shown, language, answers, lacks_consent=consents and not agreed, status=422)
    arrive(form, Arrival(answers.values, shown.number, token.once, sender, consented=agreed, spam=spam))
    return page(request, shown, language, "public/thanks.html", {"thanks": said(shown.face, "thanks", language)})


def typed(request: HttpRequest, form: WebForm, version: FormVersion, language: str) -> Answers:
    return read(questions(version.face, language), request.POST, public_context(language), form.customer_kind)


def spam_reason(request: HttpRequest, token: PageToken) -> str:
    """Why a program seems to have sent it; "" for people."""
    if request.POST.get(HONEYPOT):
        return _("A field that people do not see was filled in.")
    return _("It was sent faster than a person can type.") if token.is_early else ""


def asked(
    request: HttpRequest,
    form: WebForm,
    version: FormVersion,
    language: str,
    answers: Answers,
    wrong: str = "",
    *,
    lacks_consent: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The page with its questions."""
    fields = drawn(questions(version.face, language), answers, public_context(language))
    told = {
        "section": {"fields": fields},
        "summary": summary(fields),
        "wrong": wrong,
        "intro": said(version.face, "intro", language),
        "consent": said(version.face, "consent", language),
        "lacks_consent": lacks_consent,
        "agreed": request.POST.get("consent") == "1",
        "token": new_token(f"form:{form.pk}", version.number),
        "honeypot": HONEYPOT,
    }
    return page(request, version, language, "public/form.html", told, status=status)


def page(
    request: HttpRequest,
    version: FormVersion,
    language: str,
    template: str,
    told: Mapping[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    around = {
        "title": said(version.face, "title", language),
        "other": {"code": "en", "name": "English"} if language != "en" else {"code": "zh", "name": "中文"},
        "code": "en" if language == "en" else "zh",
        "theme": "auto",
    }
    return render(request, template, {**around, **told}, status=status)


def framed(response: HttpResponse, form: WebForm) -> HttpResponse:
    """Let exactly the form's sites show it in a frame."""
    sites = (form.sites or "").split()
    if sites:
        response.xframe_options_exempt = True
        response._csp_replace = {"frame-ancestors": ["'self'", *sites]}  # type: ignore[attr-defined]
    response["X-Robots-Tag"] = "noindex"
    return response
