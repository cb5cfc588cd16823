"""Forms for new and old records: what they ask, what they keep, and what happens when two people or two clicks meet."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.cast import Cast, actor, client
from tests.web.records import customers, records
from zhike.domain.customers.models import Contact, Customer
from zhike.metadata import registry
from zhike.metadata.records import delete, record_save

pytestmark = pytest.mark.write

DIALOG = {"HX-Request": "true", "HX-Target": "dialog-content"}


def form_key(markup: str) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', markup)
    assert found
    return found.group(1)


def test_the_form_asks_by_sections_and_marks_what_is_required(cast: Cast) -> None:
    shown = client(cast.bob).get("/o/customers/new/").content.decode()

    assert 'id="f-name"' in shown
    assert 'class="required"' in shown
    assert "<details" in shown


def test_the_address_fills_the_form_in_beforehand(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")

    shown = client(cast.bob).get("/o/contacts/new/", {"customer": pk, "name": "王芳", "nonsense": "1"}).content.decode()

    assert 'value="王芳"' in shown
    assert "海天包装" in shown


def test_saving_leads_to_the_page_of_the_new_record(cast: Cast) -> None:
    answer = client(cast.bob).post(
        "/o/customers/new/", {"kind": "company", "name": "海天包装", "phones": "13800001234"}
    )

    made = Customer.objects.get(name="海天包装")
    assert answer.status_code == 302
    assert answer["Location"] == f"/o/customers/{made.pk}/"
    assert made.phones == ["+8613800001234"]
    assert made.owner_id == cast.bob.pk


def test_save_and_new_gives_an_empty_form_and_a_way_to_the_saved_one(cast: Cast) -> None:
    answer = client(cast.bob).post("/o/customers/new/", {"kind": "company", "name": "海天包装", "again": "1"})

    made = Customer.objects.get(name="海天包装")
    assert answer.status_code == 200
    assert f"/o/customers/{made.pk}/" in answer["HX-Trigger"]
    assert 'value="海天包装"' not in answer.content.decode()


def test_a_form_sent_twice_makes_one_record(cast: Cast) -> None:
    browser = client(cast.bob)
    key = form_key(browser.get("/o/customers/new/").content.decode())
    sent = {"kind": "company", "name": "海天包装", "form_key": key}

    first, second = (browser.post("/o/customers/new/", sent) for _turn in range(2))

    assert first["Location"] == second["Location"]
    assert Customer.objects.filter(name="海天包装").count() == 1


def test_what_is_wrong_stands_beside_the_field_and_on_top_and_nothing_typed_is_lost(cast: Cast) -> None:
    sent = {"kind": "company", "name": "", "phones": "12x", "founded_year": "soon", "note": "记得回电"}

    answer = client(cast.bob).post("/o/customers/new/", sent)
    shown = answer.content.decode()

    assert answer.status_code == 422
    assert 'href="#f-phones"' in shown
    assert 'href="#f-founded_year"' in shown
    assert all(typed in shown for typed in ("12x", "soon", "记得回电"))
    assert not Customer.objects.exists()


def test_a_key_held_by_another_record_leads_to_that_record(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", code="KH-1")

    answer = client(cast.bob).post("/o/customers/new/", {"kind": "company", "name": "别名", "code": "KH-1"})

    assert answer.status_code == 422
    assert f'href="/o/customers/{pk}/"' in answer.content.decode()


def test_a_key_held_by_a_record_out_of_reach_tells_nothing_of_it(cast: Cast) -> None:
    [pk] = customers(cast.charlie, "别人的客户", code="KH-1")

    shown = (
        client(cast.bob).post("/o/customers/new/", {"kind": "company", "name": "别名", "code": "KH-1"}).content.decode()
    )

    assert f"/o/customers/{pk}/" not in shown
    assert "别人的客户" not in shown


def test_a_key_held_by_a_deleted_record_offers_to_restore_it(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", code="KH-1")
    delete(registry.get("customer"), [pk], actor=actor(cast.bob))

    answer = client(cast.bob).post("/o/customers/new/", {"kind": "company", "name": "别名", "code": "KH-1"})

    assert f'hx-post="/o/customers/{pk}/restore/"' in answer.content.decode()


def test_the_short_form_makes_a_related_record_in_the_dialog(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    browser = client(cast.bob)

    shown = browser.get("/o/contacts/new/", {"customer": pk}, headers=DIALOG).content.decode()
    answer = browser.post(f"/o/contacts/new/?customer={pk}", {"customer": pk, "name": "王芳"}, headers=DIALOG)

    assert "<html" not in shown
    assert answer.status_code == 204
    assert "dialog:close" in answer["HX-Trigger"]
    assert "record:changed" in answer["HX-Trigger"]
    assert Contact.objects.get(customer_id=pk).name == "王芳"


def test_who_may_not_create_gets_no_form(cast: Cast) -> None:
    assert client(cast.eve).get("/o/customers/new/").status_code == 403
    assert client(cast.eve).post("/o/customers/new/", {"name": "x", "kind": "company"}).status_code == 403
    assert client(cast.mallory).get("/o/customers/new/").status_code in {403, 404}
    assert not Customer.objects.exists()


def test_saving_over_another_persons_change_shows_both_values_and_overwrites_nothing(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", wechat="old", needs="旧需求")
    browser = client(cast.bob)
    sent = sent_form(browser.get(f"/o/customers/{pk}/edit/").content.decode()) | {"wechat": "bobs", "name": "海天包装"}
    record_save(registry.get("customer"), {"wechat": "alices", "needs": "新需求"}, id=pk, actor=actor(cast.alice))

    answer = browser.post(f"/o/customers/{pk}/edit/", sent | {"needs": "旧需求"})
    shown = answer.content.decode()

    assert answer.status_code == 409
    assert 'name="keep_wechat"' in shown
    assert 'name="keep_needs"' not in shown
    assert Customer.objects.get(pk=pk).wechat == "alices"
    chosen = sent_form(shown) | {"wechat": "bobs", "needs": "新需求", "name": "海天包装", "keep_wechat": "mine"}
    assert browser.post(f"/o/customers/{pk}/edit/", chosen).status_code == 302
    saved = Customer.objects.get(pk=pk)
    assert (saved.wechat, saved.needs) == ("bobs", "新需求")


def test_changes_of_different_fields_both_stand(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装", wechat="old")
    browser = client(cast.bob)
    sent = sent_form(browser.get(f"/o/customers/{pk}/edit/").content.decode()) | {"name": "海天包装集团"}
    record_save(registry.get("customer"), {"wechat": "alices"}, id=pk, actor=actor(cast.alice))

    answer = browser.post(f"/o/customers/{pk}/edit/", sent | {"wechat": "old"})

    saved = Customer.objects.get(pk=pk)
    assert answer.status_code == 302
    assert (saved.name, saved.wechat) == ("海天包装集团", "alices")


def test_fields_that_one_may_not_write_are_not_asked_for(cast: Cast) -> None:
    [task] = records("task", [{"title": "回访", "owner": cast.bob.pk}])

    shown = client(cast.bob).get(f"/o/tasks/{task}/edit/").content.decode()

    assert 'name="title"' in shown
    assert 'name="created_at"' not in shown


def sent_form(markup: str) -> dict[str, Any]:
    """Hidden values and choices of a form as a browser would send them."""
    hidden = dict(re.findall(r'<input type="hidden" name="(version|form_key)" value="([^"]*)"', markup))
    return {**hidden, "kind": "company", "stage": "potential", "risk": "none"}
