"""Puts a sound SQLite in the place of the interpreter's own, before Django loads it."""

from __future__ import annotations

import sys

import pysqlite3

#: SQLite 3.7.0 to 3.51.2 can corrupt a WAL database when two connections write and checkpoint at once.
FIRST_SOUND = (3, 51, 3)


class UnsoundSqlite(RuntimeError):
    """The SQLite library at hand has the WAL-reset corruption bug."""


def require_sound(version: tuple[int, ...]) -> None:
    """Raise UnsoundSqlite for a version that may lose data."""
    if version < FIRST_SOUND:
        shown, needed = (".".join(map(str, numbers)) for numbers in (version, FIRST_SOUND))
        raise UnsoundSqlite(f"SQLite {shown} can corrupt its database; {needed} or later is needed (pysqlite3 0.6.1)")


def install() -> None:
    """Make ``import sqlite3`` give pysqlite3 everywhere, Django included."""
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
    require_sound(pysqlite3.sqlite_version_info)
