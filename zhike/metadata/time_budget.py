"""A limit on how long the database may work at one question, so that a rare filter cannot hold a page or a process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

#: SQLite asks after so many steps of its virtual machine whether to go on; about a millisecond's work.
STEPS = 20_000


class OutOfTime(Exception):
    """The database did not answer within the budget; the page says so and offers a narrower question."""


@contextmanager
def time_budget(seconds: float) -> Iterator[None]:
    """Stop queries inside the block after ``seconds``; raises OutOfTime."""
    manager = _sqlite_budget if connection.vendor == "sqlite" else _postgresql_budget
    try:
        with manager(seconds):
            yield
    except OperationalError as failure:
        if _is_timeout(failure):
            raise OutOfTime from failure
        raise


@contextmanager
def _postgresql_budget(seconds: float) -> Iterator[None]:
    # At the end of a transaction of its own the setting goes by itself; inside another it must be put back.
    is_inner = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        before = ""
        if is_inner:
            cursor.execute("SHOW statement_timeout")
            before = cursor.fetchone()[0]
        cursor.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
        yield
        if is_inner:
            cursor.execute("SET LOCAL statement_timeout = %s", [before])


@contextmanager
def _sqlite_budget(seconds: float) -> Iterator[None]:
    connection.ensure_connection()
    deadline = time.monotonic() + seconds
    handle = connection.connection
    handle.set_progress_handler(lambda: int(time.monotonic() > deadline), STEPS)
    try:
        yield
    finally:
        handle.set_progress_handler(None, STEPS)


def _is_timeout(failure: OperationalError) -> bool:
    return "interrupted" in str(failure) or type(failure.__cause__).__name__ == "QueryCanceled"
