"""The working day: tasks done and undone by a click, a visit logged from the street."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.cast import Cast
from tests.web.records import customers, records
from zhike.accounts.models import User
from zhike.domain.activities.models import Interaction, Task

SignIn = Callable[[User], Page]

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_task_is_done_and_taken_back_without_leaving_the_page(cast: Cast, sign_in: SignIn, live_server: Any) -> None:
    due = timezone.now() - timedelta(days=1)
    [pk] = records("task", [{"title": "回访海天", "due_at": due, "owner": cast.bob.pk}])
    page = sign_in(cast.bob)
    page.goto(live_server.url, wait_until="networkidle")

    page.locator(".todo", has_text="回访海天").locator(".task-done").click()
    expect(page.locator("#todos")).not_to_contain_text("回访海天")
    assert Task.objects.get(pk=pk).status == "done"
    page.locator(".toast [data-undo]").click()

    expect(page.locator("#todos")).to_contain_text("回访海天")
    assert Task.objects.get(pk=pk).status == "open"


def test_a_visit_is_logged_with_one_thumb(cast: Cast, sign_in: SignIn, live_server: Any) -> None:
    [pk] = customers(cast.bob, "海天包装")
    page = sign_in(cast.bob)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(live_server.url, wait_until="networkidle")

    page.locator(".bottom-link[href='/log/']").click()
    page.locator("#dialog .picker input[role=combobox]").fill("海天")
    page.locator("#dialog .picker-option", has_text="海天包装").click()
    page.locator("#dialog .composer-kinds").get_by_text("拜访").click()
    page.locator("#log-composer-text").fill("门口碰到采购，下周送样")
    page.locator("#dialog .button-primary").click()

    expect(page.locator("#dialog")).to_be_hidden()
    expect(page.locator(".toast")).to_contain_text("海天包装")
    made = Interaction.objects.get()
    assert (made.customer_id, made.channel) == (pk, "visit")


def test_a_form_clicked_twice_makes_one_record_and_keeps_what_was_typed(
    cast: Cast, sign_in: SignIn, live_server: Any, complaints: list[str]
) -> None:
    page = sign_in(cast.bob)
    page.goto(f"{live_server.url}/o/customers/new/", wait_until="networkidle")
    page.locator("#f-phones").fill("12x")
    page.locator("#f-note").fill("记得回电")
    page.locator(".form-foot .button-primary").click()
    expect(page.locator(".form-errors")).to_contain_text("名称")
    expect(page.locator("#f-note")).to_have_value("记得回电")
    expect(page.locator("#f-phones")).to_have_value("12x")

    page.locator("#f-phones").fill("13800001234")
    page.locator("#f-name").fill("海天包装")
    page.locator(".form-foot .button-primary").dblclick()
    page.wait_for_url("**/o/customers/*/")

    expect(page.locator("h1")).to_have_text("海天包装")
    complaints[:] = [text for text in complaints if "422" not in text]


def test_a_link_to_a_record_in_the_bin_leads_to_a_page_that_says_so(
    cast: Cast, sign_in: SignIn, live_server: Any, complaints: list[str]
) -> None:
    [pk] = customers(cast.bob, "海天包装")
    page = sign_in(cast.bob)
    page.goto(f"{live_server.url}/o/customers/", wait_until="networkidle")
    page.evaluate(
        f"fetch('/o/customers/{pk}/delete/', {{method: 'POST', headers: JSON.parse(document.body.getAttribute('hx-headers'))}})"
    )
    page.wait_for_load_state("networkidle")
    page.locator(f"a[href='/o/customers/{pk}/']").first.click()

    expect(page.locator("h1")).to_contain_text("回收站")
    page.get_by_role("button", name="恢复").click()
    expect(page.locator("h1")).to_have_text("海天包装")
    complaints.clear()


def test_the_sheet_of_places_is_searched_and_leads_there(cast: Cast, sign_in: SignIn, live_server: Any) -> None:
    page = sign_in(cast.bob)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(live_server.url, wait_until="networkidle")

    page.locator(".bottom-bar button").click()
    expect(page.locator("#places a[href='/o/contacts/']")).to_be_visible()
    page.locator("#places input").fill("公海")
    expect(page.locator("#places a[href='/o/contacts/']")).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url("**/pools/**")
    expect(page.locator("#places")).to_be_hidden()

    page.locator(".bottom-bar button").click()
    page.locator("#places input").fill("海天")
    page.get_by_role("button", name="在全部资料中搜索").click()
    expect(page.locator("#search input")).to_have_value("海天")


def test_a_group_of_the_rail_folds_by_keyboard_and_stays_folded(cast: Cast, sign_in: SignIn, live_server: Any) -> None:
    page = sign_in(cast.bob)
    page.goto(f"{live_server.url}/o/customers/", wait_until="networkidle")
    title = page.locator("button[aria-controls='rail-customers']")

    title.focus()
    page.keyboard.press("ArrowLeft")
    expect(title).to_have_attribute("aria-expanded", "false")
    expect(page.locator(".rail a[href='/o/contacts/']")).to_be_hidden()
    expect(page.locator(".rail a[href='/o/customers/']")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".rail a[href='/o/customers/']")).to_be_focused()

    page.reload(wait_until="networkidle")
    expect(title).to_have_attribute("aria-expanded", "false")
    title.press("Enter")
    expect(page.locator(".rail a[href='/o/contacts/']")).to_be_visible()
