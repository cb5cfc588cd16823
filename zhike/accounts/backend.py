"""Checks a user name and password, taking the same time whether or not there is such a person."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from zhike.accounts.models import User

#: Longer input is not hashed: hashing megabytes would be a way to keep the server busy.
LONGEST_PASSWORD = 1_000


class PasswordBackend(BaseBackend):
    """Authenticates people who may act; everybody else gets the same answer as for a wrong password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_others: Any
    ) -> User | None:
        if username is None or password is None or len(password) > LONGEST_PASSWORD:
            return None
        try:
            user = User.objects.get_by_natural_key(username)
        except User.DoesNotExist:
            make_password(password)
            return None
        return user if user.check_password(password) and user.is_usable() else None

    def get_user(self, user_id: int) -> User | None:
        """The person of a session; None for whoever may not act any more."""
        user = User.objects.filter(pk=user_id).first()
        return user if user is not None and user.is_usable() else None
