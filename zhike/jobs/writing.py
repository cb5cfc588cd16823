"""The queue's own writes, in the same line as the writes of records: on SQLite a heartbeat must not starve behind an import."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction

from zhike.lib.file_turn import turn


def sqlite_line() -> Path | None:
    """The file on which writers of an SQLite database queue; None where there is no such queue."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or ":memory:" in name or "mode=memory" in name:
        return None
    return Path(f"{name}.lock")


@contextmanager
def writing() -> Iterator[None]:
    """A transaction for writing; inside another one, that one (which has its turn already)."""
    if connection.in_atomic_block:
        yield
        return
    line = sqlite_line()
    if line is None:
        with transaction.atomic():
            yield
        return
    with turn(line), transaction.atomic():
        yield
