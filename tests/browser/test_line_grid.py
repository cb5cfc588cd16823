"""The grid of lines in a form: written by keyboard, computed while one types, nothing lost, and at home on the phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import serious_findings
from tests.cast import Cast
from tests.domain.quotes.offers import customer, product, quote
from tests.domain.quotes.test_lines import lines_of
from zhike.accounts.models import User
from zhike.domain.quotes.models import Quote

SignIn = Callable[[User], Page]
PHONE: Any = {"width": 390, "height": 844}
LEAST_TARGET = 44
#: The page of a quote, not that of a new one.
SAVED = re.compile(r"/o/quotes/\d+/$")

pytestmark = pytest.mark.django_db(transaction=True)


def row(page: Page, place: int) -> Locator:
    return page.locator(".line-table tbody tr").nth(place)


def control(page: Page, place: int, key: str) -> Locator:
    return row(page, place).locator(f".line-{key} :is(input:not([type=hidden]), select)")


def total(page: Page, key: str = "total") -> Locator:
    return page.locator(f"[data-lines-total={key}]")


def pick(page: Page, box: Locator, typed: str, title: str) -> None:
    """Choose by keyboard, as somebody does whose hands stay there."""
    box.press_sequentially(typed)
    expect(page.locator(".picker-option[aria-selected=true]", has_text=title)).to_be_visible()
    page.keyboard.press("Enter")


def begin(page: Page, base: str) -> None:
    """A new quote with title and customer, and an empty first line."""
    page.goto(f"{base}/o/quotes/new/")
    page.get_by_label("标题").fill("年度办公用品")
    pick(page, page.locator("#f-customer"), "海天", "海天包装")
    expect(row(page, 0)).to_be_visible()


def test_a_quote_is_written_without_the_mouse(cast: Cast, sign_in: SignIn, live_server: Any) -> None:
    customer(cast.bob)
    product("P-1", "复印纸", list_price="165.5", tax_rate=13)
    product("P-2", "送货服务", list_price="50", tax_rate=6)
    page = sign_in(cast.bob)
    begin(page, live_server.url)

    control(page, 0, "product").focus()
    pick(page, control(page, 0, "product"), "复印", "复印纸")
    expect(control(page, 0, "unit_price")).to_have_value("165.5")
    expect(control(page, 0, "tax_rate")).to_have_value("13")
    control(page, 0, "name").focus()
    page.keyboard.press("Tab")
    expect(control(page, 0, "quantity")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("4")
    expect(row(page, 0).locator("[data-out=amount]")).to_have_text("¥662.00")
    expect(total(page)).to_have_text("¥662.00")
    page.keyboard.press("Enter")
    expect(control(page, 1, "product")).to_be_focused()
    pick(page, control(page, 1, "product"), "送货", "送货服务")
    expect(total(page)).to_have_text("¥712.00")
    page.keyboard.press("ControlOrMeta+Enter")

    page.wait_for_url(SAVED)
    made = Quote.objects.get()
    assert [(line.name, line.quantity, line.amount) for line in lines_of(made.pk)] == [
        ("复印纸", 4, 66200),
        ("送货服务", 1, 5000),
    ]
    expect(page.locator(".line-table-read")).to_contain_text("¥662.00")


def test_a_line_that_goes_takes_its_share_of_the_sums_along(cast: Cast, sign_in: SignIn, live_server: Any) -> None:
    pk = quote(
        cast.bob,
        {"name": "打印机", "quantity": 2, "unit_price": "100", "tax_rate": 13},
        {"name": "安装", "quantity": 1, "unit_price": "30", "tax_rate": 6},
    )
    page = sign_in(cast.bob)
    page.goto(f"{live_server.url}/o/quotes/{pk}/edit/")
    expect(total(page)).to_have_text("¥230.00")

    row(page, 0).get_by_role("button", name="删除这一行").click()
    expect(total(page)).to_have_text("¥30.00")
    expect(control(page, 0, "product")).to_be_focused()
    row(page, 0).get_by_role("button", name="删除这一行").click()
    expect(total(page)).to_have_text("¥0.00")
    add = page.get_by_role("button", name="添加一行")
    expect(add).to_be_focused()
    page.keyboard.press("Escape")
    add.press("Enter")
    expect(control(page, 0, "product")).to_be_focused()

    assert len(lines_of(pk)) == 2


def test_lines_change_places_by_keyboard_and_are_told_where_they_went(
    cast: Cast, sign_in: SignIn, live_server: Any
) -> None:
    pk = quote(cast.bob, *({"name": name, "quantity": 1, "unit_price": "10"} for name in ("甲", "乙", "丙")))
    page = sign_in(cast.bob)
    page.goto(f"{live_server.url}/o/quotes/{pk}/edit/")

    control(page, 2, "name").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("[data-lines-target=said]")).to_have_text("第 2 行，共 3 行")
    expect(control(page, 1, "name")).to_be_focused()
    page.get_by_role("button", name="保存", exact=False).first.click()
    page.wait_for_url(f"**/o/quotes/{pk}/")

    assert [line.name for line in lines_of(pk)] == ["甲", "丙", "乙"]


def test_a_mistake_is_told_at_once_and_nothing_typed_is_lost(
    cast: Cast, sign_in: SignIn, live_server: Any, complaints: list[str]
) -> None:
    customer(cast.bob)
    page = sign_in(cast.bob)
    begin(page, live_server.url)
    control(page, 0, "name").fill("上门安装")
    control(page, 0, "quantity").fill("两台")
    expect(row(page, 0).locator("[data-note=quantity]")).not_to_be_empty()
    control(page, 0, "unit_price").fill("88.5")

    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".form-errors")).to_be_visible()
    expect(control(page, 0, "name")).to_have_value("上门安装")
    expect(control(page, 0, "quantity")).to_have_value("两台")
    expect(control(page, 0, "quantity")).to_have_attribute("aria-invalid", "true")
    expect(control(page, 0, "unit_price")).to_have_value("88.5")
    assert not Quote.objects.exists()

    page.locator(".form-errors a").first.click()
    expect(control(page, 0, "quantity")).to_be_focused()
    control(page, 0, "quantity").fill("2")
    expect(total(page)).to_have_text("¥177.00")
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_url(SAVED)

    assert [(line.name, line.amount) for line in lines_of(Quote.objects.get().pk)] == [("上门安装", 17700)]
    # The browser tells of every refused answer; this one was asked for.
    complaints[:] = [text for text in complaints if "422" not in text]


def test_on_the_phone_each_line_is_a_card(cast: Cast, sign_in: SignIn, live_server: Any) -> None:
    pk = quote(cast.bob, {"name": "打印机", "quantity": 2, "unit_price": "100", "tax_rate": 13})
    page = sign_in(cast.bob)
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    page.goto(f"{live_server.url}/o/quotes/{pk}/edit/")
    page.get_by_role("button", name="添加一行").click()
    expect(row(page, 1)).to_be_visible()
    page.keyboard.press("Escape")

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "[...document.querySelectorAll('.line-table tr')].every((row) => row.scrollWidth <= row.clientWidth + 1)"
    )
    label = "getComputedStyle(document.querySelector('.line-table td.line-quantity'), '::before').content"
    assert page.evaluate(label) == '"数量"'
    for place, key in ((0, "quantity"), (1, "name")):
        box = control(page, place, key).bounding_box()
        assert box is not None
        assert box["height"] >= LEAST_TARGET
    remove = row(page, 1).get_by_role("button", name="删除这一行").bounding_box()
    assert remove is not None
    assert min(remove["width"], remove["height"]) >= LEAST_TARGET
    assert serious_findings(page) == []

    control(page, 0, "quantity").fill("3")
    expect(total(page)).to_have_text("¥300.00")
