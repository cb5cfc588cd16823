"""Bulk work from a list: what is changed, refused, taken back, and done by a job when there is much of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cast import Cast, actor, client
from tests.web.records import customers, records
from zhike.domain.activities.models import Task
from zhike.domain.customers.models import Customer
from zhike.engines.bulk import services
from zhike.jobs.models import Job
from zhike.jobs.queue import claim
from zhike.jobs.worker import perform
from zhike.metadata import registry
from zhike.metadata.models import Batch
from zhike.metadata.records import record_save

pytestmark = pytest.mark.write


def toast(answer: Any) -> Any:
    return json.loads(answer["HX-Trigger"])["toast"]


def tiers(*ids: int) -> list[str]:
    return [Customer.objects.get(pk=pk).tier for pk in ids]


def test_chosen_rows_get_the_value_and_the_toast_takes_it_back(cast: Cast) -> None:
    first, second, third = customers(cast.bob, "甲", "乙", "丙", tier="low")
    browser = client(cast.bob)

    answer = browser.post("/o/customers/bulk/edit/", {"ids": [first, second], "field": "tier", "bulk_value": "high"})

    assert answer.status_code == 204
    assert tiers(first, second, third) == ["high", "high", "low"]
    assert browser.post(toast(answer)["undo"]).status_code == 204
    assert tiers(first, second, third) == ["low", "low", "low"]


def test_everything_that_matches_is_meant_and_nothing_out_of_reach(cast: Cast) -> None:
    mine = customers(cast.bob, "甲", "乙", tier="low")
    other = customers(cast.bob, "丙", tier="middle")
    theirs = customers(cast.charlie, "丁", tier="low")
    tree = json.dumps({"all": [{"field": "tier", "op": "eq", "value": "low"}]})

    client(cast.bob).post(
        "/o/customers/bulk/edit/", {"everything": "1", "filter": tree, "field": "tier", "bulk_value": "high"}
    )

    assert tiers(*mine, *other, *theirs) == ["high", "high", "middle", "low"]


def test_everything_that_a_search_finds_is_meant(cast: Cast) -> None:
    found, other = customers(cast.bob, "海天包装", "长江物流", tier="low")

    client(cast.bob).post(
        "/o/customers/bulk/edit/", {"everything": "1", "q": "海天", "field": "tier", "bulk_value": "high"}
    )

    assert tiers(found, other) == ["high", "low"]


def test_rows_that_the_actor_may_not_change_are_reported_with_the_reason(cast: Cast) -> None:
    (mine,) = customers(cast.sara, "甲", tier="low")
    (theirs,) = customers(cast.bob, "乙", tier="low")

    answer = client(cast.sara).post(
        "/o/customers/bulk/edit/", {"ids": [mine, theirs], "field": "tier", "bulk_value": "high"}
    )

    assert answer.status_code == 200
    assert answer["HX-Retarget"] == "#dialog-content"
    assert f"#{theirs}" in answer.content.decode()
    assert tiers(mine, theirs) == ["high", "low"]


@pytest.mark.parametrize("name", ["mallory", "eve", "charlie"])
def test_who_may_not_changes_nothing(cast: Cast, name: str) -> None:
    ids = customers(cast.bob, "甲", "乙", tier="low")
    browser = client(cast.people()[name])
    before = Batch.objects.count()

    browser.post("/o/customers/bulk/edit/", {"ids": ids, "field": "tier", "bulk_value": "high"})
    browser.post("/o/customers/bulk/delete/", {"ids": ids})
    browser.post("/o/customers/bulk/assign/", {"ids": ids, "bulk_value": cast.people()[name].pk})
    browser.post("/o/customers/bulk/tags/", {"ids": ids, "bulk_value": "1"})

    assert tiers(*ids) == ["low", "low"]
    assert Batch.objects.count() == before


def test_a_wrong_value_is_said_in_the_dialog_before_anything_is_written(cast: Cast) -> None:
    (pk,) = customers(cast.bob, "甲", tier="low")
    browser = client(cast.bob)

    wrong = browser.post("/o/customers/bulk/edit/", {"ids": [pk], "field": "tier", "bulk_value": "huge"})
    nothing = browser.post("/o/customers/bulk/edit/", {"field": "tier", "bulk_value": "high"})

    assert wrong.status_code == 422
    assert "field-error" in wrong.content.decode()
    assert nothing.status_code == 422


def test_owner_and_tags_are_set_for_all_of_them(cast: Cast) -> None:
    ids = customers(cast.bob, "甲", "乙")
    old, new = records("tag", [{"name": "老客户"}, {"name": "展会"}])
    browser = client(cast.alice)
    record_save(registry.get("customer"), {"tags": [old]}, actor=actor(cast.bob), id=ids[0])

    browser.post("/o/customers/bulk/assign/", {"ids": ids, "bulk_value": cast.alice.pk})
    browser.post("/o/customers/bulk/tags/", {"ids": ids, "how": "add", "bulk_value": [new]})

    assert [Customer.objects.get(pk=pk).owner_id for pk in ids] == [cast.alice.pk] * 2
    assert [set(Customer.objects.get(pk=pk).tags.values_list("pk", flat=True)) for pk in ids] == [{old, new}, {new}]

    browser.post("/o/customers/bulk/tags/", {"ids": ids, "how": "remove", "bulk_value": [new]})

    assert [set(Customer.objects.get(pk=pk).tags.values_list("pk", flat=True)) for pk in ids] == [{old}, set()]


def test_deleted_rows_come_back_by_the_toast(cast: Cast) -> None:
    ids = customers(cast.bob, "甲", "乙")
    browser = client(cast.bob)

    answer = browser.post("/o/customers/bulk/delete/", {"ids": ids})

    assert Customer.objects.filter(deletion__isnull=True).count() == 0
    browser.post(toast(answer)["undo"])
    assert Customer.objects.filter(deletion__isnull=True).count() == 2


def test_an_action_runs_on_those_that_it_fits_and_can_be_taken_back(cast: Cast) -> None:
    task, done = records(
        "task",
        [
            {"title": "回访", "owner": cast.bob.pk, "status": "open"},
            {"title": "报价", "owner": cast.bob.pk, "status": "done"},
        ],
    )
    browser = client(cast.bob)

    answer = browser.post("/o/tasks/bulk/action/complete/", {"ids": [task, done]})

    assert Task.objects.get(pk=task).status == "done"
    browser.post(toast(answer)["undo"])
    assert Task.objects.get(pk=task).status == "open"
    assert browser.post("/o/tasks/bulk/action/nothing/", {"ids": [task]}).status_code == 404


def test_an_action_asks_for_its_arguments(cast: Cast) -> None:
    (task,) = records("task", [{"title": "回访", "owner": cast.bob.pk, "due_at": "2026-01-05 10:00"}])
    browser = client(cast.bob)

    assert 'name="argument_days"' in browser.get("/o/tasks/bulk/action/postpone/").content.decode()
    assert browser.post("/o/tasks/bulk/action/postpone/", {"ids": [task], "argument_days": "x"}).status_code == 422
    assert browser.post("/o/tasks/bulk/action/postpone/", {"ids": [task], "argument_days": "2"}).status_code == 204


def test_much_work_goes_to_a_job_that_can_be_watched_and_taken_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 3)
    ids = customers(cast.bob, *"甲乙丙丁戊", tier="low")
    browser = client(cast.bob)

    answer = browser.post("/o/customers/bulk/edit/", {"everything": "1", "field": "tier", "bulk_value": "high"})

    address = answer["HX-Location"]
    assert "bulk" in Job.objects.get().kind
    assert browser.get(address).status_code == 200
    run_jobs()
    assert tiers(*ids) == ["high"] * 5
    page = browser.get(address).content.decode()
    assert f"{address}undo/" in page
    assert client(cast.alice).get(address).status_code == 404
    browser.post(f"{address}undo/")
    run_jobs()
    assert tiers(*ids) == ["low"] * 5


def test_a_waiting_job_can_be_stopped(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 1)
    ids = customers(cast.bob, "甲", "乙", tier="low")
    browser = client(cast.bob)
    answer = browser.post("/o/customers/bulk/edit/", {"ids": ids, "field": "tier", "bulk_value": "high"})

    browser.post(f"{answer['HX-Location']}cancel/")
    run_jobs()

    assert tiers(*ids) == ["low", "low"]


def test_taking_back_leaves_later_changes_and_offers_the_choice(cast: Cast) -> None:
    first, second = customers(cast.bob, "甲", "乙", tier="low")
    browser = client(cast.bob)
    answer = browser.post("/o/customers/bulk/edit/", {"ids": [first, second], "field": "tier", "bulk_value": "high"})
    undo = toast(answer)["undo"]
    record_save(registry.get("customer"), {"tier": "middle"}, actor=actor(cast.alice), id=second)

    conflict = browser.post(undo)

    assert tiers(first, second) == ["low", "middle"]
    assert f'value="customer:{second}"' in conflict.content.decode()
    browser.post(undo, {"force": [f"customer:{second}"]})
    assert tiers(first, second) == ["low", "low"]


def test_the_batch_page_tells_who_may_see_it_what_was_written(cast: Cast) -> None:
    (pk,) = customers(cast.bob, "海天包装", tier="low")
    browser = client(cast.bob)
    answer = browser.post("/o/customers/bulk/edit/", {"ids": [pk], "field": "tier", "bulk_value": "high"})
    address = toast(answer)["undo"].removesuffix("undo/")

    assert "海天包装" in browser.get(address).content.decode()
    assert client(cast.charlie).get(address).status_code == 404
    assert client(cast.charlie).post(f"{address}undo/").status_code == 404
    assert "海天包装" not in client(cast.adam).get(address).content.decode()


def run_jobs() -> None:
    """Do what a worker would."""
    while (job := claim("test")) is not None:
        perform(job)
    assert not Job.objects.filter(state=Job.State.FAILED).exists(), Job.objects.values_list("error", flat=True)
