"""Asking named people: who may decide, what a decision does, what happens when two decide at once, and when nobody does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.cast import Cast, actor, client
from zhike.accounts.models import Department, User
from zhike.accounts.tokens import token_create
from zhike.engines.approvals.deciders import managers_of, owner_or_managers, people_with_role
from zhike.engines.approvals.deciding import approval_grant, approval_refuse, approval_withdraw
from zhike.engines.approvals.kinds import ApprovalKind, forget, register
from zhike.engines.approvals.models import Approval, ApprovalEvent, ApprovalState, Happening
from zhike.engines.approvals.starting import approval_ask
from zhike.engines.approvals.timing import approvals_time_out
from zhike.engines.notify.models import Notification
from zhike.metadata import registry
from zhike.metadata.errors import Denied, Invalid, Problem
from zhike.metadata.policy import queryset_for
from zhike.metadata.records import record_save

pytestmark = [pytest.mark.django_db, pytest.mark.write]

carried: list[tuple[str, int | None]] = []


def carry_out(approval: Approval, *, actor: Any) -> None:
    if approval.details.get("fails"):
        raise Invalid({"": [Problem("gone", "The record is gone.")]})
    carried.append((approval.state, actor.user_id))


@pytest.fixture(autouse=True)
def _kind() -> Iterator[None]:
    carried.clear()
    register(ApprovalKind("sample", "Sample", on_grant=carry_out, on_refuse=carry_out))
    yield
    forget("sample")


def ask(cast: Cast, **more: Any) -> int:
    values = {"title": "认领 海天包装", "deciders": [cast.alice.pk, cast.clara.pk], "actor": actor(cast.bob), **more}
    return approval_ask("sample", **values)


def test_those_who_are_asked_are_told_and_see_the_request(cast: Cast) -> None:
    pk = ask(cast, reason="客户来电")

    approval_type = registry.get("approval")
    seen = {
        name for name, user in cast.people().items() if queryset_for(actor(user), approval_type).filter(pk=pk).exists()
    }
    assert seen == {"bob", "alice", "clara", "eve"}
    told = Notification.objects.filter(object_key="approval", record_id=pk, kind="approval_asked")
    assert set(told.values_list("user_id", flat=True)) == {cast.alice.pk, cast.clara.pk}


def test_granting_carries_out_tells_the_asker_and_is_in_the_history(cast: Cast) -> None:
    pk = ask(cast)

    approval_grant([pk], actor=actor(cast.alice), answer="可以")

    found = Approval.objects.get(pk=pk)
    assert (found.state, found.decided_by_id, found.answer) == (ApprovalState.GRANTED, cast.alice.pk, "可以")
    assert carried == [("open", cast.alice.pk)]
    assert Notification.objects.filter(user=cast.bob, kind="approval_granted", record_id=pk).exists()
    history = client(cast.bob).get(f"/o/approvals/{pk}/history/").content.decode()
    assert "已同意" in history


def test_refusing_needs_a_reason(cast: Cast) -> None:
    pk = ask(cast)
    with pytest.raises(Invalid):
        approval_refuse([pk], actor=actor(cast.alice), answer="  ")

    approval_refuse([pk], actor=actor(cast.alice), answer="正在跟进")

    assert Approval.objects.get(pk=pk).state == ApprovalState.REFUSED
    assert Notification.objects.filter(user=cast.bob, kind="approval_refused").exists()


def test_only_those_who_are_asked_decide_and_only_the_asker_withdraws(cast: Cast) -> None:
    pk = ask(cast)
    for person in (cast.bob, cast.charlie, cast.eve, cast.mallory):
        with pytest.raises(Denied):
            approval_grant([pk], actor=actor(person))
        with pytest.raises(Denied):
            approval_refuse([pk], actor=actor(person), answer="不行")
    with pytest.raises(Denied):
        approval_withdraw([pk], actor=actor(cast.alice))

    approval_withdraw([pk], actor=actor(cast.bob))

    assert Approval.objects.get(pk=pk).state == ApprovalState.WITHDRAWN
    with pytest.raises(Invalid):
        approval_grant([pk], actor=actor(cast.alice))
    assert carried == []


def test_what_cannot_be_carried_out_stays_undecided(cast: Cast) -> None:
    pk = ask(cast, details={"fails": True})

    with pytest.raises(Invalid, match="gone"):
        approval_grant([pk], actor=actor(cast.alice))

    assert Approval.objects.get(pk=pk).state == ApprovalState.OPEN
    assert not Notification.objects.filter(kind="approval_granted").exists()


def test_the_same_is_not_asked_twice_while_it_is_open(cast: Cast) -> None:
    pk = ask(cast, about=("customer", 7))
    with pytest.raises(Invalid, match="asked_already"):
        ask(cast, about=("customer", 7))

    approval_refuse([pk], actor=actor(cast.alice), answer="不行")

    assert ask(cast, about=("customer", 7)) != pk


def test_nobody_decides_about_their_own_request(cast: Cast) -> None:
    with pytest.raises(Invalid, match="nobody_to_ask"):
        ask(cast, deciders=[cast.bob.pk])


def test_time_runs_out_once_and_the_asker_is_told(cast: Cast) -> None:
    pk = ask(cast)
    assert approvals_time_out() == 0

    later = timezone.now() + timedelta(days=8)

    assert approvals_time_out(later) == 1
    assert approvals_time_out(later) == 0
    assert Approval.objects.get(pk=pk).state == ApprovalState.EXPIRED
    assert carried == [("open", None)]
    assert Notification.objects.filter(user=cast.bob, kind="approval_expired").count() == 1


def test_managers_are_found_by_the_line_of_reporting_then_by_the_departments(cast: Cast) -> None:
    assert managers_of(cast.bob.pk) == [cast.alice.pk]
    assert managers_of(cast.charlie.pk) == []

    Department.objects.filter(pk=cast.branch.pk).update(head=cast.eve)
    assert managers_of(cast.charlie.pk) == [cast.eve.pk]
    assert owner_or_managers(cast.charlie.pk) == [cast.charlie.pk, cast.eve.pk]
    assert people_with_role("custodian") == [cast.clara.pk]

    User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    assert managers_of(cast.bob.pk) == [cast.eve.pk]


def test_a_token_that_only_reads_decides_nothing(cast: Cast) -> None:
    pk = ask(cast)
    _row, secret = token_create(cast.alice, name="读", scopes=["*:read"], actor=actor(cast.alice))
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {secret}", "content_type": "application/json"}

    answer = client(None).post(f"/api/v1/approvals/{pk}/actions/grant", "{}", **bearer)

    assert answer.status_code == 403
    assert Approval.objects.get(pk=pk).state == ApprovalState.OPEN


def test_the_page_shows_each_their_own_and_decides(cast: Cast) -> None:
    pk = ask(cast, reason="客户来电")
    alice = client(cast.alice)
    assert "认领 海天包装" in alice.get("/approvals/").content.decode()
    assert "认领 海天包装" in client(cast.bob).get("/approvals/?tab=mine").content.decode()
    assert "认领 海天包装" not in client(cast.charlie).get("/approvals/?tab=mine").content.decode()
    assert "认领 海天包装" in alice.get("/").content.decode()

    refused = alice.post(f"/o/approvals/{pk}/action/refuse/", {"answer": ""})
    assert refused.status_code == 422
    done = alice.post(f"/o/approvals/{pk}/action/grant/", {"answer": "可以"})
    assert done.status_code == 204
    assert "已同意" in alice.get("/approvals/?tab=decided").content.decode()
    # Whoever comes second is told, and nothing is done twice.
    late = client(cast.clara).post(f"/o/approvals/{pk}/action/refuse/", {"answer": "不行"})
    assert late.status_code == 422
    assert len(carried) == 1


def test_who_cannot_see_the_record_learns_no_more_than_the_title(cast: Cast) -> None:
    customer = record_save(registry.get("customer"), {"name": "绝密客户", "kind": "company"}, actor=actor(cast.charlie))
    pk = ask(cast, about=("customer", customer))

    for page in ("/approvals/?tab=mine", f"/o/approvals/{pk}/"):
        assert "绝密客户" not in client(cast.bob).get(page).content.decode()


@pytest.mark.claim
@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_do_not_both_decide(cast: Cast) -> None:
    ids = [ask(cast, about=("customer", number)) for number in range(5)]
    people = [actor(cast.alice), actor(cast.clara)] * 3
    starting = Barrier(len(people))

    def decide(person: Any) -> None:
        try:
            for pk in ids:
                starting.wait(timeout=60)
                with suppress(Invalid):
                    approval_grant([pk], actor=person)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(decide, people))

    granted = ApprovalEvent.objects.filter(what=Happening.GRANTED)
    assert sorted(granted.values_list("approval_id", flat=True)) == ids
    assert len(carried) == len(ids)
