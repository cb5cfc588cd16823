"""Import and export of 100,000 rows, the search index after it, and how long a colleague's save waits meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from random import Random
from typing import Any

from django.db import connection

from benchmarks import definitions
from zhike.accounts.actors import actor_for
from zhike.accounts.models import User
from zhike.engines.exporting.services import export_start
from zhike.engines.importing import services
from zhike.engines.search.listening import backlog_size
from zhike.jobs.models import Job
from zhike.jobs.worker import work_off
from zhike.metadata import registry
from zhike.metadata.actor import ANONYMOUS
from zhike.metadata.records import record_save
from zhike.metadata.sealing import consume, seal

ROWS = 100_000
PAUSE = 0.05


def rates() -> dict[str, Any]:
    """Rows a second of each step, and the times of saves during the import in milliseconds."""
    boss = actor_for(User.objects.get(username="boss")) or ANONYMOUS
    customer = registry.get("customer")
    run = services.import_upload(customer, table(), file_name="kunden.csv", actor=boss)
    services.import_start(run, actor=boss, mode="create", key="")
    waits: list[float] = []
    done = threading.Event()
    colleague = threading.Thread(target=saving, args=(waits, done))
    colleague.start()
    started = time.monotonic()
    work_off()
    imported = time.monotonic() - started
    done.set()
    colleague.join()
    job = Job.objects.get(pk=run.job_id)
    found = {
        "import": job.result["created"] / imported,
        "import result": job.result,
        "save during import": sorted(waits),
    }
    return found | draining() | exporting(boss)


def table() -> Iterator[bytes]:
    """The spreadsheet: native columns and the five custom ones with an index."""
    indexed = [field for field in definitions.FIELDS if field[3]]
    heads = [
        "客户名称",
        "客户编号",
        "类型",
        "手机",
        "价值分级",
        "阶段",
        "来源",
        *(label for _k, _key, label, *_rest in indexed),
    ]
    yield (",".join(heads) + "\n").encode()
    rng = Random(7)
    for number in range(ROWS):
        cells = [f"测试客户{number}", f"IM{number:07d}", "企业", f"1370{number:07d}", "中价值", "潜在", "网站"]
        cells += [
            str(rng.randrange(1_000_000)),
            f"E{number}",
            f"2026-{number % 12 + 1:02d}-15",
            "选项2",
            f"{number % 9999}.50",
        ]
        yield (",".join(cells) + "\n").encode()


def saving(waits: list[float], done: threading.Event) -> None:
    """A colleague who changes a customer again and again, on a connection of their own."""
    seller = actor_for(User.objects.get(username="sales_1_1")) or ANONYMOUS
    customer = registry.get("customer")
    pk = customer.model._default_manager.filter(owner_id=seller.user_id).values_list("pk", flat=True)[0]
    try:
        while not done.is_set():
            started = time.perf_counter()
            record_save(customer, {"note": f"改 {started}"}, actor=seller, id=pk)
            waits.append((time.perf_counter() - started) * 1000)
            time.sleep(PAUSE)
    finally:
        connection.close()


def draining() -> dict[str, float]:
    """Sealing and indexing what the import left behind."""
    waiting = backlog_size()
    started = time.monotonic()
    while seal():
        pass
    sealed = time.monotonic()
    while consume("search"):
        pass
    ended = time.monotonic()
    return {
        "seal": waiting / (sealed - started),
        "search": waiting / (ended - sealed),
        "drained": waiting / (ended - started),
    }


def exporting(boss: Any) -> dict[str, float]:
    """XLSX and CSV of as many rows with the columns of the list."""
    customer = registry.get("customer")
    chosen = {"field": "code", "op": "starts_with", "value": "IM"}
    found = {}
    for form in ("csv", "xlsx"):
        export_start(customer, actor=boss, columns=customer.columns, filter=chosen, sort=("id",), form=form)
        started = time.monotonic()
        work_off()
        found[f"export {form}"] = ROWS / (time.monotonic() - started)
    return found
