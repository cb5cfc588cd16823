"""A list is used without a mouse, and moving between pages keeps one's place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.cast import Cast
from tests.web.records import customers
from zhike.accounts.models import User

SignIn = Callable[[User], Page]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page_of_bob(cast: Cast, sign_in: SignIn, live_server: Any) -> Page:
    customers(cast.bob, *(f"客户{number:02}" for number in range(60)))
    page = sign_in(cast.bob)
    page.goto(f"{live_server.url}/o/customers/?sort=name")
    return page


def test_j_and_k_move_and_x_selects(page_of_bob: Page) -> None:
    page = page_of_bob
    for key in ("j", "j", "x", "j", "x", "k"):
        page.keyboard.press(key)

    expect(page.locator("tr.is-current")).to_contain_text("客户01")
    expect(page.locator("[data-selection-target=count]")).to_have_text("2")
    page.keyboard.press("Escape")
    expect(page.locator(".bulk-bar")).to_be_hidden()


def test_letters_typed_into_a_field_do_nothing_else(page_of_bob: Page) -> None:
    page = page_of_bob
    page.locator("#list-q").fill("")
    page.locator("#list-q").press_sequentially("jx")

    expect(page.locator("tr.is-current")).to_have_count(0)
    expect(page.locator("#list-q")).to_be_focused()


def test_help_and_search_open_by_key(page_of_bob: Page) -> None:
    page = page_of_bob
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")

    expect(page.locator("#search input")).to_be_focused()


def test_going_elsewhere_and_back_keeps_the_place(page_of_bob: Page) -> None:
    page = page_of_bob
    page.evaluate("document.querySelector('.list-scroll').scrollTop = 400")
    page.locator(".rail a[href='/o/tasks/']").click()
    expect(page.locator("h1")).to_have_text("任务")
    expect(page.locator("h1")).to_be_focused()
    expect(page.locator(".rail [aria-current]")).to_have_text("任务")
    page.go_back()

    expect(page.locator("h1")).to_have_text("客户")
    assert page.evaluate("document.querySelector('.list-scroll').scrollTop") == 400
