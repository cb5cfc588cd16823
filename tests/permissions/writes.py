"""Notes which statements wrote to business tables while a request was answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from tests.permissions.digest import EXCLUDED

READING = re.compile(r"\s*(?:SELECT|EXPLAIN|PRAGMA|SHOW|SET|SAVEPOINT|RELEASE|ROLLBACK)\b", re.IGNORECASE)
WRITING = re.compile(
    r'\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE(?!\s+(?:SET|OF|SKIP|NOWAIT)\b)|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE
)
#: Rows that the transaction at hand has written so far by whatever way, as PostgreSQL itself counts them.
COUNTED = """
    SELECT COALESCE(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables
    WHERE relname !~ %s
"""


@contextmanager
def noted_writes() -> Iterator[list[str]]:
    """The tables written to, in order; a statement that is neither read nor understood stands for itself."""
    found: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if READING.match(sql) is None:
            written = WRITING.findall(sql) or ([] if sql.lstrip()[:4].upper() == "WITH" else [sql])
            found.extend(table for table in written if not table.startswith(EXCLUDED))
        return execute(sql, params, many, context)

    before = rows_written()
    with connection.execute_wrapper(note):
        yield found
    if not found and rows_written() != before:
        found.append("COPY")


def rows_written() -> int:
    """Sees what goes past the statements, as COPY does; SQLite has no such way."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, [f"^({'|'.join(EXCLUDED)})"])
        return int(cursor.fetchone()[0])
