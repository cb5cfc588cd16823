"""A PostgreSQL installation is backed up and restored through the installed client programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from tests.cli.conftest import Zhike

pytestmark = pytest.mark.write

SERVER = os.environ.get("DATABASE_URL") or "postgresql://postgres@127.0.0.1:5432/postgres"


def address(name: str) -> str:
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))


@pytest.fixture
def databases() -> Iterator[list[str]]:
    """Two empty databases, gone afterwards."""
    names = [f"zhike_backup_{os.getpid()}_{number}" for number in range(2)]
    with psycopg.connect(SERVER, autocommit=True) as connection:
        for name in names:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield [address(name) for name in names]
        for name in names:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_a_backup_comes_back_in_another_database(zhike: Zhike, databases: list[str]) -> None:
    here, there = databases
    assert zhike("migrate", DATABASE_URL=here).returncode == 0
    with psycopg.connect(here) as connection:
        connection.execute("INSERT INTO jobs_lease VALUES ('kept', 'test', '2026-01-01')")

    backup = zhike("backup", "copy.tar.gz", DATABASE_URL=here)
    restored = zhike("restore", "copy.tar.gz", data="other", DATABASE_URL=there)

    assert backup.returncode == 0, backup.stderr
    assert restored.returncode == 0, restored.stderr
    assert "1  jobs_lease" in restored.stdout
    with psycopg.connect(there) as connection:
        assert connection.execute("SELECT name FROM jobs_lease").fetchall() == [("kept",)]


def test_what_a_restore_replaces_is_dumped_first_and_comes_back_from_there(
    zhike: Zhike, databases: list[str], tmp_path: Path
) -> None:
    here, there = databases
    for database, name in ((here, "from the archive"), (there, "here before")):
        assert zhike("migrate", DATABASE_URL=database).returncode == 0
        assert zhike("user", "create", "ann", "--name", name, "--generate", DATABASE_URL=database).returncode == 0
    assert zhike("backup", "copy.tar.gz", DATABASE_URL=here).returncode == 0

    refused = zhike("restore", "copy.tar.gz", data="other", DATABASE_URL=there)
    restored = zhike("restore", "copy.tar.gz", "--force", data="other", DATABASE_URL=there)

    assert refused.returncode == 1
    assert restored.returncode == 0, restored.stderr
    assert names(there) == ["from the archive"]
    [kept] = (tmp_path / "other").glob("database.pgdump.before-*")
    assert str(kept) in restored.stdout
    assert kept.stat().st_mode & 0o077 == 0
    program = shutil.which("pg_restore") or "pg_restore"
    subprocess.run([program, "--clean", "--if-exists", "--no-owner", f"--dbname={there}", kept], check=True)  # noqa: S603
    assert names(there) == ["here before"]


def names(database: str) -> list[str]:
    with psycopg.connect(database) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM accounts_user").fetchall()]


def test_an_archive_of_the_other_kind_of_database_is_refused(zhike: Zhike, databases: list[str]) -> None:
    zhike("migrate")
    zhike("backup", "copy.tar.gz")

    refused = zhike("restore", "copy.tar.gz", data="other", DATABASE_URL=databases[0])

    assert refused.returncode == 1
    assert "sqlite" in refused.stderr
