"""Notes which statements wrote to business tables while a request was answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from tests.permissions.digest import EXCLUDED

WRITING = re.compile(r'\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE)


@contextmanager
def noted_writes() -> Iterator[list[str]]:
    """The names of the tables written to, in order."""
    found: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        match = WRITING.match(sql)
        if match is not None and not match[1].startswith(EXCLUDED):
            found.append(match[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found
