"""The pages of the public pool, and its endpoint: masked phones, claims with one click, the dry run for managers."""

from __future__ import annotations

import pytest
from time_machine import TimeMachineFixture

from tests.api.caller import caller, told
from tests.cast import Cast, client
from tests.domain.pools.scene import PHONE, lying, make_customer, make_pool, owned_since, spoke
from zhike.domain.customers.models import Customer
from zhike.domain.pools.services.recall import next_working_day
from zhike.engines.figures.refreshing import refresh

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def in_may(time_machine: TimeMachineFixture) -> None:
    """A Wednesday of a year whose working days are known."""
    time_machine.move_to("2026-05-20 10:00:00+08:00")


def test_the_only_pool_opens_at_once_and_masks_phone_numbers(cast: Cast) -> None:
    pool = make_pool(cast)
    lying(cast, "海天包装")
    bob = client(cast.bob)

    assert bob.get("/pools/")["Location"] == f"/pools/{pool.pk}/"
    page = bob.get(f"/pools/{pool.pk}/").content.decode()

    assert "海天包装" in page
    assert "认领" in page
    assert PHONE[3:7] not in page
    assert "138****6601" in page


def test_a_click_claims_and_the_second_claimer_reads_why_not(cast: Cast) -> None:
    pool = make_pool(cast)
    [pk] = lying(cast)

    assert client(cast.bob).post(f"/pools/{pool.pk}/", {"one": pk}).status_code == 200
    late = client(cast.charlie).post(f"/pools/{pool.pk}/", {"one": pk})

    assert Customer.objects.get(pk=pk).owner_id == cast.bob.pk
    assert late.status_code == 422
    assert "别人先了一步" in late.content.decode()
    assert PHONE in client(cast.bob).get(f"/o/customers/{pk}/").content.decode().replace(" ", "")
    assert "华东公海" in client(cast.bob).get(f"/o/customers/{pk}/timeline/").content.decode()


def test_a_manager_gives_the_chosen_to_a_member(cast: Cast) -> None:
    pool = make_pool(cast)
    ids = lying(cast, "甲", "乙")
    form = {"do": "assign", "ids": ids, "to": cast.charlie.pk, "reason": "熟悉客户"}

    assert client(cast.bob).post(f"/pools/{pool.pk}/", form).status_code == 403
    assert client(cast.alice).post(f"/pools/{pool.pk}/", {**form, "to": ""}).status_code == 422
    assert client(cast.alice).post(f"/pools/{pool.pk}/", form).status_code == 200

    assert set(Customer.objects.filter(owner=cast.charlie).values_list("pk", flat=True)) == set(ids)


def test_who_does_not_belong_to_a_pool_sees_nothing_of_it(cast: Cast) -> None:
    pool = make_pool(cast, members=[cast.bob.pk])
    lying(cast, "海天包装")
    for person in (cast.charlie, cast.mallory, cast.adam):
        browser = client(person)
        assert "海天包装" not in browser.get("/pools/").content.decode()
        assert browser.get(f"/pools/{pool.pk}/").status_code == 404
        assert browser.post(f"/pools/{pool.pk}/", {"do": "claim"}).status_code == 404
        assert caller(person).get(f"/pools/{pool.pk}/customers").status_code == 404
    assert client(cast.eve).get(f"/pools/{pool.pk}/").status_code == 200
    assert client(None).get(f"/pools/{pool.pk}/").status_code == 302


def test_the_endpoint_lists_masked_and_the_actions_claim_and_return(cast: Cast) -> None:
    pool = make_pool(cast)
    [pk] = lying(cast, "海天包装")
    bob = caller(cast.bob)

    [row] = told(bob.get(f"/pools/{pool.pk}/customers"))["data"]
    assert (row["id"], row["name"]) == (pk, "海天包装")
    assert PHONE not in str(row)

    assert bob.post(f"/pools/{pool.pk}/actions/claim", {"customers": [pk]}).status_code == 200
    assert caller(cast.charlie).post(f"/pools/{pool.pk}/actions/claim", {"customers": [pk]}).status_code == 422
    assert bob.post(f"/customers/{pk}/actions/release", {"reason": "不合适"}).status_code == 200
    assert Customer.objects.get(pk=pk).pool_id == pool.pk


def test_the_dry_run_is_for_managers(cast: Cast, in_may: None) -> None:
    pool = make_pool(cast, idle_days=5)
    pk = make_customer(cast, "要丢的客户")
    owned_since(pk, Customer.objects.get(pk=pk).created_at.replace(month=1))

    for person in (cast.bob, cast.charlie):
        assert client(person).get(f"/pools/{pool.pk}/recall/").status_code == 403
    page = client(cast.alice).get(f"/pools/{pool.pk}/recall/").content.decode()

    assert "要丢的客户" in page
    assert "连续 5 个工作日没有跟进" in page


def test_the_countdown_stands_on_the_record_in_the_list_and_on_the_work_page(cast: Cast, in_may: None) -> None:
    make_pool(cast, idle_days=2)
    pk = make_customer(cast, "要丢的客户")
    spoke(cast, pk, Customer.objects.get(pk=pk).created_at)
    refresh("customer", [pk])
    bob = client(cast.bob)

    assert "公海回收日" in bob.get(f"/o/customers/{pk}/").content.decode()
    assert "要丢的客户" in bob.get("/o/customers/?columns=name,recall_on").content.decode()
    assert "即将被收回公海" in bob.get("/").content.decode()
    assert next_working_day(Customer.objects.get(pk=pk).created_at.date())
