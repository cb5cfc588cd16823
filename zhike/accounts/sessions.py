"""Sessions in the table of sign-ins: found by the digest of their key, ended by people and by time.

Named in SESSION_ENGINE. Only people who signed in have a session; visitors get none.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from zhike.accounts.actors import stamped
from zhike.accounts.models import LoginSession, User
from zhike.metadata.prepared import Prepared

KEY_LENGTH = 32


def digest(key: str) -> str:
    """SHA-256 of a session key; keys have 165 bits, so a salt would add nothing."""
    return sha256(key.encode()).hexdigest()


#: Asked by every request, with six stamps: put together anew it would be a sixth of the work of a list page.
_BY_DIGEST: Prepared[LoginSession, str] = Prepared(
    lambda found: stamped(LoginSession.objects.select_related("user")).filter(digest=found).order_by(),
    place="no digest",
)


def is_alive(row: LoginSession, now: datetime) -> bool:
    """Not ended, not beyond its last moment, and not idle for too long."""
    idle = timedelta(seconds=settings.SESSION_IDLE_AGE)
    return row.ended_at is None and now < row.expires_at and now - row.last_seen_at < idle


class SessionStore(SessionBase):
    """One person's session; ``row`` is its sign-in with the person and the stamps of rights, read in one query."""

    row: LoginSession | None = None
    #: Told by the middleware, kept with the sign-in so that people recognise it.
    device: str = ""
    ip: str | None = None

    def load(self) -> dict[str, Any]:
        self.row = self._find()
        if self.row is None:
            self._session_key = None
            return {}
        return self.decode(self.row.data)

    def _find(self) -> LoginSession | None:
        row = _BY_DIGEST.first(digest(self.session_key or ""))
        return row if row is not None and is_alive(row, timezone.now()) else None

    def exists(self, session_key: str) -> bool:
        return LoginSession.objects.filter(digest=digest(session_key)).exists()

    def create(self) -> None:
        while True:
            self._session_key = get_random_string(KEY_LENGTH, VALID_KEY_CHARS)
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Write the session; raises CreateError for a taken key and UpdateError for a session that was ended meanwhile."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        values = {"data": self.encode(data), "user_id": data.get(SESSION_KEY)}
        if must_create:
            self._insert(values)
        else:
            rows = LoginSession.objects.filter(digest=digest(self.session_key), ended_at__isnull=True)
            if not rows.update(**values):
                raise UpdateError

    def _insert(self, values: dict[str, Any]) -> None:
        now = timezone.now()
        try:
            with transaction.atomic():
                LoginSession.objects.create(
                    digest=digest(self.session_key or ""),
                    device=self.device,
                    ip=self.ip,
                    created_at=now,
                    last_seen_at=now,
                    expires_at=now + timedelta(seconds=settings.SESSION_COOKIE_AGE),
                    **values,
                )
        except IntegrityError as error:
            raise CreateError from error

    def delete(self, session_key: str | None = None) -> None:
        """End the session; the row stays as the log of sign-ins, without its contents. One without a person goes."""
        key = session_key or self.session_key
        if key is None:
            return
        rows = LoginSession.objects.filter(digest=digest(key))
        rows.filter(user__isnull=True).delete()
        rows.filter(ended_at__isnull=True).update(ended_at=timezone.now(), data="")

    @classmethod
    def clear_expired(cls) -> None:
        """Forget sign-ins that ended longer ago than the log of sign-ins is kept."""
        before = timezone.now() - timedelta(days=settings.SIGN_IN_LOG_DAYS)
        LoginSession.objects.filter(expires_at__lt=before).delete()


def alive(user: User) -> list[LoginSession]:
    """The person's present sign-ins, the latest used first."""
    now = timezone.now()
    rows = LoginSession.objects.filter(user=user, ended_at__isnull=True).order_by("-last_seen_at")
    return [row for row in rows if is_alive(row, now)]
