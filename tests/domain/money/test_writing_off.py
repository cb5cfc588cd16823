"""Write-offs that a flow asks about, and reminders that end with the payment."""

from __future__ import annotations

import pytest

from tests.cast import Cast, actor
from tests.domain.money.base import check
from tests.domain.orders.base import ago, confirmed, customer, saved
from tests.domain.orders.test_orders import refused
from zhike.domain.activities.models import Task
from zhike.domain.money.dunning import remind
from zhike.domain.money.models import Balance, Dunning, Instalment, WriteOff
from zhike.engines.approvals.deciding import approval_grant, approval_refuse, approval_return, approval_send_again
from zhike.engines.approvals.flows import flow_create, version_save
from zhike.engines.approvals.models import Approval
from zhike.metadata.actor import SYSTEM

pytestmark = pytest.mark.django_db


def owed(order: int) -> int:
    return sum(Balance.objects.filter(instalment__order=order).values_list("open_amount", flat=True))


def state(pk: int) -> str:
    return WriteOff.objects.values_list("state", flat=True).get(pk=pk)


@pytest.fixture
def flow(cast: Cast) -> None:
    """Whoever gives up more than ten yuan asks their manager."""
    drawn = flow_create(object_key="write_off", kind="write_off", name="核销", name_en="Write-offs", actor=SYSTEM)
    steps = [{"name": "主管", "who": [{"by": "manager"}]}]
    definition = {"when": {"field": "amount", "op": "gt", "value": 1000}, "covers": ["amount", "order"], "steps": steps}
    version_save(drawn, definition, actor=SYSTEM)


def asked() -> int:
    return Approval.objects.order_by("-pk").values_list("pk", flat=True)[0]


def bobs(cast: Cast) -> int:
    buyer = customer(owner=cast.bob.pk, department=cast.first.pk)
    return confirmed(buyer, ("1", "50"), owner=cast.bob.pk)


@pytest.mark.usefixtures("flow")
def test_what_a_flow_asks_about_counts_when_it_is_granted(cast: Cast) -> None:
    pk, bob = bobs(cast), actor(cast.bob)
    small = saved("write_off", by=bob, order=pk, amount="10", reason="尾差")
    large = saved("write_off", by=bob, order=pk, amount="30", reason="破产")

    assert (state(small), state(large), owed(pk)) == ("counted", "waiting", 4000)
    refused("locked", saved, "write_off", by=bob, id=large, amount="20")
    check()
    approval_grant([asked()], actor=actor(cast.alice))

    assert (state(large), owed(pk)) == ("counted", 1000)
    check()


@pytest.mark.usefixtures("flow")
def test_what_is_refused_never_counts_and_what_is_returned_is_sent_again(cast: Cast) -> None:
    pk, bob, alice = bobs(cast), actor(cast.bob), actor(cast.alice)
    first = saved("write_off", by=bob, order=pk, amount="30", reason="破产")
    approval_refuse([asked()], actor=alice, answer="再催一次")
    assert (state(first), owed(pk)) == ("refused", 5000)

    second = saved("write_off", by=bob, order=pk, amount="30", reason="破产")
    approval_return([asked()], actor=alice, answer="附上裁定书")
    assert state(second) == "waiting"
    approval_send_again([asked()], actor=bob)
    approval_grant([asked()], actor=alice)
    assert (state(second), owed(pk)) == ("counted", 2000)
    check()


@pytest.mark.usefixtures("flow")
def test_what_is_paid_meanwhile_cannot_be_given_up_any_more(cast: Cast) -> None:
    pk, bob = bobs(cast), actor(cast.bob)
    waiting = saved("write_off", by=bob, order=pk, amount="30", reason="破产")
    saved("receipt", customer=Instalment.objects.get(order=pk).customer_id, amount="40")

    refused("more_than_open", approval_grant, [asked()], actor=actor(cast.alice))

    assert (state(waiting), owed(pk)) == ("waiting", 1000)
    check()


@pytest.mark.usefixtures("flow")
def test_who_makes_it_more_is_asked_about_again(cast: Cast) -> None:
    pk, bob = bobs(cast), actor(cast.bob)
    small = saved("write_off", by=bob, order=pk, amount="10", reason="尾差")

    saved("write_off", by=bob, id=small, amount="20")

    assert (state(small), owed(pk)) == ("waiting", 5000)
    approval_grant([asked()], actor=actor(cast.alice))
    assert (state(small), owed(pk)) == ("counted", 3000)
    check()


def test_a_reminder_ends_with_the_payment_and_comes_back_with_the_debt(cast: Cast) -> None:
    pk = bobs(cast)
    Instalment.objects.filter(order_id=pk).update(due_on=ago(20))
    assert remind(ago(0)) == 1
    task = Task.objects.get(owner=cast.bob)
    buyer = task.customer_id
    saved("receipt", customer=buyer, amount="20")
    task.refresh_from_db()
    assert task.status == "open", "part of it is still owed"
    receipt = saved("receipt", customer=buyer, amount="30")
    task.refresh_from_db()
    assert (task.status, Dunning.objects.count()) == ("done", 0)
    assert remind(ago(0)) == 0
    saved("receipt", id=receipt, amount="10")
    assert remind(ago(0)) == 1, "the payment was less than it seemed"
    check()
