"""How often a password may be guessed, and when to try again; django-axes holds the counts.

An attempt is counted before its password is looked at: guesses sent side by side would otherwise all be let in on the count
that none of them had raised yet. Signing in takes the counts back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from axes.signals import user_locked_out
from django.conf import settings
from django.db.models import F, Max
from django.http import HttpRequest, HttpResponse

from zhike.accounts.devices import ip_of
from zhike.accounts.models import User
from zhike.metadata.storage import storage


class CountingHandler(AxesDatabaseHandler):  # type: ignore[misc]
    """Counts an attempt when it is allowed, in one transaction with looking whether it still is."""

    def is_allowed(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Whether the password may be looked at; from then on the attempt counts as failed until it succeeds."""
        username, address = normalised_username(request, credentials), ip_of(request)
        with storage().write_transaction():
            storage().lock_key(f"sign-in:{username}:{address}")
            self.clean_expired_user_attempts(request, credentials)
            if self.is_locked(request, credentials):
                return False
            add_attempt(username, address or "", request)
            request.axes_failures_since_start = self.get_failures(request, credentials)  # type: ignore[attr-defined]
        return True

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_more: Any
    ) -> None:
        """Lock the name with the last attempt allowed; that it failed is counted already."""
        if request is None:
            return
        found: Any = request
        if (found.axes_failures_since_start or 0) >= settings.AXES_FAILURE_LIMIT:
            found.axes_locked_out = True
        if found.axes_locked_out:
            found.axes_credentials = credentials
            username = normalised_username(request, credentials)
            user_locked_out.send("axes", request=request, username=username, ip_address=ip_of(request))


def add_attempt(username: str, address: str, request: HttpRequest) -> None:
    """One attempt more for the name from this address."""
    found: Any = request
    known = {"username": username, "ip_address": address, "user_agent": found.axes_user_agent}
    seen = {"attempt_time": found.axes_attempt_time, "path_info": found.axes_path_info}
    raised = AccessAttempt.objects.filter(**known).update(failures_since_start=F("failures_since_start") + 1, **seen)
    if not raised:
        AccessAttempt.objects.create(**known, **seen, failures_since_start=1)


def normalised_username(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The name that guesses are counted under: every spelling of one account's name is one."""
    given = (credentials or {}).get("username") or request.POST.get("username", "")
    return User.normalize_username(str(given).replace("\0", ""))[:150]


def is_locked(request: HttpRequest) -> bool:
    """Whether the attempt just made was refused, or was the last one allowed."""
    return bool(getattr(request, "axes_locked_out", False))


def locked_until(request: HttpRequest, username: str) -> datetime | None:
    """When this name may be tried again from this address."""
    attempts = AccessAttempt.objects.filter(
        username=normalised_username(request, {"username": username}), ip_address=ip_of(request)
    )
    last = attempts.aggregate(last=Max("attempt_time"))["last"]
    return None if last is None else last + settings.AXES_COOLOFF_TIME


def own_answer(_request: HttpRequest, response: HttpResponse, _credentials: dict[str, Any] | None) -> HttpResponse:
    """Keep the sign-in page's answer to a locked name, in its own words, where django-axes would put a page of its own."""
    return response
