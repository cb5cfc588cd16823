"""The page of one record: what it shows, to whom, and what a click on a fact does."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast, actor, client
from tests.domain.catalog.goods import product
from tests.web.records import customers, records
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import delete, record_save

pytestmark = pytest.mark.policy


def page(browser: Client, url: str, **headers: str) -> str:
    answer = browser.get(url, headers=headers)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_page_shows_facts_badges_and_contacts_of_a_customer_within_reach(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", tier="high", phones=["13800001234"])
    records("contact", [{"customer": pk, "name": "王芳", "job_title": "采购经理"}])

    whole = page(client(cast.bob), f"/o/customers/{pk}/")
    side = page(client(cast.bob), f"/o/customers/{pk}/", **{"HX-Target": "record-side-body"})

    assert "海天包装" in whole
    assert "138 0000 1234" in whole
    assert "王芳" in side
    assert "采购经理" in side


@pytest.mark.parametrize("name", ["charlie"])
def test_a_record_out_of_reach_does_not_exist(cast: Cast, name: str) -> None:
    [pk] = customers(cast.bob, "海天包装")
    browser = client(cast.people()[name])

    for part in ("", "peek/", "timeline/", "edit/", "history/", "why/", "team/", "facts/name/"):
        assert browser.get(f"/o/customers/{pk}/{part}").status_code == 404, part


def test_every_object_type_has_a_page(cast: Cast) -> None:
    [customer] = customers(cast.clara, "海天包装")
    [contact] = records("contact", [{"customer": customer, "name": "王芳"}])
    [task] = records("task", [{"title": "回访", "customer": customer, "owner": cast.clara.pk}])
    [tag] = records("tag", [{"name": "重点"}])

    browser = client(cast.clara)

    for url in (f"/o/contacts/{contact}/", f"/o/tasks/{task}/", f"/o/tags/{tag}/", f"/o/users/{cast.bob.pk}/"):
        assert page(browser, url)


def test_a_fact_is_saved_where_it_stands_with_header_and_completeness(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    browser = client(cast.bob)

    form = page(browser, f"/o/customers/{pk}/facts/tier/")
    answer = browser.post(f"/o/customers/{pk}/facts/tier/", {"tier": "high", "version": "1"})

    assert 'name="version" value="1"' in form
    assert answer.status_code == 200
    assert "timeline:changed" in answer["HX-Trigger"]
    assert 'id="record-head" hx-swap-oob="true"' in answer.content.decode()
    assert stored(pk)["tier"] == "high"


def test_a_fact_that_cannot_be_read_is_refused_with_the_reason_alone(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", phones=["13800001234"])

    answer = client(cast.bob).post(f"/o/customers/{pk}/facts/phones/", {"phones": "12", "version": "1"})

    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#fact-error"
    assert "<input" not in answer.content.decode()
    assert stored(pk)["phones"] == ["+8613800001234"]


def test_two_changes_of_the_same_fact_show_whose_came_first_and_let_one_choose(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", wechat="old")
    record_save(registry.get("customer"), {"wechat": "alices"}, id=pk, actor=actor(cast.alice))
    browser = client(cast.bob)

    answer = browser.post(f"/o/customers/{pk}/facts/wechat/", {"wechat": "bobs", "version": "1"})
    told = answer.content.decode()

    assert answer.status_code == 409
    assert all(text in told for text in ("Alice", "alices", "bobs"))
    assert stored(pk)["wechat"] == "alices"
    browser.post(f"/o/customers/{pk}/facts/wechat/", {"wechat": "bobs", "version": "2", "keep": "theirs"})
    assert stored(pk)["wechat"] == "alices"
    browser.post(f"/o/customers/{pk}/facts/wechat/", {"wechat": "bobs", "version": "2", "keep": "mine"})
    assert stored(pk)["wechat"] == "bobs"


def test_a_change_of_another_fact_does_not_stand_in_the_way(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    record_save(registry.get("customer"), {"needs": "更快交货"}, id=pk, actor=actor(cast.alice))

    answer = client(cast.bob).post(f"/o/customers/{pk}/facts/wechat/", {"wechat": "bobs", "version": "1"})

    assert answer.status_code == 200
    assert stored(pk)["wechat"] == "bobs"
    assert stored(pk)["needs"] == "更快交货"


def test_who_may_only_see_gets_no_control(cast: Cast) -> None:
    [pk] = customers(cast.alice, "海天包装")
    browser = client(cast.bob)

    assert "data-edit" not in page(browser, f"/o/customers/{pk}/")
    for url in (f"/o/customers/{pk}/facts/tier/", f"/o/customers/{pk}/edit/", f"/o/customers/{pk}/delete/"):
        assert browser.post(url, {"tier": "high", "name": "x"}).status_code == 403, url
    assert stored(pk)["tier"] is None


def test_masked_facts_stay_masked(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", phones=["13800001234"])

    shown = page(client(cast.max), f"/o/customers/{pk}/")

    assert "138****1234" in shown
    assert "00001234" not in shown.replace(" ", "")


def test_a_deleted_record_says_so_and_offers_to_restore_it(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    delete(registry.get("customer"), [pk], actor=actor(cast.bob))
    browser = client(cast.bob)

    answer = browser.get(f"/o/customers/{pk}/")

    assert answer.status_code == 410
    assert f"/o/customers/{pk}/restore/" in answer.content.decode()
    assert "海天包装" not in answer.content.decode()
    assert client(cast.charlie).get(f"/o/customers/{pk}/").status_code == 404
    assert client(cast.charlie).post(f"/o/customers/{pk}/restore/").status_code in {403, 404}
    assert browser.post(f"/o/customers/{pk}/restore/").status_code == 204
    assert page(browser, f"/o/customers/{pk}/")


def test_deleting_leads_to_the_list_and_can_be_taken_back(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    browser = client(cast.bob)

    answer = browser.post(f"/o/customers/{pk}/delete/")

    assert answer["HX-Location"] == "/o/customers/"
    assert f"/o/customers/{pk}/restore/?stay=1" in answer["HX-Trigger"]
    assert browser.get(f"/o/customers/{pk}/").status_code == 410
    assert browser.post(f"/o/customers/{pk}/restore/?stay=1").status_code == 204
    assert page(browser, f"/o/customers/{pk}/")


def test_the_history_tells_who_changed_what(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", tier="low")
    record_save(registry.get("customer"), {"tier": "high"}, id=pk, actor=actor(cast.alice))

    shown = page(client(cast.bob), f"/o/customers/{pk}/history/")

    assert "Alice" in shown
    assert shown.index("低") < shown.index("高")


def stored(pk: int) -> dict[str, Any]:
    row: dict[str, Any] = registry.get("customer").model._default_manager.filter(pk=pk).values().get()
    return row


def test_the_system_may_not_be_mistaken_for_a_person(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    record_save(registry.get("customer"), {"tier": "high"}, id=pk, actor=SYSTEM)

    assert "系统" in page(client(cast.bob), f"/o/customers/{pk}/")


def test_that_there_is_no_risk_is_no_badge(cast: Cast) -> None:
    calm, risky = customers(cast.bob, "安稳", risk="none"), customers(cast.bob, "要紧", risk="high")
    badges = [client(cast.bob).get(f"/o/customers/{pk}/").context["badges"] for pk in (*calm, *risky)]
    words = [str(choice.label) for choice in registry.get("customer").field("risk").options["choices"]]
    none, *_watch, high = words
    assert none not in badges[0]
    assert high in badges[1]


def test_the_head_leads_to_what_the_record_belongs_to(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    [contact] = records("contact", [{"customer": pk, "name": "王芳"}])
    browser = client(cast.bob)

    assert f'href="/o/customers/{pk}/"' in browser.get(f"/o/contacts/{contact}/").context["of"]
    assert browser.get(f"/o/customers/{pk}/").context["of"] == ""


def test_related_numbers_have_names_and_a_single_amount_needs_none(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    [book] = records("price_book", [{"name": "重点客户价", "valid_from": "2020-01-01"}])
    goods = product("P-1", "复印纸", list_price="165.5")
    records("price_book_entry", [{"book": book, "product": goods, "from_quantity": 500, "unit_price": "150"}])
    records("receipt", [{"customer": pk, "amount": "120"}])

    side = page(client(cast.bob), f"/o/price_books/{book}/", **{"HX-Target": "record-side-body"})
    assert "复印纸" in side
    assert "起订数量 500" in side
    assert "单价 150" in side
    more = page(client(cast.bob), f"/o/customers/{pk}/", **{"HX-Target": "record-side-more"})
    assert "¥120.00" in more
    assert "金额 ¥120.00" not in more
