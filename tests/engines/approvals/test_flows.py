"""Flows: who must decide in which order, what stands still meanwhile, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.cast import Cast, actor
from tests.engines.approvals.flow_of import customer, flow, person, step
from zhike.accounts.models import Department, User
from zhike.engines.approvals.deciding import (
    approval_grant,
    approval_refuse,
    approval_return,
    approval_send_again,
    approval_withdraw,
)
from zhike.engines.approvals.flows import flow_create, version_save
from zhike.engines.approvals.kinds import ApprovalKind, forget, register
from zhike.engines.approvals.models import Approval, ApprovalEvent, ApprovalSigner, ApprovalState, Happening, StepState
from zhike.engines.approvals.needs import approval_need, planned
from zhike.engines.approvals.signers import AFTER, BEFORE, approval_add_signer, approval_pass_on
from zhike.engines.approvals.starting import approval_start
from zhike.engines.approvals.timing import approvals_mend, approvals_time_out
from zhike.engines.notify.models import Notification
from zhike.metadata import records, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied, Invalid
from zhike.metadata.policy import queryset_for
from zhike.metadata.records import record_save

pytestmark = [pytest.mark.django_db, pytest.mark.write]

ended: list[tuple[str, int]] = []


def tell(word: str, approval: Approval, *, actor: Any) -> None:
    ended.append((word, approval.about_id or 0))


@pytest.fixture(autouse=True)
def _kind() -> Iterator[None]:
    ended.clear()
    register(
        ApprovalKind(
            "trial",
            "试批",
            objects=("customer",),
            on_grant=partial(tell, "granted"),
            on_refuse=partial(tell, "refused"),
            on_end=partial(tell, "ended"),
        )
    )
    yield
    forget("trial")


def start(cast: Cast, pk: int, who: User | None = None, kind: str = "trial") -> int | None:
    return approval_start(registry.get("customer"), pk, kind=kind, actor=actor(who or cast.bob))


def begun(cast: Cast, *steps: dict[str, Any], **more: Any) -> Approval:
    flow(cast, *steps, kind="trial", **more)
    pk = start(cast, customer(cast))
    assert pk is not None
    return Approval.objects.get(pk=pk)


def state(approval: Approval) -> str:
    return Approval.objects.get(pk=approval.pk).state


def awaited(approval: Approval) -> set[int]:
    return set(Approval.objects.get(pk=approval.pk).deciders.values_list("pk", flat=True))


def test_steps_come_one_after_the_other_and_the_last_word_carries_out(cast: Cast) -> None:
    found = begun(cast, step(person(cast.alice)), step(person(cast.eve)))
    assert awaited(found) == {cast.alice.pk}
    with pytest.raises(Denied):
        approval_grant([found.pk], actor=actor(cast.eve))

    approval_grant([found.pk], actor=actor(cast.alice))
    assert (state(found), awaited(found), ended) == ("open", {cast.eve.pk}, [])
    assert Notification.objects.filter(user=cast.eve, kind="approval_asked", record_id=found.pk).exists()

    approval_grant([found.pk], actor=actor(cast.eve), answer="好")
    assert (state(found), ended) == ("granted", [("granted", found.about_id)])


def test_the_same_word_again_changes_nothing(cast: Cast) -> None:
    found = begun(cast, step(person(cast.alice)), step(person(cast.eve)))
    approval_grant([found.pk], actor=actor(cast.alice))

    approval_grant([found.pk], actor=actor(cast.alice))

    assert awaited(found) == {cast.eve.pk}
    assert ApprovalEvent.objects.filter(approval=found, what=Happening.GRANTED).count() == 1
    with pytest.raises(Denied):
        approval_refuse([found.pk], actor=actor(cast.alice), answer="反悔")


@pytest.mark.parametrize(
    ("need", "share", "words", "outcome"),
    [
        ("any", 1, ["yes"], "granted"),
        ("any", 1, ["no"], "refused"),
        ("all", 1, ["yes", "yes"], "open"),
        ("all", 1, ["yes", "yes", "yes"], "granted"),
        ("all", 1, ["yes", "no"], "refused"),
        ("share", 2, ["no", "yes"], "open"),
        ("share", 2, ["no", "yes", "yes"], "granted"),
        ("share", 2, ["no", "no"], "refused"),
    ],
)
def test_a_step_needs_one_all_or_a_share_of_its_people(
    cast: Cast, need: str, share: int, words: list[str], outcome: str
) -> None:
    people = [cast.alice, cast.eve, cast.clara]
    found = begun(cast, step(person(*people), need=need, share=share))

    for word, who in zip(words, people, strict=False):
        if word == "yes":
            approval_grant([found.pk], actor=actor(who))
        else:
            approval_refuse([found.pk], actor=actor(who), answer="不行")

    assert state(found) == outcome


def test_steps_beside_each_other_are_asked_at_once_and_both_are_needed(cast: Cast) -> None:
    found = begun(cast, step(person(cast.alice)), step(person(cast.eve), beside=True), step(person(cast.clara)))
    assert awaited(found) == {cast.alice.pk, cast.eve.pk}

    approval_grant([found.pk], actor=actor(cast.eve))
    assert awaited(found) == {cast.alice.pk}
    approval_grant([found.pk], actor=actor(cast.alice))
    assert awaited(found) == {cast.clara.pk}


def test_conditions_on_record_asker_and_step_decide_what_is_needed(cast: Cast) -> None:
    big = {"field": "name", "op": "contains", "value": "集团"}
    sales = {"field": "roles", "op": "in", "value": ["sales"]}
    flow(cast, step(person(cast.alice)), step(person(cast.eve), when=big), kind="trial", asker=sales)
    plain, large = customer(cast), customer(cast, name="海天集团")

    assert start(cast, plain, cast.alice) is None
    first, second = start(cast, plain), start(cast, large)
    approval_grant([first or 0, second or 0], actor=actor(cast.alice))

    assert Approval.objects.get(pk=first).state == "granted"
    assert Approval.objects.get(pk=second).state == "open"
    assert ApprovalEvent.objects.filter(approval_id=first, what=Happening.SKIPPED).exists()


def test_heads_are_found_by_level_and_owners_managers_by_the_record(cast: Cast) -> None:
    Department.objects.filter(pk=cast.first.pk).update(head=cast.alice)
    Department.objects.filter(pk=cast.branch.pk).update(head=cast.eve)
    flow(
        cast,
        step({"by": "head"}),
        step({"by": "head", "level": 1}),
        step({"by": "owner_manager"}),
        step({"by": "role", "role": "custodian"}),
        kind="trial",
    )
    customers = registry.get("customer")
    pk = customer(cast)
    need = approval_need(customers, pk, kind="trial", actor=actor(cast.bob))
    assert need is not None

    found = planned(need, customers, pk, actor=actor(cast.bob))

    people = [one.found.people for one in found]
    assert people == [[cast.alice.pk], [cast.eve.pk], [cast.alice.pk], [cast.clara.pk]]


def test_nobody_decides_about_their_own_matter_unless_the_flow_allows_it(cast: Cast) -> None:
    found = begun(cast, step(person(cast.bob), person(cast.alice)))
    assert awaited(found) == {cast.alice.pk}
    with pytest.raises(Invalid, match="no_self"):
        approval_pass_on([found.pk], person=cast.bob.pk, actor=actor(cast.alice))

    flow(cast, step(person(cast.charlie)), kind="general", may_self=True)
    own = start(cast, customer(cast, cast.charlie), cast.charlie, kind="general")
    approval_grant([own or 0], actor=actor(cast.charlie))
    assert Approval.objects.get(pk=own).state == "granted"


def test_where_nobody_is_there_the_fallback_is_asked_with_a_note_then_managers_then_administrators(cast: Cast) -> None:
    gone = step(person(cast.charlie))
    User.objects.filter(pk=cast.charlie.pk).update(is_active=False)
    User.objects.filter(pk=cast.eve.pk).update(is_active=True)
    first = flow(cast, step(person(cast.eve)), kind="trial", fallback=[person(cast.clara)])
    version_save(first, {"steps": [gone], "fallback": [person(cast.clara)]}, actor=actor(cast.adam))
    found = Approval.objects.get(pk=start(cast, customer(cast)))
    assert awaited(found) == {cast.clara.pk}
    assert ApprovalEvent.objects.get(approval=found, what=Happening.FELL_BACK).details["to"] == "fallback"

    version_save(first, {"steps": [gone]}, actor=actor(cast.adam))
    assert awaited(Approval.objects.get(pk=start(cast, customer(cast)))) == {cast.alice.pk}

    User.objects.filter(pk=cast.bob.pk).update(manager=None)
    assert awaited(Approval.objects.get(pk=start(cast, customer(cast)))) == {cast.adam.pk}


def test_covered_fields_stand_still_while_it_runs_and_say_whom_to_ask(cast: Cast) -> None:
    found = begun(cast, step(person(cast.alice)), covers=["name", "contacts"])
    customers, pk = registry.get("customer"), found.about_id or 0

    with pytest.raises(Invalid, match="locked") as refusal:
        record_save(customers, {"name": "新名称"}, id=pk, actor=actor(cast.bob))
    assert "Alice" in str(refusal.value.problems["name"][0].message)
    with pytest.raises(Invalid, match="locked"):
        record_save(registry.get("contact"), {"name": "张三", "customer": pk}, actor=actor(cast.bob))
    record_save(customers, {"website": "https://example.cn"}, id=pk, actor=actor(cast.bob))
    assert records.delete(customers, [pk], actor=actor(cast.bob)).refused[pk].code == "locked"
    # What the product itself writes goes on.
    record_save(customers, {"name": "海天包装材料"}, id=pk, actor=SYSTEM)

    approval_grant([found.pk], actor=actor(cast.alice))
    record_save(customers, {"name": "新名称"}, id=pk, actor=actor(cast.bob))


def test_returned_it_is_mended_and_sent_again_along_the_flow_as_it_is_now(cast: Cast) -> None:
    found = begun(cast, step(person(cast.alice)), step(person(cast.eve)), covers=["name"])
    approval_grant([found.pk], actor=actor(cast.alice))
    with pytest.raises(Invalid):
        approval_return([found.pk], actor=actor(cast.eve), answer=" ")
    approval_return([found.pk], actor=actor(cast.eve), answer="名称不全")
    assert (state(found), ended) == ("returned", [("ended", found.about_id)])
    assert Notification.objects.filter(user=cast.bob, kind="approval_returned").exists()

    record_save(registry.get("customer"), {"name": "海天包装有限公司"}, id=found.about_id, actor=actor(cast.bob))
    with pytest.raises(Denied):
        approval_send_again([found.pk], actor=actor(cast.alice))
    approval_send_again([found.pk], actor=actor(cast.bob), answer="已补")

    assert (state(found), awaited(found)) == ("open", {cast.alice.pk})
    again = Approval.objects.get(pk=found.pk)
    assert (again.round, again.facts["name"]) == (2, "海天包装有限公司")
    first = ApprovalSigner.objects.get(step__approval=found, step__round=1, user=cast.alice)
    assert first.state == "granted"


def test_it_is_withdrawn_by_the_asker_and_runs_once_at_a_time(cast: Cast) -> None:
    found = begun(cast, step(person(cast.alice)))
    with pytest.raises(Invalid, match="running_already"):
        start(cast, found.about_id or 0)
    with pytest.raises(Denied):
        approval_withdraw([found.pk], actor=actor(cast.alice))
    approval_withdraw([found.pk], actor=actor(cast.bob))
    assert (state(found), ended) == ("withdrawn", [("ended", found.about_id)])
    with pytest.raises(Invalid):
        approval_grant([found.pk], actor=actor(cast.alice))
    assert start(cast, found.about_id or 0) is not None


def test_it_is_passed_on_and_others_are_asked_before_or_after(cast: Cast) -> None:
    found = begun(cast, step(person(cast.alice)))
    approval_add_signer([found.pk], person=cast.clara.pk, place=BEFORE, answer="先看档案", actor=actor(cast.alice))
    assert awaited(found) == {cast.clara.pk}
    approval_grant([found.pk], actor=actor(cast.clara))
    assert awaited(found) == {cast.alice.pk}
    approval_add_signer([found.pk], person=cast.max.pk, place=AFTER, answer="告知市场", actor=actor(cast.alice))
    approval_pass_on([found.pk], person=cast.eve.pk, answer="出差", actor=actor(cast.alice))
    assert awaited(found) == {cast.eve.pk}
    with pytest.raises(Denied):
        approval_grant([found.pk], actor=actor(cast.alice))
    approval_grant([found.pk], actor=actor(cast.eve))
    assert awaited(found) == {cast.max.pk}
    approval_grant([found.pk], actor=actor(cast.max))
    assert state(found) == "granted"
    assert ApprovalSigner.objects.get(step__approval=found, user=cast.eve).instead_of_id == cast.alice.pk


def away(person: User, deputy: User | None) -> None:
    today = timezone.localdate()
    values = {"reason": "年假", "owner": person.pk, "starts_on": today, "ends_on": today + timedelta(days=3)}
    record_save(registry.get("absence"), {**values, "substitute": deputy and deputy.pk}, actor=SYSTEM)


def test_who_is_away_is_replaced_by_the_substitute_also_while_it_waits(cast: Cast) -> None:
    away(cast.eve, cast.clara)
    found = begun(cast, step(person(cast.eve)), step(person(cast.alice)))
    assert awaited(found) == {cast.clara.pk}
    approval_grant([found.pk], actor=actor(cast.clara))
    assert awaited(found) == {cast.alice.pk}

    away(cast.alice, cast.max)
    assert approvals_mend() == 1
    assert approvals_mend() == 0

    assert awaited(found) == {cast.max.pk}
    assert ApprovalSigner.objects.get(step__approval=found, user=cast.max).instead_of_id == cast.alice.pk
    with pytest.raises(Denied):
        approval_grant([found.pk], actor=actor(cast.alice))


def test_a_substitute_who_asked_does_not_decide_and_a_closed_account_holds_nothing_up(cast: Cast) -> None:
    away(cast.eve, cast.bob)
    found = begun(cast, step(person(cast.eve), person(cast.clara)))
    assert awaited(found) == {cast.clara.pk}

    User.objects.filter(pk=cast.clara.pk).update(is_active=False)
    assert approvals_mend() == 1
    assert awaited(found) == {cast.alice.pk}


@pytest.mark.parametrize(("late", "outcome"), [("grant", "granted"), ("refuse", "refused"), ("remind", "open")])
def test_what_is_late_is_granted_refused_or_reminded_once(cast: Cast, late: str, outcome: str) -> None:
    found = begun(cast, step(person(cast.alice), hours=8, late=late))
    due = Approval.objects.get(pk=found.pk).expires_at
    assert due is not None
    assert approvals_time_out(due - timedelta(minutes=1)) == 0

    assert approvals_time_out(due + timedelta(minutes=1)) == 1
    assert approvals_time_out(due + timedelta(minutes=1)) == 0

    assert state(found) == outcome
    reminded = Notification.objects.filter(user=cast.alice, kind="approval_reminder")
    assert reminded.count() == (1 if late == "remind" else 0)


def test_what_is_late_goes_a_level_up_beside_who_was_asked(cast: Cast) -> None:
    Department.objects.filter(pk=cast.branch.pk).update(head=cast.eve)
    found = begun(cast, step(person(cast.alice), hours=4, late="escalate"))
    due = Approval.objects.get(pk=found.pk).expires_at
    assert due is not None

    approvals_time_out(due)

    assert awaited(found) == {cast.alice.pk, cast.eve.pk}
    approval_grant([found.pk], actor=actor(cast.eve))
    assert state(found) == "granted"


def test_time_limits_are_working_hours(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    found = begun(cast, step(person(cast.alice), hours=9))
    due = timezone.localtime(Approval.objects.get(pk=found.pk).expires_at)
    assert due.hour in range(9, 19)
    assert due.date() > timezone.localdate() - timedelta(days=1)


def test_a_running_approval_keeps_its_version_and_flows_are_for_administrators(cast: Cast) -> None:
    found = begun(cast, step(person(cast.alice)), step(person(cast.eve)))
    version = found.flow_version
    assert version is not None
    version_save(version.flow, {"steps": [step(person(cast.clara))]}, actor=actor(cast.adam))

    approval_grant([found.pk], actor=actor(cast.alice))

    assert awaited(found) == {cast.eve.pk}
    with pytest.raises(Denied):
        version_save(version.flow, {"steps": [step(person(cast.bob))]}, actor=actor(cast.alice))
    with pytest.raises(Denied):
        flow_create(object_key="customer", kind="trial", name="我的", actor=actor(cast.alice))


@pytest.mark.parametrize(
    "definition",
    [
        {"steps": []},
        {"steps": [{"who": []}]},
        {"steps": [{"who": [{"by": "role", "role": "nobody"}]}]},
        {"steps": [{"who": [{"by": "people", "people": [999_999]}]}]},
        {"steps": [{"who": [{"by": "manager"}], "hours": 0}]},
        {"steps": [{"who": [{"by": "manager"}], "late": "shout"}]},
        {"steps": [{"who": [{"by": "manager"}], "when": {"field": "nothing", "op": "eq"}}]},
        {"steps": [{"who": [{"by": "manager"}]}], "covers": ["nothing"]},
        {"steps": [{"who": [{"by": "manager"}]}], "when": {"all": "x"}},
        {"steps": "x"},
        {"steps": [{"who": 3}]},
    ],
)
def test_what_contradicts_itself_is_never_in_force(cast: Cast, definition: dict[str, Any]) -> None:
    made = flow_create(object_key="customer", kind="trial", name="试", actor=actor(cast.adam))
    with pytest.raises(Invalid):
        version_save(made, definition, actor=actor(cast.adam))
    assert not made.versions.exists()


def test_only_those_whom_it_concerns_see_an_approval(cast: Cast) -> None:
    found = begun(cast, step(person(cast.clara)))
    approvals = registry.get("approval")
    seen = {name for name, user in cast.people().items() if queryset_for(actor(user), approvals).filter(pk=found.pk)}
    assert seen == {"bob", "alice", "clara", "eve"}


@pytest.mark.claim
@pytest.mark.django_db(transaction=True)
def test_of_two_last_words_at_once_one_carries_out(cast: Cast) -> None:
    flow(cast, step(person(cast.alice, cast.eve, cast.clara), need="share", share=2), kind="trial")
    ids = [start(cast, customer(cast)) or 0 for _number in range(4)]
    people = [actor(cast.alice), actor(cast.eve), actor(cast.clara)]
    starting = Barrier(len(people))

    def decide(who: Any) -> None:
        try:
            for pk in ids:
                starting.wait(timeout=60)
                with suppress(Invalid):
                    approval_grant([pk], actor=who)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(decide, people))

    assert len(ended) == len(ids)
    assert set(Approval.objects.values_list("state", flat=True)) == {ApprovalState.GRANTED.value}
    told = ApprovalEvent.objects.filter(what=Happening.GRANTED)
    assert told.count() == 2 * len(ids)


def test_a_path_without_anybody_left_goes_back_to_the_asker(cast: Cast) -> None:
    found = begun(cast, step(person(cast.alice)), step(person(cast.eve)))
    User.objects.exclude(pk__in=[cast.bob.pk, cast.alice.pk]).update(is_active=False)
    User.objects.filter(pk=cast.bob.pk).update(manager=None)

    User.objects.filter(pk=cast.alice.pk).update(manager=None)
    approval_grant([found.pk], actor=actor(cast.alice))

    assert state(found) == "returned"
    assert found.steps.filter(state=StepState.GRANTED).count() == 1
