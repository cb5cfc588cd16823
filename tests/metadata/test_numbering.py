"""Running numbers: given by the system, never twice, brought along by right, filled in for what was there before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Cast, actor
from zhike.domain.customers.models import Customer
from zhike.engines.importing.targets import targets
from zhike.jobs.models import Job
from zhike.jobs.run import JobRun
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.customising import field_change, field_create, field_restore, field_retire, numbers_fill
from zhike.metadata.errors import Denied, Invalid
from zhike.metadata.jobs import numbers_fill as run_fill
from zhike.metadata.models import CustomField
from zhike.metadata.query import Query
from zhike.metadata.records import Row, delete, record_save, save
from zhike.metadata.saving import context_for

pytestmark = [pytest.mark.django_db, pytest.mark.write]
YEAR = timezone.localdate().year


@pytest.fixture(autouse=True)
def _fresh_catalogue() -> Iterator[None]:
    registry.touch()
    yield
    registry.forget()


def fill(job: Job) -> dict[str, int]:
    job.state, job.worker, job.attempts = Job.State.RUNNING, "here", 1
    job.save()
    return run_fill(JobRun(job))


@pytest.fixture
def adam(cast: Cast) -> Actor:
    return actor(cast.adam)


def numbered(adam: Actor, pattern: str = "KH{YYYY}-{0000}", **options: Any) -> CustomField:
    return field_create(
        "customer",
        kind="auto_number",
        label="档案编号",
        key="serial",
        options={"pattern": pattern, **options},
        actor=adam,
    )


def keeper(cast: Cast) -> Actor:
    """Alice with the right over definitions, and so over old numbers."""
    return replace(actor(cast.alice), privileges=frozenset({"settings"}))


def customer(name: str = "甲", by: Actor = SYSTEM, **values: Any) -> int:
    return record_save(registry.get("customer"), {"name": name, **values}, actor=by)


def code(pk: int) -> str | None:
    found: str | None = Customer.objects.get(pk=pk).custom.get("serial")
    return found


def test_each_new_record_gets_the_next_number_in_the_year_s_series(adam: Actor, cast: Cast) -> None:
    numbered(adam)
    found = [code(customer(by=actor(cast.bob))) for _ in range(3)]
    assert found == [f"KH{YEAR}-0001", f"KH{YEAR}-0002", f"KH{YEAR}-0003"]


def test_a_batch_takes_its_numbers_in_one_statement(adam: Actor) -> None:
    numbered(adam, "{000}", start=41)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        save(registry.get("customer"), [Row({"name": f"客户{n}"}) for n in range(60)], actor=SYSTEM)
    assert sum("metadata_numberseries" in query["sql"] for query in seen.captured_queries) == 1
    codes = sorted(custom["serial"] for custom in Customer.objects.values_list("custom", flat=True))
    assert codes == [f"{n:03d}" for n in range(41, 101)]


def test_people_neither_change_nor_empty_a_number(adam: Actor, cast: Cast) -> None:
    numbered(adam, "{0}")
    bob = actor(cast.bob)
    pk = customer(by=bob)
    with pytest.raises(Invalid) as problem:
        record_save(registry.get("customer"), {"serial": "9"}, actor=bob, id=pk)
    assert problem.value.problems["serial"][0].code == "read_only"
    record_save(registry.get("customer"), {"serial": None, "name": "乙"}, actor=keeper(cast), id=pk)
    assert code(pk) == "1"


def test_who_has_the_right_brings_old_numbers_along_and_the_series_goes_on_behind_them(adam: Actor, cast: Cast) -> None:
    numbered(adam)
    object_type, clerk = registry.get("customer"), keeper(cast)
    assert "serial" in targets(object_type, clerk)
    assert "serial" not in targets(object_type, actor(cast.bob))
    assert code(customer(by=clerk, serial=f"KH{YEAR}-0120")) == f"KH{YEAR}-0120"
    assert code(customer(by=clerk, serial="A-7")) == "A-7"
    assert code(customer()) == f"KH{YEAR}-0121"
    with pytest.raises(Invalid) as problem:
        customer(by=clerk, serial="A-7")
    assert problem.value.problems["serial"][0].code == "taken"


def test_a_number_that_another_pattern_gave_is_passed_over(adam: Actor) -> None:
    row = numbered(adam, "{0000}", start=1001)
    assert code(customer()) == "1001"
    delete(registry.get("customer"), [customer()], actor=SYSTEM)
    field_change(row.pk, options={"pattern": "1{000}"}, actor=adam)
    assert code(customer()) == "1003"


def test_what_was_there_before_is_numbered_by_a_job_oldest_first(adam: Actor, cast: Cast) -> None:
    old = [customer(name) for name in "甲乙丙"]
    gone = customer("丁")
    delete(registry.get("customer"), [gone], actor=SYSTEM)
    Customer.objects.filter(pk=old[0]).update(created_at="2019-12-31T18:00:00Z")
    row = numbered(adam)
    with pytest.raises(Denied):
        numbers_fill(row.pk, actor=actor(cast.bob))
    new = customer("戊")
    job = numbers_fill(row.pk, actor=adam)
    assert fill(job) == {"done": 3, "unchanged": 0, "refused": 0}
    # 2019-12-31 18:00 in UTC is the next year in Shanghai.
    assert [code(pk) for pk in [*old, gone, new]] == [
        "KH2020-0001", f"KH{YEAR}-0002", f"KH{YEAR}-0003", None, f"KH{YEAR}-0001",
    ]  # fmt: skip
    assert fill(numbers_fill(row.pk, actor=adam))["done"] == 0


def test_only_running_numbers_are_filled_in(adam: Actor) -> None:
    row = field_create("customer", kind="text", label="备忘", actor=adam)
    with pytest.raises(Invalid):
        numbers_fill(row.pk, actor=adam)


def test_it_is_unique_whatever_is_said_and_taken_up_again_where_it_was(adam: Actor) -> None:
    row = field_change(numbered(adam, "{0}").pk, unique=False, required=True, actor=adam)
    assert (row.unique, row.required) == (True, False)
    first = customer()
    field_retire(row.pk, actor=adam)
    without = customer()
    field_restore(row.pk, actor=adam)
    assert [code(pk) for pk in (first, without, customer())] == ["1", None, "2"]


def test_lists_filter_and_sort_by_it(adam: Actor) -> None:
    numbered(adam, "{000}")
    first, second = customer(), customer()
    query = Query(
        registry.get("customer"), SYSTEM, context_for(SYSTEM), sort=("-serial",), columns=("serial",),
        filter={"field": "serial", "op": "starts_with", "value": "00"},
    )  # fmt: skip
    assert [(row.id, row.values["serial"]) for row in query.page().rows] == [(second, "002"), (first, "001")]


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_never_share_a_number(adam: Actor) -> None:
    numbered(adam, "{0}")
    gate = Barrier(8)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            gate.wait(20)
            for _ in range(5):
                save(registry.get("customer"), [Row({"name": f"客户{n}"}) for n in range(3)], actor=SYSTEM)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    codes = [int(custom["serial"]) for custom in Customer.objects.values_list("custom", flat=True)]
    assert sorted(codes) == list(range(1, 121))
