"""What each new connection to the database is told before its first query."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver


@receiver(connection_created)
def begin_session(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """PostgreSQL is not to compile queries to machine code: pages read few rows, and compiling takes longer than reading them."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")
