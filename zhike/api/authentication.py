"""Who calls the API: the holder of a token, or nobody."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from zhike.accounts.tokens import actor_of_token
from zhike.api.problems import Refused
from zhike.metadata.actor import Actor

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="zhike"'}


def actor_of(request: HttpRequest) -> Actor:
    """The actor of the bearer token; raises Refused (401) without a valid one."""
    scheme, _separator, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        detail = _("Send a token: Authorization: Bearer …")
        raise Refused(401, "token_required", detail, headers=CHALLENGE)
    actor = actor_of_token(secret.strip())
    if actor is None:
        detail = _("This token is unknown, expired, revoked, or its owner may no longer sign in.")
        raise Refused(401, "bad_token", detail, headers=CHALLENGE)
    return actor
