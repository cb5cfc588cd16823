"""Brings a base into being where it is missing, and makes copies to write into."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.bases import Base, database_name, directory, environment, server

FILE = "zhike.sqlite3"


def built(base: Base, vendor: str) -> None:
    """Build the base unless a finished one is there."""
    settings = environment(base, vendor)
    mark = Path(settings["ZHIKE_DATA_DIR"]) / "finished"
    if mark.exists():
        return
    if vendor == "postgresql":
        administer(f"DROP DATABASE IF EXISTS {database_name(base)}", f"CREATE DATABASE {database_name(base)}")
    else:
        for path in Path(settings["ZHIKE_DATA_DIR"]).glob(f"{FILE}*"):
            path.unlink()
    command = [sys.executable, "-m", "benchmarks.build", base.key]
    subprocess.run(command, env={**os.environ, **settings}, check=True)  # noqa: S603
    mark.touch()


def administer(*statements: str) -> None:
    """Statements about databases, outside of any."""
    with psycopg.connect(f"{server()}/postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@contextmanager
def copied(base: Base, vendor: str) -> Iterator[dict[str, str]]:
    """Settings of a copy that may be written into; it is removed afterwards."""
    settings = environment(base, vendor)
    home = directory() / f"{base.key.lower()}-{vendor}-copy"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    copy = f"{database_name(base)}_copy"
    try:
        if vendor == "postgresql":
            administer(f"DROP DATABASE IF EXISTS {copy}", f"CREATE DATABASE {copy} TEMPLATE {database_name(base)}")
            yield {**settings, "ZHIKE_DATA_DIR": str(home), "DATABASE_URL": f"{server()}/{copy}"}
        else:
            for path in Path(settings["ZHIKE_DATA_DIR"]).glob(f"{FILE}*"):
                shutil.copy(path, home)
            yield {**settings, "ZHIKE_DATA_DIR": str(home)}
    finally:
        shutil.rmtree(home, ignore_errors=True)
        if vendor == "postgresql":
            administer(f"DROP DATABASE IF EXISTS {copy}")


def size(base: Base, vendor: str) -> int:
    """Bytes of the database."""
    if vendor == "sqlite":
        home = Path(environment(base, vendor)["ZHIKE_DATA_DIR"])
        return sum(path.stat().st_size for path in home.glob(f"{FILE}*"))
    with psycopg.connect(f"{server()}/{database_name(base)}") as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        return int(row[0]) if row else 0
