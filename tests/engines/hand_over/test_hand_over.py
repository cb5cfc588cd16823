"""Handing over: who gets what, the history and the ledger, the note, going on after a kill, and taking it back."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.cast import Cast, actor, client
from tests.engines.mail.test_sending import setup
from tests.web.records import customers, records
from zhike.accounts.models import User
from zhike.accounts.people import user_create
from zhike.domain.activities.models import Interaction, Task
from zhike.domain.customers.models import Contact, Customer
from zhike.domain.pools.models import Custody
from zhike.engines.approvals.deciding import approval_grant
from zhike.engines.approvals.kinds import ApprovalKind, forget, register
from zhike.engines.approvals.models import Approval
from zhike.engines.approvals.starting import approval_ask
from zhike.engines.hand_over import moving
from zhike.engines.hand_over.jobs import run_hand_over, run_undo
from zhike.engines.hand_over.models import HandOver
from zhike.engines.hand_over.parts import parts_for
from zhike.engines.hand_over.planning import Rule, owns_anything, preview
from zhike.engines.hand_over.services import hand_over_start, hand_over_undo
from zhike.engines.mail.models import Mail
from zhike.engines.notify.models import Notification
from zhike.jobs.models import Job
from zhike.jobs.run import JobRun, Released
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import BadQuery, Denied, Invalid, NotFound
from zhike.metadata.models import Batch, Change
from zhike.metadata.records import record_save
from zhike.metadata.sealing import run_outbox

pytestmark = [pytest.mark.django_db, pytest.mark.write]


@pytest.fixture
def dora(cast: Cast) -> User:
    """A second successor in Alice's team."""
    return user_create(username="dora", name="Dora", roles=["sales"], department=cast.first.pk, actor=SYSTEM)


def carry_out(found: HandOver, *, undo: bool = False) -> dict[str, Any]:
    """Run the job as a worker does, and end it."""
    pk = found.undo_job_id if undo else found.job_id
    Job.objects.filter(pk=pk).update(state=Job.State.RUNNING, worker="w", attempts=1)
    result: dict[str, Any] = (run_undo if undo else run_hand_over)(JobRun(Job.objects.get(pk=pk)))
    Job.objects.filter(pk=pk).update(state=Job.State.DONE, result=result)
    return result


def start(cast: Cast, rule: Rule, *keys: str, **more: Any) -> HandOver:
    who = more.pop("actor", actor(cast.alice))
    chosen = list(keys) or list(parts_for(who))
    return hand_over_start(cast.bob.pk, rule, chosen, reason="离职", actor=who, **more)


def owners(ids: list[int]) -> Counter[int | None]:
    return Counter(Customer.objects.filter(pk__in=ids).values_list("owner_id", flat=True))


def test_everything_of_a_person_goes_to_the_successor(cast: Cast, dora: User) -> None:
    ids = customers(cast.bob, "海天包装", "大江物流")
    contacts = records("contact", [{"customer": ids[0], "name": "李四", "owner": cast.bob.pk}])
    tasks = records(
        "task",
        [
            {"title": "回访", "customer": ids[0], "owner": cast.bob.pk},
            {"title": "写总结", "owner": cast.bob.pk},
            {"title": "做完了", "owner": cast.bob.pk, "status": "done"},
        ],
    )
    said = {
        "customer": ids[0],
        "happened_at": "2026-01-05T10:00",
        "channel": "call",
        "content": "聊过",
        "owner": cast.bob.pk,
    }
    [contact] = records("interaction", [said])
    found = start(cast, Rule("evenly", (dora.pk,)))

    result = carry_out(found)

    assert owners(ids) == {dora.pk: 2}
    assert Contact.objects.get(pk=contacts[0]).owner_id == dora.pk
    assert list(Task.objects.filter(pk__in=tasks).order_by("pk").values_list("owner_id", flat=True)) == [
        dora.pk,
        dora.pk,
        cast.bob.pk,
    ]
    assert Interaction.objects.get(pk=contact).owner_id == cast.bob.pk
    assert (result["done"], result["refused"]) == (5, 0)
    assert result["counts"] == {
        "customer.owner": {str(dora.pk): 2},
        "contact.owner": {str(dora.pk): 1},
        "task.owner": {str(dora.pk): 2},
    }
    assert not owns_anything(cast.bob)


def test_history_and_ledger_have_the_reason(cast: Cast, dora: User) -> None:
    [pk] = customers(cast.bob, "海天包装")
    carry_out(start(cast, Rule("evenly", (dora.pk,))))
    entry = Custody.objects.get(customer_id=pk)
    assert (entry.kind, entry.reason, entry.from_user_id, entry.to_user_id) == (
        "hand_over",
        "离职",
        cast.bob.pk,
        dora.pk,
    )
    change = Change.objects.filter(object_key="customer", record_id=pk).latest("pk")
    batch = Batch.objects.get(pk=change.batch_id)
    assert (batch.label, batch.actor_id, batch.source) == ("离职", cast.alice.pk, "hand_over")


def test_several_share_evenly_and_what_belongs_to_a_customer_goes_along(cast: Cast, dora: User) -> None:
    ids = customers(cast.bob, *(f"客户{number}" for number in range(7)))
    tasks = records("task", [{"title": "回访", "customer": pk, "owner": cast.bob.pk} for pk in ids])
    carry_out(start(cast, Rule("evenly", (dora.pk, cast.alice.pk))))
    assert owners(ids) == {dora.pk: 4, cast.alice.pk: 3}
    assert all(task.owner_id == task.customer.owner_id for task in Task.objects.filter(pk__in=tasks))


def test_a_rule_by_filter_takes_the_first_that_fits(cast: Cast, dora: User) -> None:
    high = customers(cast.bob, "甲", "乙", tier="high")
    low = customers(cast.bob, "丙", tier="low")
    rest = customers(cast.bob, "丁")
    tier = {"field": "tier", "op": "in", "value": ["high", "low"]}
    steps = (({"field": "tier", "op": "eq", "value": "high"}, cast.charlie.pk), (tier, dora.pk))
    found = start(cast, Rule("filter", (cast.alice.pk,), steps), "customer.owner")
    carry_out(found)
    assert (owners(high), owners(low), owners(rest)) == ({cast.charlie.pk: 2}, {dora.pk: 1}, {cast.alice.pk: 1})
    assert set(Customer.objects.filter(pk__in=high).values_list("department_id", flat=True)) == {cast.second.pk}


def test_the_preview_says_what_then_happens(cast: Cast, dora: User) -> None:
    customers(cast.bob, "甲", "乙", "丙", tier="high")
    customers(cast.bob, "丁", "戊")
    customers(cast.charlie, "外人的客户")
    steps = (({"field": "tier", "op": "eq", "value": "high"}, cast.charlie.pk),)
    rule = Rule("filter", (dora.pk, cast.alice.pk), steps)
    alice = actor(cast.alice)
    [shown] = preview(rule, cast.bob, [parts_for(alice)["customer.owner"]], actor=alice)
    assert shown.count.value == 5
    told = {share.user_id: (share.count, sorted(share.samples)) for share in shown.shares}
    assert told == {
        cast.charlie.pk: (3, sorted(["甲", "乙", "丙"])),
        dora.pk: (1, ["丁"]),
        cast.alice.pk: (1, ["戊"]),
    }
    result = carry_out(start(cast, rule, "customer.owner"))
    assert result["counts"]["customer.owner"] == {str(pk): count for pk, (count, _samples) in told.items()}


def test_nobody_hands_over_what_they_may_not_assign(cast: Cast, dora: User) -> None:
    ids = customers(cast.bob, "海天包装")
    for name, refusal in (("adam", Denied), ("max", Denied), ("mallory", Denied)):
        with pytest.raises(refusal):
            start(cast, Rule("evenly", (dora.pk,)), "customer.owner", actor=actor(getattr(cast, name)))
    with pytest.raises(Invalid):
        start(cast, Rule("evenly", (dora.pk,)), "customer.owner", actor=actor(cast.charlie))
    assert owners(ids) == {cast.bob.pk: 1}
    outside = customers(cast.bob, "转走的", department=cast.second.pk)
    carry_out(start(cast, Rule("evenly", (dora.pk,)), "customer.owner"))
    assert owners(outside) == {cast.bob.pk: 1}


def test_rights_that_were_lost_meanwhile_count(cast: Cast, dora: User) -> None:
    ids = customers(cast.bob, "海天包装")
    found = start(cast, Rule("evenly", (dora.pk,)), "customer.owner")
    User.objects.filter(pk=cast.alice.pk).update(roles=["service"], version=99)
    assert carry_out(found)["done"] == 0
    assert owners(ids) == {cast.bob.pk: 1}


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("to", {"rule": Rule("evenly", ())}),
        ("to", {"rule": Rule("evenly", (999_999,))}),
        ("by", {"rule": Rule("nonsense", (1,))}),
        ("reason", {"reason": "  "}),
        ("parts", {"keys": []}),
        ("parts", {"keys": ["interaction.owner"]}),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(cast: Cast, dora: User, field: str, change: dict[str, Any]) -> None:
    customers(cast.bob, "海天包装")
    given: dict[str, Any] = {"rule": Rule("evenly", (dora.pk,)), "keys": ["customer.owner"], "reason": "离职", **change}
    with pytest.raises(Invalid) as refusal:
        hand_over_start(cast.bob.pk, given.pop("rule"), given.pop("keys"), **given, actor=actor(cast.alice))
    assert list(refusal.value.problems) == [field]
    assert not HandOver.objects.exists()


def test_the_person_and_closed_accounts_are_no_successors(cast: Cast) -> None:
    customers(cast.bob, "海天包装")
    for user in (cast.bob, cast.disabled, cast.expired):
        with pytest.raises(Invalid):
            start(cast, Rule("evenly", (user.pk,)))
    with pytest.raises(BadQuery):
        start(cast, Rule("filter", (cast.alice.pk,), (({"field": "nonsense", "op": "eq", "value": 1}, cast.alice.pk),)))
    with pytest.raises(NotFound):
        hand_over_start(
            999_999, Rule("evenly", (cast.alice.pk,)), ["customer.owner"], reason="x", actor=actor(cast.alice)
        )


def test_one_at_a_time(cast: Cast, dora: User) -> None:
    customers(cast.bob, "海天包装")
    start(cast, Rule("evenly", (dora.pk,)))
    with pytest.raises(Invalid):
        start(cast, Rule("evenly", (dora.pk,)))


def test_each_successor_is_told_once(cast: Cast, dora: User) -> None:
    setup(cast, 25)
    User.objects.filter(pk=dora.pk).update(emails=["dora@example.cn"])
    run_outbox()
    customers(cast.bob, *(f"客户{number}" for number in range(9)))
    run_outbox()
    carry_out(start(cast, Rule("evenly", (dora.pk, cast.alice.pk)), note="先打电话"))
    run_outbox()
    told = Notification.objects.filter(user=dora)
    assert list(told.values_list("kind", "params")) == [("handed_over", {"count": 5, "note": "先打电话"})]
    assert "Alice把“Bob”的5条记录交接给你。先打电话" in client(dora).get("/notifications/").content.decode()
    mail = Mail.objects.get()
    assert mail.to == "dora@example.cn"
    assert "客户: 5" in mail.text
    assert "先打电话" in mail.text


def test_a_killed_worker_goes_on_where_it_stood(cast: Cast, dora: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhike.metadata.pace.MOST", 100)
    monkeypatch.setattr(moving.Pace, "rows", property(lambda _self: 3, lambda _self, _value: None), raising=False)
    ids = customers(cast.bob, *(f"客户{number}" for number in range(10)))
    found = start(cast, Rule("evenly", (dora.pk, cast.alice.pk)), "customer.owner")
    Job.objects.filter(pk=found.job_id).update(state=Job.State.RUNNING, worker="w", attempts=1)

    class Dying(JobRun):
        steps = 0

        def progress(self, done: int, total: int, message: str = "") -> None:
            Dying.steps += 1
            if Dying.steps == 2:
                raise Released

    with pytest.raises(Released):
        run_hand_over(Dying(Job.objects.get(pk=found.job_id)))
    assert owners(ids)[cast.bob.pk] == 4

    result = carry_out(found)
    assert owners(ids) == {dora.pk: 5, cast.alice.pk: 5}
    assert result["done"] == 10
    assert Custody.objects.filter(customer_id__in=ids).count() == 10


def test_it_stops_when_cancelled_and_says_what_was_done(cast: Cast, dora: User) -> None:
    ids = customers(cast.bob, "海天包装")
    found = start(cast, Rule("evenly", (dora.pk,)))
    Job.objects.filter(pk=found.job_id).update(cancel_requested=True)
    assert carry_out(found)["done"] == 0
    assert owners(ids) == {cast.bob.pk: 1}


def test_taking_back_leaves_and_names_what_was_given_on(cast: Cast, dora: User) -> None:
    kept, given_on, edited = customers(cast.bob, "甲", "乙", "丙")
    tasks = records("task", [{"title": "回访", "customer": kept, "owner": cast.bob.pk}])
    found = start(cast, Rule("evenly", (dora.pk,)))
    carry_out(found)
    record_save(registry.get("customer"), {"owner": cast.charlie.pk}, id=given_on, actor=SYSTEM)
    record_save(registry.get("customer"), {"note": "新的备注"}, id=edited, actor=SYSTEM)

    found = hand_over_undo(found.pk, actor=actor(cast.alice))
    result = carry_out(found, undo=True)

    assert (result["undone"], result["left"]) == (3, 1)
    assert result["examples"] == [["customer", given_on]]
    assert owners([kept, edited]) == {cast.bob.pk: 2}
    assert owners([given_on]) == {cast.charlie.pk: 1}
    assert Task.objects.get(pk=tasks[0]).owner_id == cast.bob.pk
    assert Customer.objects.get(pk=edited).note == "新的备注"
    assert Custody.objects.filter(customer_id=kept).latest("pk").kind == "undo"
    with pytest.raises(Invalid):
        hand_over_undo(found.pk, actor=actor(cast.alice))
    with pytest.raises(NotFound):
        hand_over_undo(found.pk, actor=actor(cast.bob))


def test_requests_that_wait_for_the_person_go_along(cast: Cast, dora: User) -> None:
    granted: list[int] = []

    def grant(request: Approval, *, actor: Actor) -> None:
        granted.append(request.pk)

    register(ApprovalKind("trial", "试用", on_grant=grant))
    try:
        asked = [cast.bob.pk, cast.alice.pk]
        pk = approval_ask("trial", title="想要一个客户", deciders=asked, actor=actor(cast.charlie))
        carry_out(start(cast, Rule("evenly", (dora.pk,)), "approval.deciders"))
        assert set(Approval.objects.get(pk=pk).deciders.values_list("pk", flat=True)) == {dora.pk, cast.alice.pk}
        assert policy.queryset_for(actor(dora), registry.get("approval")).filter(pk=pk).exists()
        approval_grant([pk], actor=actor(dora))
    finally:
        forget("trial")
    assert granted == [pk]


def test_custom_objects_take_part_by_themselves(cast: Cast, dora: User) -> None:
    from zhike.metadata.customising_objects import object_create  # noqa: PLC0415

    object_create(label="设备", key="x_machine", actor=actor(cast.adam))
    clara = actor(cast.clara)
    assert "x_machine.owner" in parts_for(clara)


def test_the_page_previews_starts_and_takes_back(cast: Cast, dora: User) -> None:
    [pk, _other] = customers(cast.bob, "海天包装", "大江物流", tier="high")
    browser = client(cast.alice)
    address = f"/people/{cast.bob.pk}/hand-over/"
    assert browser.get(address).status_code == 200
    form = {"part": ["customer.owner", "task.owner"], "to": [str(dora.pk)], "reason": "调岗", "note": ""}
    shown = browser.post(address, {**form, "do": "preview"}).content.decode()
    assert "海天包装" in shown
    assert owners([pk]) == {cast.bob.pk: 1}
    divided = {**form, "by": "tier", "step_0": str(cast.charlie.pk), "do": "preview"}
    assert "Charlie" in browser.post(address, divided).content.decode()
    assert browser.post(address, {**form, "reason": "", "do": "start"}).status_code == 422
    assert browser.post(address, {**form, "to": ["x"], "do": "start"}).status_code == 422
    started = browser.post(address, {**form, "do": "start"})
    found = HandOver.objects.get()
    assert started["Location"] == f"/hand-overs/{found.pk}/"
    carry_out(found)
    page = browser.get(started["Location"]).content.decode()
    assert "Dora" in page
    assert browser.post(f"/hand-overs/{found.pk}/undo/").status_code == 302
    found.refresh_from_db()
    carry_out(found, undo=True)
    assert owners([pk]) == {cast.bob.pk: 1}
    assert browser.get(started["Location"]).status_code == 200
    assert client(cast.bob).get(started["Location"]).status_code == 404


def test_the_settings_of_a_person_say_that_something_is_left(cast: Cast) -> None:
    address = f"/settings/people/{cast.bob.pk}/"
    assert "没有需要交接的" in client(cast.adam).get(address).content.decode()
    customers(cast.bob, "绝密客户")
    page = client(cast.adam).get(address).content.decode()
    assert "名下还有记录" in page
    assert "绝密客户" not in page


def test_the_api_has_it_as_an_action(cast: Cast, dora: User) -> None:
    ids = customers(cast.bob, "海天包装")
    action = registry.get("user").actions["hand_over"]
    action.run([cast.bob.pk], to=dora.pk, reason="离职", actor=actor(cast.alice))
    carry_out(HandOver.objects.get())
    assert owners(ids) == {dora.pk: 1}
    with pytest.raises(Denied):
        action.run([cast.bob.pk], to=dora.pk, reason="离职", actor=actor(cast.max))
