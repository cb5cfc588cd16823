"""How many queries the pages of single records and of one's own day cost; the baseline is that of the lists."""

from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Cast, actor, client
from tests.web.records import customers, records
from tests.web.test_query_counts import AROUND, BASELINE, MOST
from zhike.engines.comments.services import comment_add
from zhike.metadata import registry
from zhike.metadata.records import record_save

pytestmark = pytest.mark.query

#: Addresses by name, with the part of the page that is asked for; every link that a page can show is there.
PAGES: dict[str, tuple[str, str]] = {
    "record": ("/o/customers/{customer}/", ""),
    "record, side": ("/o/customers/{customer}/", "record-side-body"),
    "record, more": ("/o/customers/{customer}/", "record-side-more"),
    "record, timeline": ("/o/customers/{customer}/", "timeline"),
    "record, peek": ("/o/customers/{customer}/peek/", ""),
    "record, history": ("/o/customers/{customer}/history/", ""),
    "record, fact": ("/o/customers/{customer}/facts/owner/", ""),
    "record form": ("/o/customers/{customer}/edit/", ""),
    "record form, new": ("/o/customers/new/", ""),
    "record of a task": ("/o/tasks/{task}/", ""),
    "log": ("/log/?customer={customer}", "dialog-content"),
    "work page": ("/", ""),
    "work page, feeds": ("/feeds/", ""),
    "notifications": ("/notifications/", ""),
}


def stage(cast: Cast) -> dict[str, int]:
    """A customer with something of everything, and a full day for Bob."""
    tags = records("tag", [{"name": "重点"}, {"name": "展会"}])
    ids = customers(cast.bob, *(f"客户{number}" for number in range(20)), tags=tags, tier="high")
    pk, now = ids[0], timezone.now()
    records("contact", [{"customer": pk, "name": f"联系人{number}"} for number in range(12)])
    records("relation", [{"customer": pk, "other": other, "kind": "partner"} for other in ids[1:5]])
    records("interaction", [{"customer": pk, "channel": "call", "content": f"电话{number}"} for number in range(40)])
    records("task", [{"title": "回访", "customer": one, "owner": cast.bob.pk, "due_at": now} for one in ids])
    done = {"status": "done", "done_at": now}
    [task] = records("task", [{"title": "办好了", "customer": pk, "owner": cast.bob.pk, **done}])
    customer = registry.get("customer")
    for number in range(5):
        record_save(customer, {"owner": [cast.alice.pk, cast.bob.pk][number % 2]}, id=pk, actor=actor(cast.alice))
        comment_add(customer, pk, f"@Bob 第{number}条 @Eve", actor=actor(cast.alice))
    record_save(customer, {"owner": cast.bob.pk, "tags": tags[:1]}, id=pk, actor=actor(cast.alice))
    record_save(registry.get("task"), {"due_at": now - timedelta(days=1)}, id=task, actor=actor(cast.bob))
    return {"customer": pk, "task": task}


def test_no_page_costs_more_queries_than_before(cast: Cast) -> None:
    ids = stage(cast)
    browser = client(cast.bob)
    captured = {name: queries(browser, address.format(**ids), part) for name, (address, part) in PAGES.items()}

    baseline = json.loads(BASELINE.read_text())
    if os.environ.get("ZHIKE_WRITE_BASELINE"):
        told = {**baseline, **{name: len(found) for name, found in captured.items()}}
        BASELINE.write_text(json.dumps(told, indent=2, ensure_ascii=False, sort_keys=True) + "\n")
        return
    for name, found in captured.items():
        said = "\n".join([name, *(sql[:300] for sql in found)])
        assert len(found) <= min(baseline[name], MOST), said


def queries(browser: Client, url: str, part: str) -> list[str]:
    """What the database is asked for a page, once the process has read what it keeps."""
    headers = {"HX-Target": part} if part else {}
    assert browser.get(url, headers=headers).status_code == 200
    with CaptureQueriesContext(connection) as context:
        assert browser.get(url, headers=headers).status_code == 200
    return [query["sql"] for query in context if not query["sql"].startswith(AROUND)]
