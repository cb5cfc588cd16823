"""Handing over by region, places on teams, who reports to whom, and several people chosen in a list."""

from __future__ import annotations

import pytest

from tests.cast import Cast, actor, client
from tests.engines.hand_over.test_hand_over import carry_out, owners, start
from tests.web.records import customers
from zhike.accounts.models import User
from zhike.accounts.people import user_create
from zhike.engines.hand_over.division import divisions
from zhike.engines.hand_over.models import HandOver
from zhike.engines.hand_over.parts import parts_for, parts_of
from zhike.engines.hand_over.planning import Rule, owns_anything, preview
from zhike.engines.hand_over.services import hand_over_undo
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import BadQuery
from zhike.metadata.models import TeamMember
from zhike.metadata.query import Query
from zhike.metadata.saving import context_for
from zhike.metadata.team import member_add

pytestmark = [pytest.mark.django_db, pytest.mark.write]

SUZHOU = {"province": "江苏省", "city": "苏州市", "district": "昆山市", "street": "前进东路1号"}
#: As somebody typed it.
NANJING = {"province": "江苏", "city": "南京", "street": "中山路2号"}
SHANGHAI = {"province": "上海市", "city": "上海市", "district": "浦东新区"}


@pytest.fixture
def dora(cast: Cast) -> User:
    return user_create(username="dora", name="Dora", roles=["sales"], department=cast.first.pk, actor=SYSTEM)


def lying_in(text: str) -> set[str]:
    tree = {"field": "address", "op": "in_region", "value": text}
    query = Query(registry.get("customer"), SYSTEM, context_for(SYSTEM), filter=tree)
    return set(query.rows().values_list("name", flat=True))


# Regions ----------------------------------------------------------------------------------------------------------


def test_addresses_are_filtered_by_region_by_full_and_short_names(cast: Cast) -> None:
    customers(cast.bob, "昆山甲", address=SUZHOU)
    customers(cast.bob, "南京乙", address=NANJING)
    customers(cast.bob, "上海丙", address=SHANGHAI)
    customers(cast.bob, "无址丁")
    customers(cast.bob, "街名戊", address={"street": "江苏省路3号"})
    assert lying_in("江苏省") == lying_in("江苏") == {"昆山甲", "南京乙"}
    assert lying_in("江苏省苏州市") == lying_in("苏州") == {"昆山甲"}
    assert lying_in("江苏省苏州市昆山市") == {"昆山甲"}
    assert lying_in("上海") == {"上海丙"}
    for wrong in ("", "哪里都不是", "江苏省中山路2号"):
        with pytest.raises(BadQuery):
            lying_in(wrong)


def test_customers_are_divided_by_region_and_the_rest_evenly(cast: Cast, dora: User) -> None:
    near = customers(cast.bob, "昆山甲", "昆山乙", address=SUZHOU)
    far = customers(cast.bob, "南京乙", address=NANJING)
    rest = customers(cast.bob, "上海丙", address=SHANGHAI) + customers(cast.bob, "无址丁")
    alice = actor(cast.alice)
    found = divisions(context_for(alice))
    listed = parts_for(alice)
    by_province = found["address:province"].groups([cast.bob], listed, context_for(alice))
    assert {group.value: group.count for group in by_province} == {"江苏省": 3, "上海市": 1, None: 1}
    by_city = {group.value for group in found["address:city"].groups([cast.bob], listed, context_for(alice))}
    assert by_city == {"江苏省苏州市", "江苏省南京市", "上海市", None}
    city = found["address:city"]
    steps = ((city.filter("江苏省苏州市"), dora.pk), (city.filter("江苏省南京市"), cast.charlie.pk))
    rule = Rule("filter", (cast.alice.pk,), steps)
    [shown] = preview(rule, cast.bob, [listed["customer.owner"]], actor=alice)
    told = {share.user_id: share.count for share in shown.shares}
    assert told == {dora.pk: 2, cast.charlie.pk: 1, cast.alice.pk: 2}
    carry_out(start(cast, rule, "customer.owner"))
    assert (owners(near), owners(far), owners(rest)) == ({dora.pk: 2}, {cast.charlie.pk: 1}, {cast.alice.pk: 2})


def test_the_page_offers_the_regions_of_the_persons_customers(cast: Cast, dora: User) -> None:
    customers(cast.bob, "昆山甲", address=SUZHOU)
    browser = client(cast.alice)
    address = f"/people/{cast.bob.pk}/hand-over/"
    form = {"part": ["customer.owner"], "to": [str(cast.alice.pk)], "by": "address:city", "reason": "调岗"}
    assert "江苏省苏州市" in browser.post(address, {**form, "do": "draft"}).content.decode()
    shown = browser.post(address, {**form, "step_0": str(dora.pk), "do": "preview"}).content.decode()
    assert "昆山甲" in shown
    assert "Dora" in shown


# Teams ------------------------------------------------------------------------------------------------------------


def members(pk: int) -> dict[int, str]:
    rows = TeamMember.objects.filter(object_key="customer", record_id=pk)
    return dict(rows.values_list("user_id", "access"))


def test_places_on_teams_go_to_the_successor_and_back(cast: Cast, dora: User) -> None:
    one, both, given_on = customers(cast.alice, "甲", "乙", "丙")
    customer = registry.get("customer")
    system = actor(cast.alice)
    for pk in (one, both, given_on):
        member_add(customer, pk, cast.bob.pk, access="edit", actor=system)
    member_add(customer, both, dora.pk, access="view", actor=system)
    assert owns_anything(cast.bob)
    assert "customer.team" in parts_of(cast.bob, system)
    assert "customer.team" not in parts_of(cast.charlie, system)
    found = start(cast, Rule("evenly", (dora.pk,)), "customer.team")
    result = carry_out(found)
    assert (result["done"], result["counts"]) == (3, {"customer.team": {str(dora.pk): 3}})
    assert [members(pk) for pk in (one, both, given_on)] == [{dora.pk: "edit"}] * 3
    assert policy.queryset_for(actor(dora), customer, "edit").filter(pk=one).exists()
    assert not policy.queryset_for(actor(cast.bob), customer, "edit").filter(pk=one).exclude(owner=cast.bob).exists()
    TeamMember.objects.filter(record_id=given_on).delete()

    result = carry_out(hand_over_undo(found.pk, actor=actor(cast.alice)), undo=True)

    assert (result["undone"], result["left"], result["examples"]) == (2, 1, [["customer", given_on]])
    assert members(one) == {cast.bob.pk: "edit"}
    assert members(both) == {cast.bob.pk: "edit", dora.pk: "view"}
    assert members(given_on) == {}


def test_places_on_teams_of_records_out_of_reach_stay(cast: Cast, dora: User) -> None:
    [foreign] = customers(cast.charlie, "外人的客户")
    member_add(registry.get("customer"), foreign, cast.bob.pk, access="view", actor=SYSTEM)
    [own] = customers(cast.alice, "自己的客户")
    member_add(registry.get("customer"), own, cast.bob.pk, access="view", actor=SYSTEM)
    carry_out(start(cast, Rule("evenly", (dora.pk,)), "customer.team"))
    assert members(foreign) == {cast.bob.pk: "view"}
    assert members(own) == {dora.pk: "view"}


# Who reports to whom ----------------------------------------------------------------------------------------------


def managers(*people: User) -> list[int | None]:
    found = dict(User.objects.values_list("pk", "manager_id"))
    return [found[person.pk] for person in people]


def test_colleagues_report_to_the_successor_without_circles_and_back(cast: Cast, dora: User) -> None:
    erik = user_create(username="erik", name="Erik", roles=["sales"], department=cast.first.pk, actor=SYSTEM)
    User.objects.filter(pk=dora.pk).update(manager=cast.bob)
    User.objects.filter(pk=erik.pk).update(manager=cast.bob)
    found = start(cast, Rule("evenly", (dora.pk,)), "user.manager")
    carry_out(found)
    assert managers(erik, dora) == [dora.pk, cast.alice.pk]
    carry_out(hand_over_undo(found.pk, actor=actor(cast.alice)), undo=True)
    assert managers(erik, dora) == [cast.bob.pk, cast.bob.pk]


def test_only_who_leads_the_department_says_who_reports_to_whom(cast: Cast, dora: User) -> None:
    User.objects.filter(pk=dora.pk).update(manager=cast.charlie)
    query = parts_for(actor(cast.alice))["user.manager"].query(
        cast.charlie.pk, actor(cast.alice), department_id=cast.second.pk
    )
    assert not query.rows().exists()
    assert "user.manager" not in parts_for(actor(cast.mallory))


# Several people ---------------------------------------------------------------------------------------------------


def test_people_chosen_in_a_list_get_the_same_preview(cast: Cast, dora: User) -> None:
    bobs = customers(cast.bob, "海天包装")
    doras = customers(dora, "大江物流")
    alice = client(cast.alice)
    address = f"/people/hand-over/?ids={cast.bob.pk},{dora.pk}"
    chosen = {"ids": [cast.bob.pk, dora.pk]}
    answer = alice.post("/o/users/bulk/action/hand_over/", chosen)
    assert answer.headers["HX-Location"] == address
    assert alice.post("/o/users/bulk/action/hand_over/", {}).status_code == 422
    page = alice.get(address).content.decode()
    assert "Bob" in page
    assert "Dora" in page
    form = {"part": ["customer.owner"], "to": [str(cast.alice.pk)], "reason": "撤点"}
    shown = alice.post(address, {**form, "do": "preview"}).content.decode()
    assert "海天包装" in shown
    assert "大江物流" in shown
    assert not HandOver.objects.exists()
    assert alice.post(address, {**form, "to": [str(dora.pk)], "do": "start"}).status_code == 422
    assert not HandOver.objects.exists()
    assert alice.post(address, {**form, "do": "start"})["Location"] == address
    for found in HandOver.objects.order_by("pk"):
        carry_out(found)
    assert owners(bobs + doras) == {cast.alice.pk: 2}
    assert client(cast.mallory).get(address).status_code == 403
    assert client(cast.alice).get("/people/hand-over/?ids=999999").status_code == 404


def test_one_person_chosen_in_a_list_leads_to_their_page(cast: Cast) -> None:
    alice = client(cast.alice)
    answer = alice.get(f"/o/users/{cast.bob.pk}/action/hand_over/")
    assert answer["Location"] == f"/people/hand-over/?ids={cast.bob.pk}"
    assert alice.get(answer["Location"])["Location"] == f"/people/{cast.bob.pk}/hand-over/"
