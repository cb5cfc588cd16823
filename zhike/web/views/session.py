"""Signing in and out, and the language of the pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from zhike.accounts import people, throttle
from zhike.accounts.middleware import AccountRequest
from zhike.accounts.models import User

SECONDS_OF_A_YEAR = 365 * 24 * 3600


def safe_next(request: HttpRequest) -> str:
    """Where to go after signing in: a path of this installation, whatever was asked for."""
    return safe_path(request.POST.get("next") or request.GET.get("next") or "/")


def safe_path(wanted: str) -> str:
    """The path if it is one of this installation, else the first page."""
    # Control characters and backslashes are what browsers read differently from servers.
    is_plain = wanted.startswith("/") and wanted.isprintable() and "\\" not in wanted
    return wanted if is_plain and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "/"


@sensitive_post_parameters("password")
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: AccountRequest) -> HttpResponse:
    """The sign-in page; the same words and the same time for a wrong name, a wrong password and a closed account."""
    if request.method != "POST":
        if not request.actor.is_anonymous:
            return HttpResponseRedirect(safe_next(request))
        return sign_in_page(request)
    username = request.POST.get("username", "").replace("\0", "")
    user = authenticate(request, username=username, password=request.POST.get("password", "").replace("\0", ""))
    if isinstance(user, User):
        login(request, user)
        return HttpResponseRedirect(safe_next(request))
    if throttle.is_locked(request):
        return sign_in_page(request, username=username, error=locked_message(request, username), status=429)
    wrong = _("User name or password is wrong, or the account is closed.")
    return sign_in_page(request, username=username, error=wrong, status=422)


def locked_message(request: HttpRequest, username: str) -> str:
    """When to come back."""
    until = throttle.locked_until(request, username)
    if until is None:
        return _("Too many attempts. Please try again later.")
    clock = formats.date_format(timezone.localtime(until), "H:i")
    return _("Too many attempts. Please try again at %(time)s.") % {"time": clock}


def sign_in_page(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, "login.html", {"next": safe_next(request), **context}, status=status)


@require_POST
def sign_out(request: AccountRequest) -> HttpResponse:
    """End this session."""
    logout(request)
    return HttpResponseRedirect(settings.LOGIN_URL)


@require_POST
def choose_language(request: AccountRequest) -> HttpResponse:
    """Keep the language with the account, or in a cookie for whoever is not signed in, and show the same page again."""
    language = request.POST.get("language", "")
    came_from = urlsplit(request.headers.get("Referer", ""))
    response = HttpResponseRedirect(safe_path(request.POST.get("next") or came_from.path or "/"))
    if language in dict(settings.LANGUAGES):
        if not request.actor.is_anonymous:
            people.profile_save({"language": language}, actor=request.actor)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=SECONDS_OF_A_YEAR,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response
