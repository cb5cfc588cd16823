"""How documents get into the index: in the write, from the change log, by a rebuild."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Max
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast, actor
from zhike.domain.customers.models import Customer
from zhike.engines.search.listening import CONSUMER, backlog_size, index_changes, tidy_backlog
from zhike.engines.search.models import SearchBacklog, SearchBuild, SearchDocument
from zhike.engines.search.query import search
from zhike.engines.search.rebuilding import JOB, rebuild, rebuild_unfit, run_rebuild, signature
from zhike.engines.search.writing import remove_documents, write_documents
from zhike.jobs.models import Job
from zhike.jobs.run import JobRun
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.models import Change, ConsumerPosition, CustomField
from zhike.metadata.records import Row, record_save, save

pytestmark = pytest.mark.django_db


def count(text: str, reader: Actor = SYSTEM, object_key: str = "customer") -> int:
    return sum(len(group.hits) for group in search(reader, text, object_keys=[object_key], limit=1_000))


def names(number: int, name: str = "张建国") -> list[Row]:
    return [Row({"name": f"{name}{place}", "phones": [f"1380000{place:04}"]}) for place in range(number)]


def drain() -> None:
    """Number what is not sealed yet and let search read it, as sealer and outbox do one after the other."""
    last = Change.objects.aggregate(last=Max("seq"))["last"] or 0
    changes = list(Change.objects.filter(seq__isnull=True).order_by("id"))
    for number, change in enumerate(changes, start=last + 1):
        change.seq = number
    Change.objects.bulk_update(changes, ["seq"], batch_size=200)
    index_changes(changes)
    ConsumerPosition.objects.update_or_create(name=CONSUMER, defaults={"seq": last + len(changes)})


def run(job: Job) -> None:
    job.state, job.worker, job.attempts = Job.State.RUNNING, "here", 1
    job.save()
    run_rebuild(JobRun(job))
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)


def test_a_large_write_is_indexed_from_the_change_log() -> None:
    drain()
    customer = registry.get("customer")
    ids = [row.id for row in save(customer, names(250), actor=SYSTEM).rows]
    assert (count("建国"), backlog_size()) == (0, 250)
    drain()
    assert (count("建国"), backlog_size()) == (250, 0)
    save(customer, [Row({"name": "李四"}, id=pk) for pk in ids], actor=SYSTEM)
    drain()
    assert (count("建国"), count("lisi")) == (0, 250)


def test_a_large_handing_over_takes_followers_along(cast: Cast) -> None:
    drain()
    customer = registry.get("customer")
    ids = [row.id for row in save(customer, names(3), actor=actor(cast.bob)).rows]
    save(registry.get("contact"), [Row({"name": f"王五{n}", "customer": ids[n % 3]}) for n in range(120)], actor=SYSTEM)
    drain()
    assert count("王五", actor(cast.bob), "contact") == 120
    given = {"owner": cast.charlie.pk, "department": cast.second.pk}
    save(customer, [Row(given, id=pk) for pk in ids], actor=SYSTEM)
    drain()
    assert (count("王五", actor(cast.bob), "contact"), count("王五", actor(cast.charlie), "contact")) == (0, 120)


def test_large_writes_that_were_read_are_forgotten() -> None:
    drain()
    save(registry.get("customer"), names(120), actor=SYSTEM)
    SearchBacklog.objects.update(at="2020-01-01T00:00:00Z")
    tidy_backlog()
    assert SearchBacklog.objects.count() == 1
    drain()
    tidy_backlog()
    assert SearchBacklog.objects.count() == 0


def test_the_cost_of_writing_does_not_grow_with_the_batch() -> None:
    customer = registry.get("customer")
    counts = []
    for size in (300, 900):
        ids = [row.id or 0 for row in save(customer, names(size), actor=SYSTEM).rows]
        with CaptureQueriesContext(
            connection,
        ) as first:
            write_documents(customer, ids)
        with CaptureQueriesContext(connection) as again:
            write_documents(customer, ids)
        counts.append((len(first), len(again)))
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 8


def test_writing_twice_leaves_one_document() -> None:
    customer = registry.get("customer")
    pk = record_save(customer, {"name": "张三"}, actor=SYSTEM)
    write_documents(customer, [pk, pk])
    assert SearchDocument.objects.filter(object_key="customer", record_id=pk).count() == 1
    remove_documents(customer, [pk])
    assert count("张三") == 0


def test_a_change_that_search_does_not_know_of_costs_it_nothing() -> None:
    customer = registry.get("customer")
    pk = record_save(customer, {"name": "张三"}, actor=SYSTEM)
    before = SearchDocument.objects.get(record_id=pk, object_key="customer").updated_at
    record_save(customer, {"needs": "样品"}, actor=SYSTEM, id=pk)
    assert SearchDocument.objects.get(record_id=pk, object_key="customer").updated_at == before


def test_a_rebuild_mends_whatever_is_wrong() -> None:
    customer = registry.get("customer")
    good, lost, gone = (record_save(customer, {"name": name}, actor=SYSTEM) for name in ("张三", "张四", "张五"))
    remove_documents(customer, [lost])
    Customer.objects.filter(pk=gone).delete()
    run(rebuild(["customer"]))
    documents = set(SearchDocument.objects.filter(object_key="customer").values_list("record_id", flat=True))
    assert documents == {good, lost}
    assert count("zhang") == 2
    assert SearchBuild.objects.get(pk="customer").signature == signature(customer)


def test_a_rebuild_goes_on_where_it_was_stopped() -> None:
    customer = registry.get("customer")
    first, second = (record_save(customer, {"name": name}, actor=SYSTEM) for name in ("张三", "张四"))
    remove_documents(customer, [first, second])
    job = rebuild(["contact", "customer"])
    job.checkpoint = {"key": "customer", "after": first, "done": 1}
    run(job)
    assert set(SearchDocument.objects.filter(object_key="customer").values_list("record_id", flat=True)) == {second}


def test_new_searched_fields_cause_a_rebuild_and_are_found() -> None:
    run(rebuild())
    rebuild_unfit()
    assert not Job.objects.filter(kind=JOB, state=Job.State.QUEUED).exists()
    CustomField.objects.create(object_key="customer", key="line", kind="text", label="产品线", indexed=True)
    registry.touch()
    registry.refresh()
    pk = record_save(registry.get("customer"), {"name": "张三", "line": "精密模具"}, actor=SYSTEM)
    assert count("模具") == count("jmmj") == 1
    remove_documents(registry.get("customer"), [pk])
    rebuild_unfit()
    rebuild_unfit()
    job = Job.objects.get(kind=JOB, state=Job.State.QUEUED)
    assert job.params == {"object_keys": ["customer"]}
    run(job)
    assert count("模具") == 1


def test_documents_of_a_type_that_is_gone_are_removed() -> None:
    SearchDocument.objects.create(object_key="nothing", record_id=1, updated_at="2024-01-01T00:00:00Z")
    SearchBuild.objects.create(object_key="nothing", signature="x")
    run(rebuild(["nothing"]))
    assert not SearchDocument.objects.filter(object_key="nothing").exists()
    assert not SearchBuild.objects.filter(object_key="nothing").exists()


def test_plain_values_are_indexed_whatever_their_kind(cast: Cast) -> None:
    user = registry.get("user")
    assert user.search
    found: Any = search(SYSTEM, "Alice", object_keys=["user"])
    assert [hit.id for hit in found[0].hits] == [cast.alice.pk]
