"""Need classes put customers by rule or by hand, and their people on the teams; nobody else is touched."""

from __future__ import annotations

import pytest

from tests.cast import Cast, actor
from tests.domain.risk.base import customer
from zhike.domain.key_accounts.models import CustomerNeed, NeedClass
from zhike.domain.key_accounts.routing import sort_some, teams_fit
from zhike.metadata import policy, records, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.models import TeamMember
from zhike.metadata.records import record_save
from zhike.metadata.team import member_add

pytestmark = [pytest.mark.django_db, pytest.mark.policy]


def need_class(cast: Cast, **values: object) -> NeedClass:
    rule = {"all": [{"field": "tier", "op": "eq", "value": "high"}]}
    pk = record_save(
        registry.get("needclass"),
        {"name": "技术支持", "filter": rule, "people": [cast.charlie.pk], **values},
        actor=SYSTEM,
    )
    return NeedClass.objects.get(pk=pk)


def team(pk: int) -> set[int]:
    return set(TeamMember.objects.filter(object_key="customer", record_id=pk).values_list("user_id", flat=True))


def test_a_rule_brings_customers_in_and_its_people_see_them(cast: Cast) -> None:
    fits = customer("要技术", owner=cast.bob.pk, department=cast.first.pk, tier="high")
    not_ = customer("不要", owner=cast.bob.pk, department=cast.first.pk, tier="low")
    need = need_class(cast)
    assert [sort_some(need) for _night in range(2)] == [1, 0]
    assert team(fits) == {cast.charlie.pk}
    assert team(not_) == set()
    seen = policy.queryset_for(actor(cast.charlie), registry.get("customer"))
    assert set(seen.values_list("pk", flat=True)) == {fits}
    record_save(registry.get("customer"), {"tier": "low"}, id=fits, actor=SYSTEM)
    assert [sort_some(need) for _night in range(2)] == [1, 0]
    assert team(fits) == set()
    assert not CustomerNeed.objects.exists()


def test_what_people_did_by_hand_stays(cast: Cast) -> None:
    pk = customer(owner=cast.bob.pk, department=cast.first.pk, tier="low")
    customers = registry.get("customer")
    member_add(customers, pk, cast.charlie.pk, access="edit", actor=actor(cast.bob))
    need = need_class(cast, people=[cast.charlie.pk, cast.sara.pk])
    by_hand = record_save(registry.get("customer_need"), {"customer": pk, "need": need.pk}, actor=actor(cast.bob))
    assert CustomerNeed.objects.get().title == "技术支持"
    teams_fit([pk])
    assert team(pk) == {cast.charlie.pk, cast.sara.pk}
    assert sort_some(need) == 0, "no rule takes away what was put there by hand"
    records.delete(registry.get("customer_need"), [by_hand], actor=actor(cast.bob))
    teams_fit([pk])
    assert team(pk) == {cast.charlie.pk}, "whom a person put on the team stays"
    assert TeamMember.objects.get(object_key="customer", record_id=pk).access == "edit"


def test_a_class_out_of_use_lets_go(cast: Cast) -> None:
    pk = customer(owner=cast.bob.pk, department=cast.first.pk, tier="high")
    need = need_class(cast)
    sort_some(need)
    record_save(registry.get("needclass"), {"is_active": False}, id=need.pk, actor=SYSTEM)
    need.refresh_from_db()
    sort_some(need)
    assert team(pk) == set()
