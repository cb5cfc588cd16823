"""Contracts: words with merge fields, frozen when sent, approved along flows, signed, kept and renewed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.cast import Cast, actor
from tests.domain.orders.base import saved
from tests.domain.orders.test_orders import refused
from tests.domain.quotes.offers import customer, quote
from zhike.domain.activities.models import Task
from zhike.domain.activities.services.tasks import task_complete
from zhike.domain.contracts.ending import contracts_end, contracts_remind
from zhike.domain.contracts.merging import merged_text, problem_in
from zhike.domain.contracts.models import Contract, ContractObligation
from zhike.domain.contracts.paper import contract_pdf
from zhike.domain.contracts.services import sending
from zhike.domain.contracts.services.making import contracts_from_orders, contracts_from_quotes
from zhike.domain.quotes.services.sending import quotes_send
from zhike.engines.approvals.deciding import approval_grant, approval_return
from zhike.engines.approvals.flows import flow_create, version_save
from zhike.engines.approvals.models import Approval
from zhike.engines.notify.models import Notification
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid, NotFound

pytestmark = pytest.mark.django_db
WORDS = "# 第一条\n{{客户}} 向 {{seller}} 支付 {{金额}} 元（{{大写金额}}）。"


def contract(cast: Cast, **values: Any) -> int:
    given = {"title": "年度供货", "amount": "1234.50", "text": WORDS, "customer": values.pop("customer", None)}
    given["customer"] = given["customer"] or customer(cast.bob)
    return saved("contract", by=actor(cast.bob), **{**given, **values})


def read(pk: int) -> Contract:
    return Contract.objects.get(pk=pk)


def in_force(cast: Cast, **values: Any) -> int:
    pk, bob = contract(cast, **values), actor(cast.bob)
    sending.contracts_send([pk], actor=bob)
    sending.contracts_sign([pk], actor=bob)
    return pk


def test_merge_fields_are_known_ones_with_both_braces() -> None:
    for good in ("", "没有字段", "{{ customer }}{{大写金额}}", WORDS):
        assert problem_in(good) is None, good
    for wrong, code in (("{{客户名}}", "unknown_merge_field"), ("{{customer", "stray_braces"), ("}}", "stray_braces")):
        problem = problem_in(wrong)
        assert problem is not None
        assert problem.code == code, wrong
    assert merged_text("{{客户}}：{{quote}}", {"customer": "海天"}) == "海天：________"


def test_unknown_fields_are_refused_when_templates_and_contracts_are_saved(cast: Cast) -> None:
    refused("unknown_merge_field", saved, "contract_template", name="错", text="{{foo}}")
    refused("unknown_merge_field", contract, cast, text="{{foo}}")


def test_a_new_contract_takes_words_and_term_of_the_template(cast: Cast) -> None:
    template = saved("contract_template", name="供货", text=WORDS, months=12, is_default=True)
    pk = contract(cast, text=None, starts_on="2026-03-15")
    found = read(pk)
    assert (found.template_id, found.text, found.ends_on) == (template, WORDS, date(2027, 3, 14))
    assert found.number.startswith("HT")
    saved("contract_template", id=template, text="别的")
    assert read(pk).text == WORDS


def test_what_was_sent_does_not_change_whatever_becomes_of_the_customer(cast: Cast) -> None:
    bob, buyer = actor(cast.bob), customer(cast.bob)
    pk = contract(cast, customer=buyer)
    sending.contracts_send([pk], actor=bob)
    saved("customer", id=buyer, name="改名后的公司", legal_name="改名后的公司")

    found = read(pk)
    assert found.state == "sent"
    assert found.facts["values"]["customer"] == "海天包装"
    assert found.facts["values"]["amount_in_words"] == "壹仟贰佰叁拾肆元伍角"
    for values in ({"title": "B"}, {"amount": "1"}, {"text": "别的"}):
        refused("frozen", saved, "contract", by=bob, id=pk, **values)
    saved("contract", by=bob, id=pk, note="已寄出")
    refused("not_a_draft", sending.contracts_send, [pk], actor=bob)
    assert contract_pdf(read(pk), "zh-hans").startswith(b"%PDF")
    with pytest.raises(NotFound):
        sending.contracts_send([pk], actor=actor(cast.charlie))


def test_a_new_version_takes_the_place_of_the_old_one_with_what_is_still_to_do(cast: Cast) -> None:
    bob, pk = actor(cast.bob), in_force(cast)
    for title, done in (("首付款", timezone.localdate().isoformat()), ("到货", None)):
        values = {"title": title, "due_on": "2027-01-10", "done_on": done}
        saved("contract_obligation", by=bob, contract=pk, **values)
    [new] = sending.contracts_revise([pk], actor=bob).ids
    old, made = read(pk), read(new)
    assert (old.state, made.state, made.revision, made.number) == ("replaced", "draft", 2, old.number)
    assert (made.signature, made.signed_on, made.text) == ("none", None, old.text)
    assert [row.title for row in made.obligations.all()] == ["到货"]
    assert Task.objects.get(title__contains="到货").status == "cancelled"


def test_signatures_are_of_what_was_sent_and_both_bring_it_into_force(cast: Cast) -> None:
    bob, pk = actor(cast.bob), contract(cast)
    refused("not_sent", saved, "contract", by=bob, id=pk, signature="ours")
    sending.contracts_send([pk], actor=bob)
    saved("contract", by=bob, id=pk, signature="theirs")
    assert read(pk).state == "sent"
    tomorrow = (timezone.localdate() + timedelta(1)).isoformat()
    refused("in_the_future", saved, "contract", by=bob, id=pk, signed_on=tomorrow)
    saved("contract", by=bob, id=pk, signature="both")
    assert (read(pk).state, read(pk).signed_on) == ("signed", timezone.localdate())
    refused("stays_signed", saved, "contract", by=bob, id=pk, signature="none")


@pytest.fixture
def flow(cast: Cast) -> None:
    """Contracts of a thousand yuan and more ask the manager, and stand still meanwhile."""
    drawn = flow_create(object_key="contract", kind="contract", name="合同", name_en="Contracts", actor=SYSTEM)
    steps = [{"name": "主管", "who": [{"by": "manager"}]}]
    definition = {"when": {"field": "amount", "op": "gte", "value": 100_000}, "covers": ["*"], "steps": steps}
    version_save(drawn, definition, actor=SYSTEM)


@pytest.mark.usefixtures("flow")
def test_a_large_contract_waits_for_a_word_and_is_sent_with_it(cast: Cast) -> None:
    bob, alice = actor(cast.bob), actor(cast.alice)
    small, large = contract(cast, amount="999.99"), contract(cast)
    sending.contracts_send([small, large], actor=bob)
    assert (read(small).state, read(large).state) == ("sent", "approval")
    [asked] = Approval.objects.filter(kind="contract").values_list("pk", flat=True)
    approval_return([asked], actor=alice, answer="违约金写清楚")
    assert read(large).state == "draft"
    saved("contract", by=bob, id=large, text=f"{WORDS}\n违约金 5%。")
    sending.contracts_send([large], actor=bob)
    assert read(large).state == "approval"
    approval_grant([asked], actor=alice)
    assert (read(large).state, "goods" in read(large).facts) == ("sent", True)


def test_obligations_of_a_contract_in_force_are_tasks_and_end_with_them(cast: Cast) -> None:
    bob, pk = actor(cast.bob), contract(cast)
    ours = saved("contract_obligation", by=bob, contract=pk, title="交付样品", due_on="2026-12-20")
    assert not Task.objects.exists()
    sending.contracts_send([pk], actor=bob)
    sending.contracts_sign([pk], actor=bob)
    theirs = saved("contract_obligation", by=bob, contract=pk, title="付首款", side="theirs", due_on="2026-12-31")
    tasks = {row.pk: row.task for row in ContractObligation.objects.select_related("task")}
    assert all(task is not None and task.owner_id == cast.bob.pk for task in tasks.values())
    first, second = tasks[ours], tasks[theirs]
    assert first is not None
    assert second is not None
    task_complete([first.pk], actor=bob)
    assert ContractObligation.objects.get(pk=ours).done_on == timezone.localdate()
    saved("contract_obligation", by=bob, id=theirs, due_on="2027-01-15")
    second.refresh_from_db()
    assert timezone.localdate(second.due_at) == date(2027, 1, 15)
    saved("contract_obligation", by=bob, id=theirs, done_on=timezone.localdate().isoformat())
    second.refresh_from_db()
    assert second.status == "done"
    assert Task.objects.count() == 2


def test_the_owner_is_reminded_of_the_end_once_and_again_of_another_end(cast: Cast) -> None:
    today = timezone.localdate()
    end = today + timedelta(60)
    pk = in_force(cast, ends_on=end.isoformat())
    never = in_force(cast, ends_on=end.isoformat(), renewal="none")
    assert contracts_remind(today - timedelta(1)) == 0
    assert (contracts_remind(today), contracts_remind(today)) == (1, 0)
    assert Task.objects.filter(owner=cast.bob, title__contains="续").count() == 1
    assert [row.record_id for row in Notification.objects.filter(kind="contract_ending")] == [pk]
    saved("contract", id=pk, ends_on=(end + timedelta(365)).isoformat())
    assert contracts_remind(end + timedelta(310)) == 1
    assert contracts_end(end) == 0
    assert contracts_end(end + timedelta(1)) == 1
    assert (read(never).state, read(pk).state) == ("ended", "signed")


def test_contracts_come_out_of_quotes_and_orders_of_the_same_customer(cast: Cast) -> None:
    bob = actor(cast.bob)
    offered = quote(cast.bob)
    quotes_send([offered], actor=bob)
    [pk] = contracts_from_quotes([offered], actor=bob).ids
    found = read(pk)
    assert (found.quote_id, found.title, found.amount) == (offered, "会议室设备", 20000)
    ordered = saved("order", by=bob, customer=found.customer_id, lines=[{"item": "纸箱", "unit_price": "2.5"}])
    [second] = contracts_from_orders([ordered], actor=bob).ids
    assert (read(second).order_id, read(second).amount) == (ordered, 250)
    other = customer(cast.bob, name="别家")
    refused("other_customer", contract, cast, customer=other, order=ordered)
    with pytest.raises(NotFound):
        contracts_from_orders([ordered], actor=actor(cast.charlie))


@pytest.mark.claim
@pytest.mark.django_db(transaction=True)
def test_several_at_once_send_a_contract_once(cast: Cast) -> None:
    pk, start = contract(cast), Barrier(6)
    people = [actor(cast.bob), actor(cast.alice)]

    def send(turn: int) -> bool:
        try:
            start.wait(timeout=120)
            sending.contracts_send([pk], actor=people[turn % 2])
        except Invalid:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(send, range(6))) == 1
    assert read(pk).state == "sent"
