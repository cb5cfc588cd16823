"""How many queries a page costs: held in a baseline, so that none creeps in, and twelve at the most."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast, client
from tests.web.records import customers, records

pytestmark = pytest.mark.query

BASELINE = Path(__file__).parent.parent / "snapshots" / "query_counts.json"
MOST = 12
#: Statements around queries: transactions and, on PostgreSQL, their time budget.
AROUND = ("SAVEPOINT", "RELEASE", "SHOW", "SET LOCAL", "BEGIN", "COMMIT")
#: Pages by name; every link, tag and owner that a list can show is there.
PAGES = {
    "list of customers": "/o/customers/?columns=name,tier,owner,tags,department,created_by,updated_at",
    "list of customers, count": "/o/customers/count/",
    "list of customers, filtered": '/o/customers/?filter={"all":[{"field":"owner","op":"eq","value":"me"}]}&sort=name',
    "list of customers, searched": "/o/customers/?q=客户",
    "list of contacts": "/o/contacts/",
    "list of tasks": "/o/tasks/",
    "board of customers": "/o/customers/board/",
    "filter builder": "/o/customers/filter/",
    "picker": "/o/customers/pick/?q=客户",
    "recycle bin": "/o/customers/bin/",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_costs_no_more_queries_than_before(cast: Cast, name: str) -> None:
    tags = records("tag", [{"name": "重点"}, {"name": "展会"}])
    ids = customers(cast.bob, *(f"客户{number}" for number in range(60)), tags=tags)
    records("contact", [{"customer": pk, "name": "李四"} for pk in ids])
    records("task", [{"title": "回访", "customer": pk, "owner": cast.bob.pk} for pk in ids])
    browser = client(cast.bob)
    # What a process reads once and keeps does not count.
    assert browser.get(PAGES[name]).status_code == 200

    with CaptureQueriesContext(connection) as context:
        assert browser.get(PAGES[name]).status_code == 200
    captured = [query["sql"] for query in context if not query["sql"].startswith(AROUND)]

    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    if os.environ.get("ZHIKE_WRITE_BASELINE"):
        BASELINE.parent.mkdir(exist_ok=True)
        BASELINE.write_text(
            json.dumps({**baseline, name: len(captured)}, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        )
        return
    said = "\n".join(sql[:200] for sql in captured)
    assert len(captured) <= min(baseline[name], MOST), said
