"""The full-text index of the database in use."""

from __future__ import annotations

from django.db import connection

from zhike.engines.search.index.base import Index
from zhike.engines.search.index.postgresql import PostgreSQLIndex
from zhike.engines.search.index.sqlite import SQLiteIndex

IMPLEMENTATIONS: dict[str, Index] = {"sqlite": SQLiteIndex(), "postgresql": PostgreSQLIndex()}


def search_index() -> Index:
    """The implementation for the database in use."""
    return IMPLEMENTATIONS[connection.vendor]
