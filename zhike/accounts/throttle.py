"""How often a password may be guessed, and when to try again; the counting is django-axes'."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse

from zhike.accounts.devices import ip_of
from zhike.accounts.models import User


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
