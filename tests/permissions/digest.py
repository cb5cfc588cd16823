"""A digest of every business table, to see that a denied call left nothing behind."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from django.db import connection

#: Not business: who is signed in, who failed to, when a token was last used.
EXCLUDED = ("accounts_loginsession", "accounts_token", "axes_", "django_")


def tables() -> list[str]:
    """Every business table."""
    names = sorted(connection.introspection.table_names())
    return [name for name in names if not name.startswith(EXCLUDED)]


def digest() -> dict[str, str]:
    """SHA-256 of the rows by table."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = sha256(repr(sorted(cursor.fetchall(), key=repr)).encode()).hexdigest()
    return found


def differences(before: Mapping[str, str]) -> list[str]:
    """The tables that hold something else than in the digest of before."""
    return [name for name, value in digest().items() if value != before[name]]
