"""Copies the whole database out and in again, each of the two databases by its own means."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

import pysqlite3
from django.conf import settings
from django.db import connection, connections, transaction
from django.utils import timezone

from zhike.cli.command import CommandFailed
from zhike.cli.language import _


class DatabaseCopy(Protocol):
    """Copying for one kind of database; ``name`` is the copy's name inside an archive."""

    name: str

    def dump(self, target: Path) -> dict[str, int]:
        """Write a consistent copy while the product runs, and return the rows of each table in it."""
        ...

    def load(self, source: Path) -> Path | None:
        """Replace the database by a copy; nobody else may be connected. Gives where what was here is kept, if any was."""
        ...


def table_counts() -> dict[str, int]:
    """Rows of every table of the connected database."""
    with connection.cursor() as cursor:
        counts = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            counts[table] = int(cursor.fetchone()[0])
        return counts


class SQLiteCopy:
    """SQLite's own online backup: writers go on meanwhile."""

    name = "database.sqlite3"

    def dump(self, target: Path) -> dict[str, int]:
        with closing(pysqlite3.connect(str(target))) as copy:
            connection.ensure_connection()
            connection.connection.backup(copy)
            # One file, without a log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
            verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
            if verdict != "ok":
                raise CommandFailed(_("The database is damaged: {verdict}").format(verdict=verdict))
            with connection.cursor() as cursor:
                tables = sorted(connection.introspection.table_names(cursor))
            return {name: int(copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in tables}

    def load(self, source: Path) -> Path | None:
        connections.close_all()
        place = Path(str(connection.settings_dict["NAME"]))
        old = None
        if place.exists():
            old = place.with_name(f"{place.name}.before-{timezone.now():%Y%m%dT%H%M%S}")
            with closing(pysqlite3.connect(str(place))) as present:
                present.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            place.replace(old)
        for suffix in ("-wal", "-shm"):
            place.with_name(place.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(source, place)
        place.chmod(0o600)
        return old


class PostgreSQLCopy:
    """pg_dump and pg_restore of the installed client; they must not be older than the server."""

    name = "database.pgdump"

    def dump(self, target: Path) -> dict[str, int]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = str(cursor.fetchone()[0])
            counts = table_counts()
            run(["pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={target}"])
        return counts

    def load(self, source: Path) -> Path | None:
        database = connection.settings_dict["NAME"]
        old = self.kept_before() if connection.introspection.table_names() else None
        connections.close_all()
        options = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
        run(["pg_restore", *options, f"--dbname={database}", str(source)])
        return old

    def kept_before(self) -> Path:
        """A dump of what is about to be replaced, whole before anything is touched."""
        place = Path(settings.DATA_DIR) / f"{self.name}.before-{timezone.now():%Y%m%dT%H%M%S}"
        # Made first with its rights, so that nobody else can read it while it grows.
        place.touch(mode=0o600)
        self.dump(place)
        return place


def run(command: Sequence[str]) -> None:
    """Run a program of PostgreSQL on this database; the password does not appear in its arguments."""
    program = shutil.which(command[0])
    if program is None:
        raise CommandFailed(_("{program} is missing: install the PostgreSQL client.").format(program=command[0]))
    done = subprocess.run(  # noqa: S603
        [program, *command[1:]], env={**os.environ, **libpq()}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CommandFailed(f"{command[0]}: {done.stderr.strip()}")


def libpq() -> Mapping[str, str]:
    """The connection as libpq's environment variables."""
    entry = connection.settings_dict
    names = {"NAME": "PGDATABASE", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "HOST": "PGHOST", "PORT": "PGPORT"}
    values = {variable: str(entry[name]) for name, variable in names.items() if entry[name]}
    if "sslmode" in entry["OPTIONS"]:
        values["PGSSLMODE"] = str(entry["OPTIONS"]["sslmode"])
    return values


COPIES: dict[str, DatabaseCopy] = {"sqlite": SQLiteCopy(), "postgresql": PostgreSQLCopy()}
