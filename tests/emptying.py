"""Empties the database after a test that committed, in the few tables that hold something.

Django's own way truncates every table, which makes PostgreSQL write two files anew for each and its indexes, and asks every
app for its permissions again.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

from zhike.accounts.shipped_roles import add_missing_roles
from zhike.domain.deals.template import bring_pipeline

#: What follows from the models alone.
KEPT = {"django_content_type", "auth_permission"}


def empty(_test: Any = None) -> None:
    """Leave what ``migrate`` leaves."""
    names = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT
    tables = {name: connection.ops.quote_name(name) for name in sorted(names)}
    held = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {table})" for name, table in tables.items())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(held))
        # Foreign keys are looked at when the transaction ends, so the order is free.
        for (name,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {tables[name]}")
    add_missing_roles()
    bring_pipeline()


def install() -> None:
    """Let every test without a transaction of its own be followed by this."""
    TransactionTestCase._fixture_teardown = empty  # type: ignore[method-assign]
