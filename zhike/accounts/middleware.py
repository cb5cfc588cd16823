"""Says who makes a request, in which language and time zone, and turns away whoever must sign in first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.crypto import constant_time_compare

from zhike.accounts.actors import actor_for, stamps_of
from zhike.accounts.devices import device_of, ip_of
from zhike.accounts.models import LoginSession, User
from zhike.accounts.sessions import SessionStore
from zhike.metadata.actor import ANONYMOUS, Actor
from zhike.metadata.storage import storage

#: Names of addresses that need no one signed in. Everything else does; the API answers for itself.
PUBLIC = frozenset({"login", "language", "health", "public_form", "public_check", "public_quote", "public_quote_pdf"})
#: What is left open to people who must change their password first.
WHILE_PASSWORD_IS_OLD = PUBLIC | {"password_change", "logout"}
API = "/api/"
SECONDS_BETWEEN_TOUCHES = 60


class AccountRequest(HttpRequest):
    """A request as views get it."""

    session: SessionStore
    user: User
    actor: Actor
    login_session: LoginSession | None
    theme: str


class AccountMiddleware:
    """Attaches ``actor``, ``user``, ``login_session`` and ``theme``; one query for all of them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: AccountRequest) -> HttpResponse:
        request.session.device, request.session.ip = device_of(request), ip_of(request)
        identify(request)
        try:
            response = self.get_response(request)
        finally:
            timezone.deactivate()
        return with_headers(response)

    def process_view(self, request: AccountRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if request.path.startswith(API) or name in PUBLIC:
            return None
        if request.actor.is_anonymous:
            return redirect(request, settings.LOGIN_URL, back=True)
        if request.user.must_change_password and name not in WHILE_PASSWORD_IS_OLD:
            return redirect(request, settings.PASSWORD_CHANGE_URL)
        return None


def identify(request: AccountRequest) -> None:
    """Find the session, its person and their actor; nobody for whatever is not valid right now."""
    request.user, request.actor, request.login_session = AnonymousUser(), ANONYMOUS, None  # type: ignore[assignment]
    request.theme = theme_of_device(request) or User.Theme.AUTO
    row = valid_session(request.session)
    if row is None or row.user is None:
        return
    actor = actor_for(row.user, stamps=stamps_of(row))
    if actor is None:
        request.session.flush()
        return
    request.user, request.actor, request.login_session = row.user, actor, row
    request.theme = theme_of_device(request) or row.user.theme
    translation.activate(actor.language)
    request.LANGUAGE_CODE = actor.language
    timezone.activate(ZoneInfo(actor.timezone))
    touch(row, timezone.now())


def theme_of_device(request: HttpRequest) -> str | None:
    """The appearance chosen on this device, which a person's account only suggests."""
    chosen = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    return chosen if chosen in User.Theme.values else None


def valid_session(session: SessionStore) -> LoginSession | None:
    """The sign-in of the session, if its person still has the password with which it was made."""
    known = session.get(HASH_SESSION_KEY, "")
    row = session.row
    if row is None or row.user is None:
        return None
    if not constant_time_compare(known, row.user.get_session_auth_hash()):
        session.flush()
        return None
    return row


def touch(row: LoginSession, now: datetime) -> None:
    """Note that the person is here, once a minute at most."""
    if now - row.last_seen_at < timedelta(seconds=SECONDS_BETWEEN_TOUCHES):
        return
    try:
        with storage().write_transaction():
            LoginSession.objects.filter(pk=row.pk).update(last_seen_at=now)
            User.objects.filter(sessions=row).update(last_seen_at=now)
    except OperationalError:
        # Another writer holds the file for long; reading must not fail because of that, and the next request notes it.
        return


def redirect(request: HttpRequest, address: str, *, back: bool = False) -> HttpResponse:
    """Send the browser elsewhere; a fragment's request moves the whole page."""
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(with_next(address, request.get_full_path()) if back else address)
    current = urlsplit(request.headers.get("HX-Current-URL", ""))
    here = f"{current.path}?{current.query}" if current.query else current.path or "/"
    return HttpResponse(status=401, headers={"HX-Redirect": with_next(address, here) if back else address})


def with_next(address: str, path: str) -> str:
    return address if path == "/" else f"{address}?{urlencode({'next': path})}"


def with_headers(response: HttpResponse) -> HttpResponse:
    """Pages differ by person and by what asks for them, and none that shows data is kept by anybody else."""
    patch_vary_headers(response, ("Cookie", "HX-Request", "HX-Boosted", "HX-History-Restore-Request"))
    if not response.has_header("Cache-Control"):
        patch_cache_control(response, no_store=True, private=True)
    return response
