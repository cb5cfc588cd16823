"""Statements a page sends to the database, and cursor calls a batch of records needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from benchmarks import planning
from zhike.accounts.models import User
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import Row, save

BATCHES = (100, 1_000)


class Undone(Exception):
    """Takes a batch back that was only counted."""


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements of every cursor call inside; an ``executemany`` or a COPY is one."""
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def statements_a_page() -> dict[str, int]:
    """By task, for the salesperson; savepoints and the like are not counted."""
    found: dict[str, int] = {}
    settings.ALLOWED_HOSTS = ["testserver"]
    for name, requests in planning.tasks(User.objects.get(username="sales_1_1")).items():
        if "form" in requests[0]:
            continue
        browser = Client(HTTP_COOKIE=requests[0]["cookie"])
        headers = {"Authorization": f"Bearer {requests[0]['token']}"} if "token" in requests[0] else {}
        browser.get(requests[0]["path"], headers=headers)
        with counted() as seen:
            answer = browser.get(requests[0]["path"], headers=headers)
        found[name] = len([sql for sql in seen if not sql.startswith(("SAVEPOINT", "RELEASE", "SET ", "RESET"))])
        if answer.status_code != 200:
            found[name] = -answer.status_code
    return found


def cursor_calls() -> dict[str, int]:
    """Cursor calls for batches of 100 and 1,000 new customers, and for changing them; the first of all only warms up."""
    found: dict[str, int] = {}
    customer = registry.get("customer")
    for size in (1, *BATCHES):
        rows = [Row({"name": f"计数 {number}", "phones": [f"1380000{number:04d}"]}) for number in range(size)]
        try:
            with transaction.atomic():
                with counted() as seen:
                    result = save(customer, rows, actor=SYSTEM)
                found[f"create {size:,}"] = len(seen)
                changed = [Row({"note": "改"}, id=row.id) for row in result.rows]
                with counted() as seen:
                    save(customer, changed, actor=SYSTEM)
                found[f"change {size:,}"] = len(seen)
                raise Undone
        except Undone:
            pass
    return {name: calls for name, calls in found.items() if not name.endswith(" 1")}
