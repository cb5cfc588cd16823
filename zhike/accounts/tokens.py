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
from zhike.accounts.rights import require_management, rights_of
from zhike.metadata import registry
from zhike.metadata.actor import TOKEN_PRIVILEGES, Actor
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.models import Change
from zhike.metadata.object_type import UnknownObject
from zhike.metadata.prepared import Prepared
from zhike.metadata.setting_log import log_setting
from zhike.metadata.storage import storage

MARK = "zk"
#: How exactly ``last_used_at`` is kept; a busy program must not write at each request.
SECONDS_BETWEEN_USES = 60
VERBS = ("read", "write")
#: Under which tokens that carry rights over the installation stand in the change log.
LOG_KEY = "token"
NOT_YOURS = _("Only who may set up the system gives this to a token, and only to a token of somebody who may too.")
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
    missing name, unknown scopes, and rights over the installation that the person or the maker does not hold.
    """
    _require_own(user, actor)
    listed = checked_scopes(scopes)
    _require_privileges(user, listed, actor)
    if not name.strip():
        raise Invalid({"name": [Problem("required", _("Please fill this in."))]})
    prefix = f"{MARK}_{secrets.token_hex(5)}"
    text = f"{prefix}_{secrets.token_urlsafe(32)}"
    with storage().write_transaction():
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
        if privileges_of(listed):
            until = expires_at.isoformat() if expires_at is not None else None
            told = {"user": (None, user.pk), "scopes": (None, listed), "expires_at": (None, until)}
            log_setting(LOG_KEY, token.pk, told, label=token.name, actor=actor, action=Change.Action.CREATE)
    return token, text


def privileges_of(scopes: Iterable[str]) -> set[str]:
    """Rights over the installation that scopes give, as far as their person has them."""
    return {scope.partition(":")[0] for scope in scopes} & TOKEN_PRIVILEGES


def _require_privileges(user: User, scopes: Iterable[str], actor: Actor) -> None:
    """Raise Invalid unless both who makes the token and the person that it acts as hold what it is to carry."""
    for privilege in privileges_of(scopes):
        if not actor.has(privilege) or privilege not in rights_of(user.roles or ()).privileges:
            raise Invalid({"scopes": [Problem("not_yours", NOT_YOURS, {"scope": privilege})]})


def checked_scopes(scopes: Iterable[str]) -> list[str]:
    """Scopes that can mean something: ``*``, object (or ``*``) and verb or action, "settings" and verb; raises Invalid."""
    listed = sorted(set(scopes))
    if not listed:
        raise Invalid({"scopes": [Problem("required", _("Choose at least one thing that the token may do."))]})
    for scope in listed:
        if scope != "*" and not _is_scope(scope):
            raise Invalid({"scopes": [Problem("unknown_scope", _("There is no such scope."), {"scope": scope})]})
    return listed


def _is_scope(scope: str) -> bool:
    object_key, _colon, verb = scope.partition(":")
    if object_key == "*" or object_key in TOKEN_PRIVILEGES:
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
    with storage().write_transaction():
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        if privileges_of(token.scopes):
            told = {"revoked_at": (None, token.revoked_at.isoformat())}
            log_setting(LOG_KEY, token.pk, told, label=token.name, actor=actor)


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
