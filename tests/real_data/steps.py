"""What a person does with such a file: import it, search, filter, export."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any

from tests.cast import actor
from zhike.accounts.models import User
from zhike.engines.exporting.services import export_start
from zhike.engines.importing import services
from zhike.engines.search.listening import backlog_size
from zhike.engines.search.query import search
from zhike.jobs.models import Job
from zhike.jobs.worker import work_off
from zhike.metadata import registry
from zhike.metadata.query import Query
from zhike.metadata.saving import context_for
from zhike.metadata.sealing import run_outbox


def take_in(data: bytes, name: str, *, by: User, into: str, columns: Mapping[str, str], key: str) -> dict[str, Any]:
    """Import a file; ``columns`` gives field keys by heading. Returns the job's counts."""
    run_outbox()
    run = services.import_upload(registry.get(into), [data], file_name=name, actor=actor(by))
    mapping = {str(run.headers.index(heading)): field for heading, field in columns.items()}
    job = services.import_start(run, actor=actor(by), mapping=mapping, key=key)
    work_off()
    job = Job.objects.get(pk=job.pk)
    assert job.state == Job.State.DONE, job.error
    settle()
    result: dict[str, Any] = job.result
    return result


def settle() -> None:
    """Let everybody who follows the change log come to its end."""
    for _round in range(200):
        run_outbox()
        if not backlog_size():
            break
    assert not backlog_size(), "the change log is not read to its end"


def query(by: User, **options: Any) -> Query:
    found = actor(by)
    return Query(registry.get("customer"), found, context_for(found), **options)


def codes(by: User, filter: Mapping[str, Any] | None = None) -> set[str]:
    """Customer numbers that a list with this filter has, over all its pages."""
    found: set[str] = set()
    cursor = None
    while True:
        page = query(by, columns=("code",), filter=filter, sort=("code",), cursor=cursor, limit=500).page()
        found |= {row.values["code"] for row in page.rows}
        cursor = page.next_cursor
        if cursor is None:
            return found


def hits(by: User, text: str) -> list[str]:
    """Titles of the customers that search finds."""
    groups = search(actor(by), text, object_keys=["customer"], limit=20)
    return [hit.title for group in groups for hit in group.hits]


def exported(by: User, columns: tuple[str, ...]) -> list[list[str]]:
    """The rows of a CSV export, without the heading."""
    run, job = export_start(registry.get("customer"), actor=actor(by), columns=columns, sort=("code",), form="csv")
    work_off()
    assert Job.objects.get(pk=job.pk).state == Job.State.DONE
    with run.path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]
