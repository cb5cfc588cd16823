"""What only one of the two databases can do, behind one interface."""

from __future__ import annotations

from django.db import connection

from zhike.metadata.storage.base import Storage
from zhike.metadata.storage.postgresql import PostgreSQLStorage
from zhike.metadata.storage.sqlite import SQLiteStorage

IMPLEMENTATIONS: dict[str, Storage] = {"sqlite": SQLiteStorage(), "postgresql": PostgreSQLStorage()}


def storage() -> Storage:
    """The implementation for the database in use."""
    return IMPLEMENTATIONS[connection.vendor]
