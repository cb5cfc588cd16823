"""One's own account: preferences, password, devices and tokens."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from zhike.accounts import people, tokens
from zhike.accounts.middleware import AccountRequest
from zhike.accounts.models import LoginSession, Token, User
from zhike.accounts.sessions import alive
from zhike.accounts.tokens import privileges_of
from zhike.engines.mail.people import main_address
from zhike.engines.mail.server import mail_server
from zhike.engines.notify.by_mail import INTERVALS, preference_of, preference_save
from zhike.metadata import notices, registry
from zhike.metadata.errors import Invalid, NotFound, Problem, Problems
from zhike.metadata.policy import may
from zhike.web.edges import post_only
from zhike.web.views.session import SECONDS_OF_A_YEAR

#: Offered first; every other zone of the IANA data base can be typed.
USUAL_ZONES = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "Europe/Berlin", "UTC")


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: AccountRequest) -> HttpResponse:
    """Show the account; POST saves the preferences."""
    if request.method != "POST":
        return profile_page(request)
    values = {
        "language": request.POST.get("language", ""),
        "timezone": request.POST.get("timezone", "").strip(),
        "theme": request.POST.get("theme", ""),
        "notifications": {kind: False for kind in notices.kinds if f"notify_{kind}" not in request.POST},
    }
    chosen = {kind for kind in notices.kinds if f"mail_{kind}" in request.POST}
    every = request.POST.get("mail_every", "60")
    try:
        people.profile_save(values, actor=request.actor)
        preference_save(chosen, int(every) if every.isascii() and every.isdigit() else 0, actor=request.actor)
    except Invalid as refusal:
        return profile_page(request, problems=refusal.problems, typed=values, status=422)
    response = HttpResponseRedirect(reverse("me"))
    for name, value in (
        (settings.LANGUAGE_COOKIE_NAME, values["language"]),
        (settings.THEME_COOKIE_NAME, values["theme"]),
    ):
        response.set_cookie(
            name, str(value), max_age=SECONDS_OF_A_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return response


def profile_page(
    request: AccountRequest,
    *,
    problems: Problems | None = None,
    typed: dict[str, Any] | None = None,
    new_token: str = "",
    new_scopes: Collection[str] = (),
    status: int = 200,
) -> HttpResponse:
    """The whole page; ``new_token`` is shown this once, with a word on what stands in ``new_scopes``."""
    user = request.user
    mailed = preference_of(user.pk)
    values = typed or {name: getattr(user, name) for name in ("language", "timezone", "theme", "notifications")}
    context = {
        "heading": _("My account"),
        "account": user,
        "values": values,
        "problems": problems or {},
        "languages": settings.LANGUAGES,
        "themes": User.Theme.choices,
        "zones": [*USUAL_ZONES, *sorted(available_timezones() - set(USUAL_ZONES))],
        "kinds": [
            (kind.key, kind.label, values["notifications"].get(kind.key, True), kind.key in mailed.kinds)
            for kind in notices.kinds.values()
        ],
        "intervals": [(minutes, text, minutes == mailed.every_minutes) for minutes, text in INTERVALS.items()],
        "mail_address": main_address(user),
        "has_mail": mail_server() is not None,
        "sessions": alive(user),
        "this_session": request.login_session,
        "tokens": [
            {"row": token, "sets_up": bool(privileges_of(token.scopes))}
            for token in Token.objects.filter(user=user, revoked_at__isnull=True).order_by("-created_at")
        ],
        "new_token": new_token,
        "new_sets_up": bool(privileges_of(new_scopes)),
        "scopes": scope_choices(request),
        "may_set_up": request.actor.has("settings"),
    }
    return render(request, "me/profile.html", context, status=status)


def scope_choices(request: AccountRequest) -> list[tuple[str, Any]]:
    """Object types that the person may see, each to be given for reading or for reading and writing."""
    seen = [found for found in registry.all_types() if may(request.actor, found, "view")]
    return [("*", _("Everything that I may")), *((found.key, found.label_plural) for found in seen)]


@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: AccountRequest) -> HttpResponse:
    """Change one's password; other devices are signed out, this one goes on with a new session key."""
    if request.method != "POST":
        return password_page(request, {})
    old, new = request.POST.get("old", ""), request.POST.get("new", "")
    if new != request.POST.get("again", ""):
        different = Problem("different", _("The two entries differ. Type the new password twice."))
        return password_page(request, {"again": [different]}, status=422)
    try:
        people.password_change(request.user, old=old, new=new, actor=request.actor)
    except Invalid as refusal:
        return password_page(request, refusal.problems, status=422)
    request.user.refresh_from_db()
    login(request, request.user, backend="zhike.accounts.backend.PasswordBackend")
    return HttpResponseRedirect(reverse("me"))


def password_page(request: AccountRequest, problems: Problems, *, status: int = 200) -> HttpResponse:
    context = {"heading": _("Change my password"), "problems": problems, "forced": request.user.must_change_password}
    return render(request, "me/password.html", context, status=status)


@post_only("me")
def end_session(request: AccountRequest, session_id: int) -> HttpResponse:
    """Sign one's own other device out."""
    if not LoginSession.objects.filter(pk=session_id, user=request.user).exists():
        raise Http404
    try:
        people.session_end(session_id, actor=request.actor)
    except NotFound as missing:
        raise Http404 from missing
    return HttpResponseRedirect(reverse("me"))


@post_only("me")
def end_other_sessions(request: AccountRequest) -> HttpResponse:
    """Sign all other devices out."""
    people.sessions_end([request.user.pk], keep=request.login_session)
    return HttpResponseRedirect(reverse("me"))


@post_only("me")
def create_token(request: AccountRequest) -> HttpResponse:
    """Make a token and show it once, on the answer to this very request."""
    chosen = {f"{key}:{verb}" for key in request.POST.getlist("objects") for verb in verbs(request)}
    if "*:write" in chosen:
        chosen = {"*", *(scope for scope in chosen if privileges_of([scope]))}
    try:
        token, text = tokens.token_create(
            request.user,
            name=request.POST.get("name", ""),
            scopes=chosen,
            actor=request.actor,
            expires_at=end_of_day(request.POST.get("expires", ""), request.actor.timezone),
        )
    except Invalid as refusal:
        return profile_page(request, problems=refusal.problems, status=422)
    return profile_page(request, new_token=text, new_scopes=token.scopes)


def verbs(request: AccountRequest) -> tuple[str, ...]:
    return ("read", "write") if request.POST.get("verb") == "write" else ("read",)


def end_of_day(text: str, zone: str) -> datetime | None:
    """The moment at which a date that a person typed is over; None for none. Raises Invalid."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid({"expires": [Problem("invalid", _("Write the date like 2027-01-31."))]}) from error
    if day < timezone.localdate():
        raise Invalid({"expires": [Problem("past", _("This day is over already."))]})
    return datetime.combine(day, time.min, ZoneInfo(zone)) + timedelta(days=1)


@post_only("me")
def revoke_token(request: AccountRequest, token_id: int) -> HttpResponse:
    """End a token of one's own."""
    if not Token.objects.filter(pk=token_id, user=request.user).exists():
        raise Http404
    try:
        tokens.token_revoke(token_id, actor=request.actor)
    except NotFound as missing:
        raise Http404 from missing
    return HttpResponseRedirect(reverse("me"))
