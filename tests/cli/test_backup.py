"""A backup brings everything back, and a restore never destroys what it should keep."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.cli.conftest import Zhike


def lease_names(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM jobs_lease ORDER BY name")]


def add_lease(database: Path, name: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO jobs_lease VALUES (?, 'test', '2026-01-01 00:00:00')", [name])


def test_a_backup_comes_back_with_rows_files_and_key(zhike: Zhike, installation: Path, tmp_path: Path) -> None:
    add_lease(installation / "zhike.sqlite3", "kept")
    (installation / "files" / "2026").mkdir(parents=True)
    (installation / "files" / "2026" / "合同.pdf").write_bytes(b"%PDF")

    backup = zhike("backup", "copy.tar.gz")
    restored = zhike("restore", "copy.tar.gz", data="other")

    assert backup.returncode == 0, backup.stderr
    assert restored.returncode == 0, restored.stderr
    assert "1  jobs_lease" in restored.stdout
    other = tmp_path / "other"
    assert lease_names(other / "zhike.sqlite3") == ["kept"]
    assert (other / "files" / "2026" / "合同.pdf").read_bytes() == b"%PDF"
    assert (other / "secret_key").read_bytes() == (installation / "secret_key").read_bytes()
    assert zhike("doctor", data="other").stdout.count("✗") == 1  # no worker


def test_a_damaged_archive_changes_nothing(zhike: Zhike, installation: Path, tmp_path: Path) -> None:
    database = installation / "zhike.sqlite3"
    zhike("backup", "copy.tar.gz")
    add_lease(database, "later")
    archive = tmp_path / "copy.tar.gz"
    archive.write_bytes(archive.read_bytes()[:-100])

    refused = zhike("restore", "copy.tar.gz")

    assert refused.returncode == 1
    assert "damaged" in refused.stderr
    assert lease_names(database) == ["later"]


def test_what_was_there_is_kept_beside(zhike: Zhike, installation: Path, tmp_path: Path) -> None:
    zhike("backup", "copy.tar.gz")
    add_lease(installation / "zhike.sqlite3", "later")

    assert zhike("restore", "copy.tar.gz").returncode == 0

    assert lease_names(installation / "zhike.sqlite3") == []
    (old,) = (installation).glob("zhike.sqlite3.before-*")
    assert lease_names(old) == ["later"]
