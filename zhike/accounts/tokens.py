"""Tokens with which programs act as a person: made once, shown once, found by their beginning."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.accounts.actors import actor_for_token, stamped, stamps_of
from zhike.accounts.models import Token, User
from zhike.accounts.rights import require_management
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.object_type import UnknownObject
from zhike.metadata.prepared import Prepared

MARK = "zk"
#: How exactly ``last_used_at`` is kept; a busy program must not write at each request.
SECONDS_BETWEEN_USES = 60
VERBS = ("read", "write")
#: Asked by every call of a program: put together anew it would be most of the work of a short answer.
_BY_PREFIX: Prepared[Token, str] = Prepared(
    lambda found: stamped(Token.objects.select_related("user")).filter(prefix=found).order_by("pk")[:1],
    place="no prefix",
)


def token_create(
    user: User, *, name: str, scopes: Iterable[str], actor: Actor, expires_at: datetime | None = None
) -> tuple[Token, str]:
    """Make a token for a person and return it with its text, which nobody can read again.

    Raises Denied for somebody else's token without the privilege, and for a token that would make tokens; Invalid for a
    missing name or unknown scopes.
    """
    _require_own(user, actor)
    listed = checked_scopes(scopes)
    if not name.strip():
        raise Invalid({"name": [Problem("required", _("Please fill this in."))]})
    prefix = f"{MARK}_{secrets.token_hex(5)}"
    text = f"{prefix}_{secrets.token_urlsafe(32)}"
    token = Token.objects.create(
        user=user,
        name=name.strip()[:80],
        prefix=prefix,
        digest=sha256(text.encode()).hexdigest(),
        scopes=listed,
        created_at=timezone.now(),
        created_by_id=actor.user_id,
        expires_at=expires_at,
    )
    return token, text


def checked_scopes(scopes: Iterable[str]) -> list[str]:
    """Scopes that can mean something: ``*``, or object (or ``*``) and verb or action; raises Invalid."""
    listed = sorted(set(scopes))
    if not listed:
        raise Invalid({"scopes": [Problem("required", _("Choose at least one thing that the token may do."))]})
    for scope in listed:
        if scope != "*" and not _is_scope(scope):
            raise Invalid({"scopes": [Problem("unknown_scope", _("There is no such scope."), {"scope": scope})]})
    return listed


def _is_scope(scope: str) -> bool:
    object_key, _colon, verb = scope.partition(":")
    if object_key == "*":
        return verb in VERBS
    try:
        found = registry.get(object_key)
    except UnknownObject:
        return False
    return verb in {*VERBS, *found.permissions, *(action.permission for action in found.actions.values())}


def token_revoke(token_id: int, *, actor: Actor) -> None:
    """End a token at once: one's own, or anybody's with the privilege. Raises NotFound or Denied."""
    token = Token.objects.select_related("user").filter(pk=token_id, revoked_at__isnull=True).first()
    if token is None:
        raise NotFound("token", token_id)
    if token.user_id != actor.user_id and not actor.has("users"):
        raise NotFound("token", token_id)
    _require_own(token.user, actor)
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])


def _require_own(user: User, actor: Actor) -> None:
    if actor.token_scopes is not None:
        raise Denied("token", "create")
    if user.pk != actor.user_id:
        require_management(actor, user)


def actor_of_token(text: str) -> Actor | None:
    """The actor behind the text of an ``Authorization: Bearer`` header; None for whatever is not a living token."""
    prefix = text[: len(MARK) + 11]
    token = _BY_PREFIX.first(prefix)
    found = sha256(text.encode()).hexdigest()
    if token is None or not compare_digest(token.digest, found):
        return None
    actor = actor_for_token(token, stamps=stamps_of(token))
    if actor is not None:
        _note_use(token)
    return actor


def _note_use(token: Token) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > timedelta(seconds=SECONDS_BETWEEN_USES):
        with transaction.atomic():
            Token.objects.filter(pk=token.pk).update(last_used_at=now)
