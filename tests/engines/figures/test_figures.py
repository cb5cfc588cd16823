"""Figures of customers: computed set-wise, fresh within seconds, filtered by like any field, opened to their rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Cast, actor, client
from zhike.domain.activities.models import Task
from zhike.engines.figures import registration
from zhike.engines.figures.figure import Figure, Rows
from zhike.engines.figures.following import JOB, follow_changes, refresh_all, refresh_new, run_refresh
from zhike.engines.figures.models import FigureBuild, FigureRow
from zhike.engines.figures.opening import rows_behind
from zhike.engines.figures.refreshing import refresh
from zhike.engines.figures.registration import figures_of
from zhike.jobs.models import Job
from zhike.jobs.run import JobRun
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, FieldAccess
from zhike.metadata.models import Change
from zhike.metadata.query import Query
from zhike.metadata.records import Row, delete, purge, record_save, restore, save
from zhike.metadata.saving import context_for

pytestmark = pytest.mark.django_db
KEYS = ("last_contact_at", "contact_count_90d", "open_task_count", "next_due_at")


def saved(object_key: str, **values: Any) -> int:
    return record_save(registry.get(object_key), values, actor=SYSTEM)


def follow() -> None:
    """Give the consumer what happened so far, as the sealer would."""
    follow_changes(list(Change.objects.order_by("id")))


def figures(customer: int) -> dict[str, Any]:
    query = Query(
        registry.get("customer"),
        SYSTEM,
        context_for(SYSTEM),
        columns=KEYS,
        filter={"field": "id", "op": "eq", "value": customer},
    )
    [row] = query.page().rows
    return {key: row.values[key] for key in KEYS}


def ids(**query: Any) -> list[int]:
    return [row.id for row in Query(registry.get("customer"), SYSTEM, context_for(SYSTEM), **query).page().rows]


def moment(days: float) -> datetime:
    return timezone.now().replace(microsecond=0) + timedelta(days=days)


def contact(customer: int, days: float) -> int:
    return saved("interaction", customer=customer, happened_at=moment(days).isoformat(), content="聊了聊")


def task(customer: int, days: float | None) -> int:
    return saved("task", title="回访", customer=customer, due_at=None if days is None else moment(days).isoformat())


def test_a_customer_without_history_has_zeros_and_no_dates() -> None:
    assert figures(saved("customer", name="甲")) == {
        "last_contact_at": None, "contact_count_90d": 0, "open_task_count": 0, "next_due_at": None,
    }  # fmt: skip


def test_figures_follow_what_happens() -> None:
    customer = saved("customer", name="甲")
    contact(customer, -200)
    newest = contact(customer, -3)
    task(customer, None)
    due = task(customer, 5)
    follow()
    found = figures(customer)
    assert (found["contact_count_90d"], found["open_task_count"]) == (1, 2)
    assert abs(found["last_contact_at"] - moment(-3)) < timedelta(minutes=1)
    assert abs(found["next_due_at"] - moment(5)) < timedelta(minutes=1)
    delete(registry.get("interaction"), [newest], actor=SYSTEM)
    record_save(registry.get("task"), {"status": "done"}, actor=SYSTEM, id=due)
    follow()
    found = figures(customer)
    assert (found["contact_count_90d"], found["open_task_count"], found["next_due_at"]) == (0, 1, None)
    assert found["last_contact_at"] < moment(-199)
    restore(registry.get("interaction"), [newest], actor=SYSTEM)
    follow()
    assert figures(customer)["contact_count_90d"] == 1


def test_a_task_that_changes_hands_is_counted_where_it_is() -> None:
    first, second = saved("customer", name="甲"), saved("customer", name="乙")
    moved = task(first, 1)
    follow()
    record_save(registry.get("task"), {"customer": second}, actor=SYSTEM, id=moved)
    follow()
    assert (figures(first)["open_task_count"], figures(second)["open_task_count"]) == (0, 1)


def test_lists_filter_and_sort_by_figures() -> None:
    quiet, busy, fresh = (saved("customer", name=name) for name in ("甲", "乙", "丙"))
    contact(quiet, -100)
    for days in (-1, -2, -5):
        contact(busy, days)
    follow()
    assert ids(filter={"field": "contact_count_90d", "op": "gte", "value": 3}) == [busy]
    assert set(ids(filter={"field": "contact_count_90d", "op": "eq", "value": 0})) == {quiet, fresh}
    assert ids(filter={"field": "last_contact_at", "op": "older_than_n_days", "value": 60}) == [quiet]
    assert ids(filter={"field": "last_contact_at", "op": "last_n_days", "value": 7}) == [busy]
    assert ids(filter={"field": "last_contact_at", "op": "is_empty"}) == [fresh]
    assert ids(sort=("-contact_count_90d", "id"))[0] == busy
    assert ids(sort=("last_contact_at",)) == [quiet, busy, fresh]


def test_an_exact_moment_is_found_again() -> None:
    customer = saved("customer", name="甲")
    for at in ("2024-05-01T01:02:03Z", "2024-05-02T01:02:03.456789Z"):
        saved("interaction", customer=customer, happened_at=at, content="聊了聊")
        follow()
        assert figures(customer)["last_contact_at"] == datetime.fromisoformat(at).astimezone(UTC)
        assert ids(filter={"field": "last_contact_at", "op": "gte", "value": at}) == [customer]
        assert ids(filter={"field": "last_contact_at", "op": "gt", "value": at}) == []


def test_a_figure_opens_to_exactly_its_rows(cast: Cast) -> None:
    bob, customers = actor(cast.bob), registry.get("customer")
    customer = record_save(customers, {"name": "甲"}, actor=bob)
    kept = {contact(customer, -1), contact(customer, -88)}
    contact(customer, -91)
    follow()
    rows = rows_behind(bob, customers, "contact_count_90d", customer)
    assert rows is not None
    found = Query(registry.get(rows.object_key), SYSTEM, context_for(SYSTEM), filter=rows.filter).page().rows
    assert {row.id for row in found} == kept
    for key in KEYS:
        rows = rows_behind(bob, customers, key, customer)
        assert rows is not None
        assert (
            Query(registry.get(rows.object_key), SYSTEM, context_for(SYSTEM), filter=rows.filter).count().value
            is not None
        )
    assert rows_behind(bob, customers, "name", customer) is None
    hidden = replace(bob, field_access={("customer", "contact_count_90d"): FieldAccess.HIDDEN})
    assert rows_behind(hidden, customers, "contact_count_90d", customer) is None
    assert rows_behind(actor(cast.mallory), customers, "contact_count_90d", customer) is None


def test_the_page_of_a_customer_leads_to_the_rows_behind_its_figures(cast: Cast) -> None:
    customer = record_save(registry.get("customer"), {"name": "甲"}, actor=actor(cast.bob))
    contact(customer, -1)
    follow()
    page = client(cast.bob).get(f"/o/customers/{customer}/").content.decode()
    addresses = re.findall(r'href="(/o/interactions/\?filter=[^"]+)"', page)
    assert addresses
    assert "聊了聊" in client(cast.bob).get(unescape(addresses[0])).content.decode()


def test_the_cost_does_not_grow_with_the_number_of_records() -> None:
    rows = save(registry.get("customer"), [Row({"name": f"客户{n}"}) for n in range(300)], actor=SYSTEM).rows
    listed = [row.id or 0 for row in rows]
    save(registry.get("task"), [Row({"title": "回访", "customer": pk}) for pk in listed], actor=SYSTEM)
    counts = []
    for some in (listed[:10], listed[10:]):
        with CaptureQueriesContext(connection) as queries:
            assert refresh("customer", some) == len(some)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert refresh("customer", listed) == 0


def run(job: Job) -> Any:
    job.state, job.worker, job.attempts = Job.State.RUNNING, "here", 1
    job.save()
    result = run_refresh(JobRun(job))
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)
    return result


def test_every_night_all_is_computed_because_time_passes() -> None:
    customer = saved("customer", name="甲")
    contact(customer, -1)
    follow()
    FigureRow.objects.update(values={"contact_count_90d": 7})
    refresh_all()
    refresh_all()
    job = Job.objects.get(kind=JOB)
    run(job)
    assert figures(customer)["contact_count_90d"] == 1
    assert FigureBuild.objects.get(pk="customer").keys == sorted(figure.stored_key for figure in figures_of("customer"))
    refresh_new()
    assert Job.objects.filter(kind=JOB).count() == 1


def test_a_purged_record_leaves_no_figures() -> None:
    customer = saved("customer", name="甲")
    task(customer, 1)
    follow()
    Task.objects.all().delete()
    delete(registry.get("customer"), [customer], actor=SYSTEM)
    purge(registry.get("customer"), [customer], actor=SYSTEM)
    follow()
    assert not FigureRow.objects.filter(object_key="customer", record_id=customer).exists()


@pytest.fixture
def second_app() -> Iterator[Figure]:
    """Another app, not known to the kernel, that brings a figure of its own."""

    def longest_title(ids: Sequence[int], now: datetime) -> list[tuple[int, str]]:
        found: dict[int, str] = {}
        for customer, title in Task.objects.filter(customer_id__in=ids).values_list("customer_id", "title"):
            found[customer] = max(found.get(customer, ""), title, key=len)
        return list(found.items())

    added = registration.add(
        Figure(
            key="longest_task",
            object_key="customer",
            label="最长的任务",
            type="text",
            compute=longest_title,
            sources={"task": "customer"},
            rows=lambda pk: Rows("task", {"field": "customer", "op": "eq", "value": pk}),
        )
    )
    yield added
    registration.remove(added)


def test_another_app_adds_a_figure_without_touching_the_kernel(second_app: Figure) -> None:
    customer = saved("customer", name="甲")
    task(customer, 1)
    refresh_new()
    run(Job.objects.get(kind=JOB))
    assert ids(filter={"field": "longest_task", "op": "contains", "value": "回访"}) == [customer]
    assert rows_behind(SYSTEM, registry.get("customer"), "longest_task", customer) is not None
    assert "longest_task" in registry.get("customer").fields
    with pytest.raises(ValueError, match="already"):
        registration.add(second_app)


def test_a_figure_that_is_taken_out_is_gone() -> None:
    assert set(KEYS) <= set(registry.get("customer").fields)
    assert "longest_task" not in registry.get("customer").fields
