"""Import and export of 100,000 rows, the search index after it, and how long a colleague's save waits meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random
from typing import Any

from benchmarks import colleague, definitions
from zhike.accounts.actors import actor_for
from zhike.accounts.models import User
from zhike.engines.exporting.services import export_start
from zhike.engines.importing import services
from zhike.engines.search.listening import backlog_size
from zhike.jobs.models import Job
from zhike.jobs.worker import work_off
from zhike.metadata import registry
from zhike.metadata.actor import ANONYMOUS
from zhike.metadata.sealing import consume, seal

ROWS = 100_000


def rates() -> dict[str, Any]:
    """Rows a second of each step, and the times of saves during the import in milliseconds."""
    boss = actor_for(User.objects.get(username="boss")) or ANONYMOUS
    customer = registry.get("customer")
    run = services.import_upload(customer, table(), file_name="kunden.csv", actor=boss)
    services.import_start(run, actor=boss, mode="create", key="")
    with colleague.at_work() as waits:
        started = time.monotonic()
        work_off()
        imported = time.monotonic() - started
    job = Job.objects.get(pk=run.job_id)
    found = {
        "import": job.result["created"] / imported,
        "import result": job.result,
        "save during import": waits,
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
