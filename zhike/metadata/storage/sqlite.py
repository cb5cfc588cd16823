"""Writing to SQLite: one writer at a time, queued on a file lock so that nobody starves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from zhike.jobs.writing import writing

#: What a connection in a hurry is told: 256 MB of pages, sorting in files, and to wait for the disk once in 64 MB.
HURRY = (
    "PRAGMA synchronous = NORMAL",
    "PRAGMA cache_size = -256000",
    "PRAGMA temp_store = FILE",
    "PRAGMA wal_autocheckpoint = 16000",
)


class SQLiteStorage:
    """Implements ``Storage``."""

    #: Everybody waits: a person's save comes in between two of them.
    hold_seconds = 0.06

    @contextmanager
    def write_transaction(self) -> Iterator[None]:
        if connection.in_atomic_block:
            with transaction.atomic():
                yield
            return
        with writing():
            yield

    def allocate_ids(self, table: str, count: int) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            row = cursor.fetchone()
        last = row[0] if row else 0
        return list(range(last + 1, last + count + 1))

    def insert_rows(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        if not rows:
            return
        names = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join(["%s"] * len(columns))
        with connection.cursor() as cursor:
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)

    def update_rows(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        listed = list(rows)
        if not listed:
            return
        sets = ", ".join(f'"{column}" = %s' for column in columns)
        with connection.cursor() as cursor:
            cursor.executemany(f'UPDATE "{table}" SET {sets} WHERE "id" = %s', listed)

    def delete_pairs(self, table: str, columns: tuple[str, str], pairs: Sequence[tuple[int, int]]) -> None:
        if not pairs:
            return
        with connection.cursor() as cursor:
            cursor.executemany(f'DELETE FROM "{table}" WHERE "{columns[0]}" = %s AND "{columns[1]}" = %s', pairs)

    def transaction_id(self) -> int:
        return 0

    def settled_before(self) -> int | None:
        return None

    def lock_key(self, key: str) -> None:
        """The write lock already holds everybody."""

    def index_statements(self, tables: Sequence[str]) -> Mapping[str, str]:
        marks = ", ".join(["%s"] * len(tables))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})",
                list(tables),
            )
            return {name: sql for name, sql in cursor.fetchall() if not sql.startswith("CREATE UNIQUE")}

    def analyse(self) -> None:
        with connection.cursor() as cursor:
            # A look at some rows of each index, instead of all of them.
            cursor.execute("PRAGMA analysis_limit = 1000")
            cursor.execute("ANALYZE")

    @contextmanager
    def hurried(self) -> Iterator[None]:
        if connection.in_atomic_block:
            yield
            return
        with connection.cursor() as cursor:
            for statement in HURRY:
                cursor.execute(statement)
        try:
            yield
        finally:
            # The next one begins with what every connection is told.
            connection.close()
