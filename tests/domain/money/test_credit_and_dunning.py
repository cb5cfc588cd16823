"""Credit that blocks or asks, reminders made once for each level, and overdue payments as evidence of risk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast, actor
from tests.domain.orders.base import ago, confirmed, customer, order, posted, saved
from tests.domain.orders.test_orders import refused
from tests.domain.risk.base import level, weigh
from zhike.domain.activities.models import Task
from zhike.domain.money.credit import order_credit_ask
from zhike.domain.money.dunning import level_of, remind
from zhike.domain.money.models import Dunning, Instalment
from zhike.domain.money.policies import days_of, rules_on
from zhike.domain.orders.models import Order
from zhike.domain.risk.holds import hold_place
from zhike.engines.approvals.deciding import approval_grant
from zhike.engines.approvals.models import Approval
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.query import Query
from zhike.metadata.records import record_save
from zhike.metadata.saving import context_for

pytestmark = pytest.mark.django_db


def bobs(cast: Cast, **values: Any) -> int:
    record_save(registry.get("department"), {"head": cast.alice.pk}, id=cast.first.pk, actor=SYSTEM)
    return customer(owner=cast.bob.pk, department=cast.first.pk, **values)


def confirm(cast: Cast, pk: int) -> None:
    saved("order", by=actor(cast.bob), id=pk, state="confirmed")


def test_an_order_beyond_the_limit_asks_and_is_confirmed_when_it_is_granted(cast: Cast) -> None:
    buyer = bobs(cast, credit_limit="100")
    bob = actor(cast.bob)
    within = order(buyer, ("1", "60"), by=bob)
    confirm(cast, within)
    beyond = order(buyer, ("1", "40.01"), by=bob)
    refused("credit_limit_asks", confirm, cast, beyond)
    order_credit_ask([beyond], actor=bob, reason="下周到账")
    asked = Approval.objects.get(kind="credit", about_id=beyond)
    assert set(asked.deciders.values_list("pk", flat=True)) == {cast.alice.pk}
    approval_grant([asked.pk], actor=actor(cast.alice))
    assert Order.objects.get(pk=beyond).state == "confirmed"
    assert posted(buyer) == 10_001
    third = order(buyer, ("1", "0.01"), by=bob)
    saved("receipt", customer=buyer, amount="100.01")
    confirm(cast, third)


def test_a_hold_blocks_until_the_rules_say_otherwise(cast: Cast) -> None:
    buyer = bobs(cast)
    hold_place([buyer], actor=actor(cast.bob), reason="欠款未清")
    pk = order(buyer, ("1", "1"), by=actor(cast.bob))
    refused("credit_hold", confirm, cast, pk)
    today = timezone.localdate()
    saved("credit_policy", name="宽松", starts_on=(today + timedelta(1)).isoformat(), on_hold="allow")
    refused("credit_hold", confirm, cast, pk)
    saved("credit_policy", name="询问", starts_on=(today - timedelta(1)).isoformat(), on_hold="ask")
    refused("credit_hold_asks", confirm, cast, pk)
    saved("credit_policy", name="放行", starts_on=today.isoformat(), on_hold="allow")
    confirm(cast, pk)


def test_rules_hold_from_their_day_on_and_make_sense() -> None:
    today = timezone.localdate()
    assert rules_on(today).payment_days == 30
    saved("credit_policy", name="六十天", starts_on=today.isoformat(), payment_days=60, dunning_days="5，20")
    assert (rules_on(today).payment_days, rules_on(today).dunning_days) == (60, (5, 20))
    assert rules_on(today - timedelta(1)).payment_days == 30
    pk = confirmed(customer(), ("1", "1"))
    assert Instalment.objects.get(order_id=pk).due_on == today + timedelta(60)
    for wrong in ("", "5,3", "0,4", "x", "1,1"):
        with pytest.raises(ValueError, match=r".*"):
            days_of(wrong)
    refused("not_days", saved, "credit_policy", name="错", starts_on=ago(9).isoformat(), dunning_days="20,5")


def test_each_level_reminds_once_and_only_what_is_still_open(cast: Cast) -> None:
    buyer = bobs(cast)
    pk, paid = (confirmed(buyer, ("1", "50"), owner=cast.bob.pk) for _turn in range(2))
    Instalment.objects.filter(order_id=pk).update(due_on=ago(20))
    saved("write_off", order=paid, amount="50", reason="尾差")
    Instalment.objects.filter(order_id=paid).update(due_on=ago(20))
    today = timezone.localdate()
    assert [level_of(days, (1, 15, 30)) for days in (0, 1, 14, 15, 400)] == [0, 1, 1, 2, 3]
    assert (remind(today), remind(today)) == (1, 0)
    task = Task.objects.get(owner=cast.bob)
    assert ("逾期 20 天" in task.title.replace("已", ""), task.customer_id) == (True, buyer)
    assert remind(today + timedelta(10)) == 1, "the next level is reached on the thirtieth day"
    assert Dunning.objects.count() == 2
    part = Instalment.objects.get(order_id=pk)
    saved("instalment", id=part.pk, due_on=(today + timedelta(30)).isoformat())
    assert remind(today) == 0, "what was agreed anew is not overdue"


def test_an_overdue_payment_is_evidence_of_risk_by_itself(cast: Cast) -> None:
    late, soon = bobs(cast), bobs(cast, name="准时客户")
    for buyer, days in ((late, 31), (soon, 29)):
        pk = confirmed(buyer, ("1", "50"))
        Instalment.objects.filter(order_id=pk).update(due_on=ago(days))
    found = Query(
        registry.get("customer"),
        SYSTEM,
        context_for(SYSTEM),
        columns=("overdue_days", "overdue_amount", "receivable_amount"),
        filter={"field": "id", "op": "eq", "value": late},
    ).page()
    values = found.rows[0].values
    assert [values[key] for key in ("overdue_days", "overdue_amount", "receivable_amount")] == [31, 5000, 5000]
    weigh()
    assert (level(late), level(soon)) == ("watch", "none")
    saved("receipt", customer=late, amount="50")
    weigh()
    assert level(late) == "none"
