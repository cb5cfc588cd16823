"""Keys follow every write, duplicates are found in the base, and a whole base is compared by a job."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast, actor
from tests.engines.search.test_index import drain
from zhike.engines.duplicates import scanning
from zhike.engines.duplicates.blocking import LARGEST_BLOCK
from zhike.engines.duplicates.building import JOB as BUILD, build, build_unfit, run_build
from zhike.engines.duplicates.finding import duplicates_of, duplicates_of_many
from zhike.engines.duplicates.listening import follow_log
from zhike.engines.duplicates.models import DuplicateKey, DuplicatePair
from zhike.engines.duplicates.scanning import latest_scan, run_scan, scan
from zhike.jobs.models import Job
from zhike.jobs.run import JobRun
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied
from zhike.metadata.models import Change
from zhike.metadata.records import Row, delete, record_save, restore, save

pytestmark = pytest.mark.django_db


def customer(name: str, **values: object) -> int:
    return record_save(registry.get("customer"), {"name": name, "kind": "company", **values}, actor=SYSTEM)


def hits(name: str, **values: object) -> list[int]:
    given = {"name": name, "kind": "company", **values}
    return [found.record_id for found in duplicates_of(registry.get("customer"), given, actor=SYSTEM)]


def run(job: Job) -> JobRun:
    job.state, job.worker, job.attempts = Job.State.RUNNING, "here", 1
    job.save()
    return JobRun(job)


def test_a_record_is_found_at_once_and_follows_its_changes() -> None:
    pk = customer("苏州恒泰精密模具有限公司", phones=["0512-62345678"])
    assert hits("恒泰精密模具（苏州）") == [pk]
    assert hits("苏州恒秦精密模具", phones=["051262345678"]) == [pk]
    record_save(registry.get("customer"), {"name": "苏州鼎新商贸有限公司"}, actor=SYSTEM, id=pk)
    assert hits("恒泰精密模具（苏州）") == []
    assert hits("苏州市鼎新商贸公司") == [pk]


def test_records_in_the_bin_are_not_found_until_they_return() -> None:
    pk = customer("苏州恒泰精密模具有限公司")
    delete(registry.get("customer"), [pk], actor=SYSTEM)
    assert hits("苏州恒泰精密模具") == []
    restore(registry.get("customer"), [pk], actor=SYSTEM)
    assert hits("苏州恒泰精密模具") == [pk]


def test_a_large_write_is_found_once_the_log_was_read() -> None:
    drain()
    rows = [Row({"name": f"苏州恒泰{number}号线缆有限公司", "kind": "company"}) for number in range(150)]
    save(registry.get("customer"), rows, actor=SYSTEM)
    assert not DuplicateKey.objects.exists()
    changes = list(Change.objects.order_by("id"))
    follow_log(changes)
    written = DuplicateKey.objects.count()
    follow_log(changes)
    assert written == DuplicateKey.objects.count() == 150


def test_a_number_that_many_have_identifies_nobody() -> None:
    save(
        registry.get("customer"),
        [
            Row({"name": f"商户{number}", "kind": "person", "phones": ["13912341234"]})
            for number in range(LARGEST_BLOCK + 1)
        ],
        actor=SYSTEM,
    )
    assert hits("商户7", kind="person", phones=["13912341234"]) == []


def test_what_the_reader_sees_masked_proves_nothing(cast: Cast) -> None:
    pk = record_save(
        registry.get("customer"), {"name": "王建国", "kind": "person", "phones": ["13912341234"]}, actor=SYSTEM
    )
    given = {"name": "王建国", "kind": "person", "phones": ["13912341234"]}
    found = [duplicates_of(registry.get("customer"), given, actor=actor(user)) for user in (cast.bob, cast.max)]
    assert [[hit.record_id for hit in hits] for hits in found] == [[pk], []]


def test_many_rows_are_looked_up_in_as_many_queries_as_one() -> None:
    pk = customer("苏州恒泰精密模具有限公司")
    given = [
        {"name": "恒泰精密模具有限公司", "kind": "company"},
        *({"name": f"无名{n}", "kind": "company"} for n in range(50)),
    ]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = duplicates_of_many(registry.get("customer"), given, actor=SYSTEM)
    assert [hit.record_id for hit in found[0]] == [pk]
    assert not any(found[1:])
    assert len(queries) <= 3


def test_a_write_asks_the_same_of_the_database_however_many_rows() -> None:
    counts = []
    for number in (1, 60):
        rows = [Row({"name": f"鼎新{number}之{place}商行", "kind": "company"}) for place in range(number)]
        with CaptureQueriesContext(connection) as queries:
            save(registry.get("customer"), rows, actor=SYSTEM)
        counts.append(sum("duplicates_duplicatekey" in query["sql"].lower() for query in queries))
    assert counts[0] <= counts[1] <= 60


# The whole base --------------------------------------------------------------------------------------------------


def base() -> list[int]:
    return [
        customer("苏州恒泰精密模具有限公司", phones=["0512-62345678"]),
        customer("恒泰精密模具（苏州）有限公司", phones=["0512-62345678"]),
        customer("苏州恒秦精密模具", phones=["0512-62345678"]),
        customer("苏州鼎新商贸有限公司", phones=["0512-62345678"]),
    ]


def test_a_whole_base_is_compared_and_grouped(cast: Cast) -> None:
    ids = base()
    run_scan(run(scan(registry.get("customer"), actor=actor(cast.clara))))
    pairs = DuplicatePair.objects.order_by("left_id", "right_id")
    assert [(pair.left_id, pair.right_id) for pair in pairs] == [(ids[0], ids[1]), (ids[0], ids[2]), (ids[1], ids[2])]
    assert {pair.group for pair in pairs} == {ids[0]}
    assert latest_scan(registry.get("customer")) is not None


def test_what_was_said_to_differ_stays_so_and_stale_findings_go(cast: Cast) -> None:
    ids = base()
    customers = registry.get("customer")
    run_scan(run(scan(customers, actor=actor(cast.clara))))
    Job.objects.update(state=Job.State.DONE)
    DuplicatePair.objects.filter(right_id=ids[1]).update(state=DuplicatePair.State.DIFFERENT)
    record_save(customers, {"name": "苏州另有其人有限公司"}, actor=SYSTEM, id=ids[2])
    run_scan(run(scan(customers, actor=actor(cast.clara))))
    assert [(pair.right_id, pair.state) for pair in DuplicatePair.objects.all()] == [(ids[1], "different")]


def test_a_killed_comparison_goes_on_where_it_stood(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    base()
    job = scan(registry.get("customer"), actor=actor(cast.clara))
    done: list[int] = []
    compare = scanning.compare_slice

    def until_killed(*arguments: object) -> int:
        if len(done) == 300:
            raise KeyboardInterrupt
        done.append(arguments[1])  # type: ignore[arg-type]
        return compare(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(scanning, "compare_slice", until_killed)
    with pytest.raises(KeyboardInterrupt):
        run_scan(run(job))
    monkeypatch.setattr(scanning, "compare_slice", lambda *given: done.append(given[1]) or compare(*given))
    again = run_scan(run(Job.objects.get(pk=job.pk)))
    assert done == list(range(scanning.SLICES))
    assert again == {"pairs": 3, "groups": 1, "across": 0}


def test_a_cancelled_comparison_stops(cast: Cast) -> None:
    base()
    job = scan(registry.get("customer"), actor=actor(cast.clara))
    Job.objects.filter(pk=job.pk).update(cancel_requested=True)
    assert run_scan(run(Job.objects.get(pk=job.pk))) == {"pairs": 0, "groups": 0, "across": 0}


def test_only_who_may_merge_compares_the_base(cast: Cast) -> None:
    for user in (cast.mallory, cast.max, cast.eve):
        with pytest.raises(Denied):
            scan(registry.get("customer"), actor=actor(user))


def test_keys_of_rows_that_came_past_the_write_path_are_built() -> None:
    pk = customer("苏州恒泰精密模具有限公司")
    DuplicateKey.objects.all().delete()
    build_unfit()
    run_build(run(Job.objects.get(kind=BUILD)))
    assert hits("恒泰精密模具") == [pk]
    DuplicateKey.objects.create(object_key="customer", record_id=pk + 99, key=1)
    run_build(run(build(["customer"])))
    assert not DuplicateKey.objects.filter(record_id=pk + 99).exists()
