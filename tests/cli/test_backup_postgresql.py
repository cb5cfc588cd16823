"""A PostgreSQL installation is backed up and restored through the installed client programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection as database
from psycopg import sql

from tests.cli.conftest import Zhike
from tests.template import template_database

pytestmark = pytest.mark.write

SERVER = os.environ.get("DATABASE_URL") or "postgresql://postgres@127.0.0.1:5432/postgres"


def address(name: str) -> str:
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))


#: Makes a database and gives its address; with every table, where the tests' own database is of this kind, or with none.
NewDatabase = Callable[[bool], str]


@pytest.fixture
def new_database(django_db_blocker: Any) -> Iterator[NewDatabase]:
    """Databases of this test's own, gone afterwards."""
    names: list[str] = []
    template = "template1"
    if database.vendor == "postgresql":
        with django_db_blocker.unblock():
            template = template_database()
    with psycopg.connect(SERVER, autocommit=True) as connection:

        def new(migrated: bool) -> str:
            names.append(f"zhike_backup_{os.getpid()}_{len(names)}")
            parts = [sql.Identifier(name) for name in (names[-1], template if migrated else "template1")]
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*parts))
            return address(names[-1])

        yield new
        for name in names:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_a_backup_comes_back_in_another_database(zhike: Zhike, new_database: NewDatabase) -> None:
    here, there = new_database(True), new_database(False)
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
    zhike: Zhike, new_database: NewDatabase, tmp_path: Path
) -> None:
    here, there = new_database(True), new_database(True)
    for place, name in ((here, "from the archive"), (there, "here before")):
        assert zhike("migrate", DATABASE_URL=place).returncode == 0
        assert zhike("user", "create", "ann", "--name", name, "--generate", DATABASE_URL=place).returncode == 0
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


def test_an_archive_of_the_other_kind_of_database_is_refused(zhike: Zhike, new_database: NewDatabase) -> None:
    zhike("migrate")
    zhike("backup", "copy.tar.gz")

    refused = zhike("restore", "copy.tar.gz", data="other", DATABASE_URL=new_database(False))

    assert refused.returncode == 1
    assert "sqlite" in refused.stderr
