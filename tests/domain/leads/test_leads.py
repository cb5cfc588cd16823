"""Leads: scored with reasons, given to who is there, answered in time, returned, converted and taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.api.caller import caller, told
from tests.cast import Cast, actor, client
from zhike.accounts.models import User
from zhike.domain.customers.models import Contact, Customer
from zhike.domain.deals.models import Opportunity
from zhike.domain.leads.jobs import leads_escalate
from zhike.domain.leads.models import Lead, LeadState
from zhike.domain.leads.services.assigning import lead_distribute, leads_assign
from zhike.domain.leads.services.converting import lead_convert, lead_take_back
from zhike.domain.leads.services.handling import lead_respond, lead_return
from zhike.domain.leads.services.scoring import leads_score
from zhike.engines.notify.models import Notification
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied, Invalid, NotFound
from zhike.metadata.policy import queryset_for
from zhike.metadata.records import record_save
from zhike.metadata.sealing import run_outbox

pytestmark = [pytest.mark.django_db, pytest.mark.write]

ADDRESS = {"province": "320000", "city": "320500"}


def lead(cast: Cast, owner: User | None = None, **values: Any) -> int:
    given = {
        "name": "苏州顺达物流有限公司",
        "contact_name": "王强",
        "phones": ["13912345678"],
        "owner": owner and owner.pk,
    }
    return record_save(registry.get("lead"), {**given, **values}, actor=SYSTEM)


def score_rule(cast: Cast, name: str, points: int, condition: dict[str, Any], **more: Any) -> int:
    values = {"name": name, "points": points, "filter": condition, "starts_on": timezone.localdate(), **more}
    return record_save(registry.get("lead_score_rule"), values, actor=actor(cast.adam))


def rule(cast: Cast, *people: User, name: str = "全部", **more: Any) -> int:
    values = {"name": name, "people": [user.pk for user in people], **more}
    return record_save(registry.get("lead_rule"), values, actor=actor(cast.adam))


def found(pk: int) -> Lead:
    return Lead.objects.get(pk=pk)


def away(user: User) -> None:
    today = timezone.localdate()
    record_save(
        registry.get("absence"),
        {"reason": "年假", "owner": user.pk, "starts_on": today, "ends_on": today},
        actor=SYSTEM,
    )


def test_the_score_is_the_sum_of_rules_in_force_with_their_names_as_reasons(cast: Cast) -> None:
    today = timezone.localdate()
    score_rule(cast, "网站留言", 30, {"field": "source", "op": "eq", "value": "website"})
    score_rule(cast, "留了手机", 20, {"field": "phones", "op": "not_empty"})
    score_rule(cast, "个人", -10, {"field": "kind", "op": "eq", "value": "person"})
    score_rule(cast, "旧规则", 50, {}, starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=1))
    plain, other = lead(cast, source="website"), lead(cast, name="李雷", kind="person", phones=[])

    assert leads_score([plain, other]) == 2
    assert leads_score([plain, other]) == 0

    assert (found(plain).score, found(plain).score_why) == (50, "网站留言 +30\n留了手机 +20")
    assert (found(other).score, found(other).score_why) == (0, "个人 -10")


def test_leads_go_round_among_those_who_are_there_with_the_reason(cast: Cast) -> None:
    rule(cast, cast.alice, cast.bob, cast.charlie)
    away(cast.bob)
    ids = [lead(cast) for _number in range(4)]

    assert leads_assign(ids) == 4
    assert leads_assign(ids) == 0

    owners = [found(pk).owner_id for pk in ids]
    assert owners == [cast.alice.pk, cast.charlie.pk, cast.alice.pk, cast.charlie.pk]
    first = found(ids[0])
    assert first.assigned_why == "规则“全部”：轮到Alice。 Bob请假。"
    assert first.department_id == cast.first.pk
    assert first.respond_by is not None
    assert Notification.objects.filter(user=cast.alice, kind="lead_assigned").count() == 2


def test_leads_go_to_the_fewest_and_the_first_rule_that_fits(cast: Cast) -> None:
    website = {"field": "source", "op": "eq", "value": "website"}
    rule(cast, cast.charlie, name="网站", order=1, filter=website)
    rule(cast, cast.alice, cast.bob, way="load")
    for _number in range(2):
        lead(cast, cast.alice)
    ids = [lead(cast), lead(cast, source="website"), lead(cast), lead(cast)]

    leads_assign(ids)

    assert [found(pk).owner_id for pk in ids] == [cast.bob.pk, cast.charlie.pk, cast.bob.pk, cast.alice.pk]
    assert "最少（0 条）" in (found(ids[0]).assigned_why or "")


def test_what_comes_in_by_any_way_is_scored_and_given_out_by_itself(cast: Cast) -> None:
    run_outbox()
    rule(cast, cast.bob)
    score_rule(cast, "网站留言", 30, {"field": "source", "op": "eq", "value": "website"})
    run_outbox()
    made = caller(cast.clara).post("/leads", {"name": "海天包装", "source": "website", "owner": None})
    assert made.status_code == 201

    run_outbox()

    one = found(told(made)["id"])
    assert (one.owner_id, one.score, one.state) == (cast.bob.pk, 30, "new")


def test_a_late_answer_is_told_to_owner_and_manager_once(cast: Cast) -> None:
    rule(cast, cast.bob, hours=2)
    late, answered = lead(cast), lead(cast)
    leads_assign([late, answered])
    lead_respond([answered], actor=actor(cast.bob), said="已通话，下周看样")
    due = found(late).respond_by
    assert due is not None

    assert leads_escalate(due - timedelta(minutes=1)) == 0
    assert leads_escalate(due) == 1
    assert leads_escalate(due + timedelta(days=1)) == 0

    for user in (cast.bob, cast.alice):
        assert Notification.objects.filter(user=user, kind="lead_late", record_id=late).count() == 1
    assert (found(answered).state, found(answered).note) == ("working", "已通话，下周看样")


def test_a_returned_lead_goes_to_somebody_else_with_its_reason_kept(cast: Cast) -> None:
    rule(cast, cast.bob, cast.charlie)
    pk = lead(cast)
    leads_assign([pk])
    lead_return([pk], actor=actor(cast.bob), reason="不在我的区域")
    assert (found(pk).state, found(pk).owner_id, found(pk).return_reason) == ("returned", None, "不在我的区域")
    assert Notification.objects.filter(user=cast.alice, kind="lead_returned").exists()

    leads_assign([pk])

    assert (found(pk).state, found(pk).owner_id) == ("new", cast.charlie.pk)


def test_a_manager_gives_leads_out_anew_and_hears_when_nobody_fits(cast: Cast) -> None:
    pk = lead(cast, cast.bob)
    with pytest.raises(Invalid, match="no_rule"):
        lead_distribute([pk], actor=actor(cast.alice))
    assert found(pk).owner_id == cast.bob.pk
    rule(cast, cast.charlie)
    lead_distribute([pk], actor=actor(cast.alice))
    assert found(pk).owner_id == cast.charlie.pk


def test_a_lead_becomes_customer_and_contact_with_nothing_lost_and_back(cast: Cast) -> None:
    pk = lead(cast, cast.bob, source="website", campaign="秋季展会", needs="月结运输", emails=["wq@example.cn"])

    lead_convert([pk], actor=actor(cast.bob))

    one = found(pk)
    customer, contact = Customer.objects.get(pk=one.customer_id), Contact.objects.get(pk=one.contact_id)
    assert (customer.name, customer.source, customer.needs, customer.owner_id) == (
        "苏州顺达物流有限公司",
        "website",
        "月结运输",
        cast.bob.pk,
    )
    assert (contact.name, contact.phones, contact.customer_id) == ("王强", ["+8613912345678"], customer.pk)
    assert (one.state, one.campaign) == (LeadState.CONVERTED, "秋季展会")
    [deal] = Opportunity.objects.filter(customer=customer)
    assert (deal.contact_id, deal.owner_id, deal.name) == (contact.pk, cast.bob.pk, "苏州顺达物流有限公司：首个商机")
    with pytest.raises(Invalid):
        lead_convert([pk], actor=actor(cast.bob))

    lead_take_back([pk], actor=actor(cast.bob))

    back = found(pk)
    assert (back.state, back.customer_id, back.contact_id) == ("new", None, None)
    assert Customer.objects.get(pk=customer.pk).deletion_id is not None
    assert Opportunity.objects.get(pk=deal.pk).deletion_id is not None


def test_a_conversion_is_not_taken_back_over_later_changes(cast: Cast) -> None:
    pk = lead(cast, cast.bob)
    lead_convert([pk], actor=actor(cast.bob))
    customer = found(pk).customer_id
    record_save(registry.get("customer"), {"needs": "后来补的"}, id=customer, actor=actor(cast.bob))

    with pytest.raises(Invalid, match="changed_since"):
        lead_take_back([pk], actor=actor(cast.bob))

    assert found(pk).state == LeadState.CONVERTED
    assert Customer.objects.get(pk=customer).deletion_id is None


def test_a_similar_customer_is_named_before_a_second_one_is_made(cast: Cast) -> None:
    given = {"name": "苏州顺达物流有限公司", "kind": "company", "phones": ["13912345678"]}
    there = record_save(registry.get("customer"), given, actor=actor(cast.bob))
    run_outbox()
    pk = lead(cast, cast.bob)

    with pytest.raises(Invalid, match="duplicate") as refusal:
        lead_convert([pk], actor=actor(cast.bob))
    assert "顺达" in str(refusal.value.problems["customer"][0].message)
    assert Customer.objects.count() == 1

    lead_convert([pk], actor=actor(cast.bob), customer=there)
    assert (found(pk).customer_id, Customer.objects.count()) == (there, 1)
    assert Contact.objects.filter(customer_id=there, name="王强").exists()


def test_leads_out_of_reach_are_not_there_and_rules_are_for_who_keeps_them(cast: Cast) -> None:
    pk = lead(cast, cast.bob)
    for user in (cast.charlie, cast.mallory):
        with pytest.raises((NotFound, Denied)):
            lead_convert([pk], actor=actor(user))
        with pytest.raises((NotFound, Denied)):
            lead_return([pk], actor=actor(user), reason="x")
    assert not queryset_for(actor(cast.charlie), registry.get("lead")).filter(pk=pk).exists()
    with pytest.raises(Denied):
        record_save(registry.get("lead_rule"), {"name": "我的", "people": [cast.bob.pk]}, actor=actor(cast.bob))
    with pytest.raises(Invalid):
        rule(cast, cast.bob, name="坏", filter={"field": "owner", "op": "eq", "value": "me"})


def test_pages_offer_what_can_be_done(cast: Cast) -> None:
    pk = lead(cast, cast.bob)
    page = client(cast.bob).get(f"/o/leads/{pk}/").content.decode()
    for words in ("已响应", "转化", "退回"):
        assert words in page
    dialog = client(cast.bob).get(f"/o/leads/{pk}/action/convert/").content.decode()
    assert "已有的客户" in dialog
    assert client(cast.bob).post(f"/o/leads/{pk}/action/return/", {"reason": ""}).status_code == 422
    assert client(cast.bob).post(f"/o/leads/{pk}/action/return/", {"reason": "重复"}).status_code == 204
