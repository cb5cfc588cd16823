"""The process of a deal beyond its stages: parallel steps, waiting, joining, branching, each once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.api.caller import caller
from tests.cast import Cast, actor
from tests.domain.deals.deals import deal, publish, read, stage
from zhike.domain.activities.models import Task
from zhike.domain.activities.services.tasks import task_complete
from zhike.domain.deals.following import processes_advance, round_of_the_minute
from zhike.domain.deals.models import PipelineVersion, ProcessStep
from zhike.domain.deals.process import step_faults
from zhike.domain.deals.services.moving import deal_lose, deal_move
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import delete, purge, record_save

pytestmark = pytest.mark.django_db

STAGES = [stage("a"), stage("b")]


def step(key: str, kind: str, *after: str, **rules: Any) -> dict[str, Any]:
    return {"key": key, "label": key, "kind": kind, "after": list(after), **rules}


def begun(cast: Cast, *steps: dict[str, Any], **values: Any) -> int:
    """A deal of a pipeline with these steps, in the stage b."""
    publish(STAGES, key="walk")
    version = PipelineVersion.objects.get(pipeline__key="walk")
    version.definition["process"] = list(steps)
    version.save()
    assert list(step_faults(version.definition)) == []
    pk = deal(cast.bob, pipeline="walk", **values)
    deal_move([pk], actor=actor(cast.bob), stage="b")
    return pk


def states(pk: int) -> dict[str, str]:
    return dict(ProcessStep.objects.filter(opportunity_id=pk).order_by("pk").values_list("step", "state"))


def finish(cast: Cast, pk: int, title: str) -> None:
    task = Task.objects.get(opportunity_id=pk, title=title)
    task_complete([task.pk], actor=actor(cast.bob))


def test_steps_run_in_parallel_and_join_when_both_are_done(cast: Cast) -> None:
    pk = begun(
        cast,
        step("deliver", "task", "stage:b", days=3),
        step("visit", "task", "stage:b", days=7),
        step("settle", "wait", "deliver", "visit", days=30),
    )
    assert states(pk) == {"deliver": "open", "visit": "open"}

    finish(cast, pk, "visit")
    assert states(pk) == {"deliver": "open", "visit": "done"}
    finish(cast, pk, "deliver")
    assert states(pk) == {"deliver": "done", "visit": "done", "settle": "open"}


def test_the_first_of_several_is_enough_where_the_step_says_so(cast: Cast) -> None:
    pk = begun(
        cast,
        step("call", "task", "stage:b", days=1),
        step("mail", "task", "stage:b", days=1),
        step("answer", "task", "call", "mail", days=1, join="any"),
    )
    finish(cast, pk, "mail")
    assert states(pk) == {"call": "open", "mail": "done", "answer": "open"}


def test_a_task_that_somebody_deletes_holds_nothing_up(cast: Cast) -> None:
    pk = begun(cast, step("call", "task", "stage:b", days=1), step("ask", "task", "call", days=1))
    task = Task.objects.get(opportunity_id=pk)
    delete(registry.get("task"), [task.pk], actor=actor(cast.bob))
    assert states(pk) == {"call": "done", "ask": "open"}


def test_deleting_the_customer_leads_nothing_on(cast: Cast) -> None:
    pk = begun(cast, step("call", "task", "stage:b", days=1), step("ask", "task", "call", days=1))
    delete(registry.get("customer"), [read(pk).customer_id], actor=actor(cast.bob))
    assert states(pk) == {"call": "open"}
    assert Task.objects.filter(deletion__isnull=True).count() == 0


def test_a_customer_is_finally_removed_with_deals_steps_and_tasks(cast: Cast) -> None:
    pk = begun(cast, step("call", "task", "stage:b", days=1))
    customer, clara = read(pk).customer_id, actor(cast.clara)
    delete(registry.get("customer"), [customer], actor=clara)
    assert purge(registry.get("customer"), [customer], actor=clara).done == [customer]
    assert (ProcessStep.objects.count(), Task.objects.count()) == (0, 0)


def test_waiting_ends_with_its_time_once(cast: Cast) -> None:
    pk = begun(cast, step("settle", "wait", "stage:b", days=30), step("ask", "task", "settle", days=1))
    assert round_of_the_minute() == 0

    ProcessStep.objects.filter(opportunity_id=pk).update(due_at=timezone.now() - timedelta(minutes=1))
    assert (round_of_the_minute(), round_of_the_minute()) == (1, 0)
    assert states(pk) == {"settle": "done", "ask": "open"}
    assert Task.objects.filter(opportunity_id=pk).count() == 1
    assert processes_advance({pk}) == 0


def test_a_branch_is_a_step_that_applies_or_does_not(cast: Cast) -> None:
    large = {"field": "amount", "op": "gte", "value": 1_000_000}
    steps = (
        step("head", "task", "stage:b", days=1, when=large),
        step("usual", "task", "stage:b", days=1, when={"not": large}),
        step("after", "task", "head", "usual", days=1),
    )
    pk = begun(cast, *steps, amount="50")
    assert states(pk) == {"head": "skipped", "usual": "open"}
    finish(cast, pk, "usual")
    assert states(pk)["after"] == "open"


def test_a_step_waits_for_a_record_of_the_customer(cast: Cast) -> None:
    bought = {"field": "kind", "op": "eq", "value": "purchase"}
    pk = begun(cast, step("order", "record", "stage:b", object="transaction", via="customer", filter=bought))
    assert (round_of_the_minute(), states(pk)) == (0, {"order": "open"})

    row = {"customer": read(pk).customer_id, "day": "2026-11-01", "product": "标签", "amount": "12", "kind": "purchase"}
    record_save(registry.get("transaction"), row, actor=SYSTEM)
    assert (round_of_the_minute(), states(pk)) == (1, {"order": "done"})


def test_what_a_lost_deal_still_had_before_it_no_longer_applies(cast: Cast) -> None:
    pk = begun(cast, step("settle", "wait", "stage:b", days=30), step("ask", "task", "settle", days=1))
    deal_lose([pk], actor=actor(cast.bob), loss_reason="budget")
    assert states(pk) == {"settle": "skipped"}


def test_steps_that_cannot_work_are_not_published(cast: Cast) -> None:
    wrong = [
        step("x", "task", "y", days=1),
        step("y", "task", "x", days=1),
        step("z", "wait", "stage:a"),
        step("r", "record", "stage:a", object="nix", via="customer"),
    ]
    codes = [problem.code for problem in step_faults({"stages": STAGES, "process": wrong})]
    assert codes == ["bad_order", "bad_step", "bad_record"]


def test_steps_are_reported_on_to_whoever_sees_the_deal(cast: Cast) -> None:
    pk = begun(cast, step("settle", "wait", "stage:b", days=30))
    pk_of_step = ProcessStep.objects.get(opportunity_id=pk).pk
    assert caller(cast.bob).get(f"/process-steps/{pk_of_step}").status_code == 200
    assert caller(cast.charlie).get(f"/process-steps/{pk_of_step}").status_code == 404
