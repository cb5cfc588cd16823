"""Writing to PostgreSQL: sequences in blocks, COPY for many rows, advisory locks for keys without an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from zlib import crc32

from django.db import connection, transaction

#: Below this many rows the set-up of COPY costs more than it saves.
COPY_FROM = 20


#: The oldest transaction of this database that another session has under way, else the next to begin: at least the
#: one after our own, which a snapshot leaves out while no later one has ended. The snapshot's own xmin would do, but
#: it looks at the whole server, where a long transaction of another database would hold everything up. Whatever began
#: before and is not listed has ended, and the next query sees it. Sessions of other roles do not show their
#: transaction unless the role may read statistics: if there are any, the server's xmin it is. An ``xid`` has 32 bits, the rest comes
#: from the snapshot.
SETTLED_BEFORE = """
WITH moment AS (
    SELECT pg_snapshot_xmin(snapshot)::text::bigint AS oldest, pg_snapshot_xmax(snapshot)::text::bigint AS next,
        coalesce(pg_current_xact_id_if_assigned()::text::bigint + 1, 0) AS own
    FROM (SELECT pg_current_snapshot() AS snapshot) AS taken
), sessions AS (
    SELECT usename, backend_xid::text::bigint AS xid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
)
SELECT CASE
    WHEN EXISTS (SELECT 1 FROM sessions WHERE usename <> current_user)
        AND NOT pg_has_role(current_user, 'pg_read_all_stats', 'usage') THEN oldest
    ELSE least(greatest(next, own), (SELECT min(next - ((next - xid) % 4294967296 + 4294967296) % 4294967296) FROM sessions))
END FROM moment
"""


@cache
def column_kinds(table: str) -> dict[str, str]:
    """SQL types of a table's columns, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, atttypid::regtype::text FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [f'"{table}"'],
        )
        return dict(cursor.fetchall())


class PostgreSQLStorage:
    """Implements ``Storage``."""

    #: Only who writes the same rows or the same unique custom values waits.
    hold_seconds = 0.25

    @contextmanager
    def write_transaction(self) -> Iterator[None]:
        with transaction.atomic():
            yield

    def allocate_ids(self, table: str, count: int) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]

    def insert_rows(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        if not rows:
            return
        names = ", ".join(f'"{column}"' for column in columns)
        with connection.cursor() as cursor:
            if len(rows) < COPY_FROM:
                marks = ", ".join(["%s"] * len(columns))
                cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)
                return
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)

    def update_rows(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        listed = list(rows)
        if not listed:
            return
        with connection.cursor() as cursor:
            if len(listed) < COPY_FROM:
                sets = ", ".join(f'"{column}" = %s' for column in columns)
                cursor.executemany(f'UPDATE "{table}" SET {sets} WHERE "id" = %s', listed)
                return
            kinds = column_kinds(table)
            names = (*columns, "id")
            arrays = ", ".join(f"%s::{kinds[name]}[]" for name in names)
            sets = ", ".join(f'"{name}" = new.c{place}' for place, name in enumerate(columns))
            given = ", ".join(f"c{place}" for place in range(len(names)))
            cursor.execute(
                f'UPDATE "{table}" AS old SET {sets} FROM unnest({arrays}) AS new({given})'
                f' WHERE old."id" = new.c{len(columns)}',
                [list(column) for column in zip(*listed, strict=True)],
            )

    def delete_pairs(self, table: str, columns: tuple[str, str], pairs: Sequence[tuple[int, int]]) -> None:
        if not pairs:
            return
        with connection.cursor() as cursor:
            cursor.executemany(f'DELETE FROM "{table}" WHERE "{columns[0]}" = %s AND "{columns[1]}" = %s', pairs)

    def transaction_id(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            return int(cursor.fetchone()[0])

    def settled_before(self) -> int | None:
        with connection.cursor() as cursor:
            cursor.execute(SETTLED_BEFORE)
            return int(cursor.fetchone()[0])

    def lock_key(self, key: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [7265, crc32(key.encode()) - 2**31])

    def index_statements(self, tables: Sequence[str]) -> Mapping[str, str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
                "JOIN pg_class t ON t.oid = i.indrelid LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid "
                "WHERE k.oid IS NULL AND NOT i.indisunique AND t.relname = ANY(%s)",
                [list(tables)],
            )
            return dict(cursor.fetchall())

    def analyse(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    @contextmanager
    def hurried(self) -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET synchronous_commit")
