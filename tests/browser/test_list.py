"""The main paths of a list, as somebody clicks and types them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.cast import Cast, actor
from tests.web.records import customers, records
from zhike.accounts.models import User
from zhike.domain.customers.models import Customer
from zhike.metadata import registry
from zhike.metadata.records import record_save

SignIn = Callable[[User], Page]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(cast: Cast, sign_in: SignIn, live_server: Any) -> Page:
    customers(cast.bob, "海天包装", "长江物流", tier="high", stage="new", wechat="old")
    customers(cast.bob, "蓝鲸科技", tier="low", stage="lost", wechat="old")
    opened = sign_in(cast.bob)
    opened.goto(f"{live_server.url}/o/customers/?sort=name&columns=name,tier,wechat,owner")
    return opened


def rows(page: Page) -> Locator:
    return page.locator(".list-table tbody tr")


def cell(page: Page, name: str, field: str) -> Locator:
    return rows(page).filter(has_text=name).locator(f"td[data-field={field}]")


def test_a_filter_is_built_said_in_words_and_kept_as_a_view(page: Page) -> None:
    page.keyboard.press("f")
    page.locator(".filter-row select").first.select_option("tier")
    page.locator(".filter-row .filter-value select").select_option("high")
    page.get_by_role("button", name="应用").click()

    expect(rows(page)).to_have_count(2)
    expect(page.locator(".chip")).to_contain_text("价值分级 是 高")
    expect(page).to_have_url(re.compile("filter="))

    page.get_by_role("link", name="保存视图").click()
    page.get_by_label("名称").fill("重点")
    page.keyboard.press("Enter")

    expect(page.locator(".tab[aria-current]")).to_have_text("重点")
    expect(rows(page)).to_have_count(2)
    page.reload()
    expect(rows(page)).to_have_count(2)
    page.get_by_label("去掉这个条件").click()
    expect(rows(page)).to_have_count(3)


def test_a_link_is_filtered_by_typing_a_name(page: Page) -> None:
    page.keyboard.press("f")
    page.locator(".filter-row select").first.select_option("owner")
    page.locator(".filter-row .picker-input").press_sequentially("ali")
    page.locator(".picker-option", has_text="Alice").click()
    page.get_by_role("button", name="应用").click()

    expect(page.locator(".chip")).to_contain_text("Alice")
    expect(page.locator(".empty")).to_be_visible()


def test_a_cell_is_edited_by_keyboard(page: Page) -> None:
    # 海天包装 is the second by its reading, after 长江物流.
    for key in ("j", "j", "ArrowRight", "ArrowRight", "e"):
        page.keyboard.press(key)
    page.locator(".inline-edit input[name=wechat]").fill("new")
    page.keyboard.press("Enter")

    expect(cell(page, "海天包装", "wechat")).to_have_text("new")
    page.keyboard.press("e")
    page.locator(".inline-edit input[name=wechat]").fill("wrong")
    page.keyboard.press("Escape")
    expect(cell(page, "海天包装", "wechat")).to_have_text("new")
    assert Customer.objects.get(name="海天包装").wechat == "new"


def test_two_people_on_one_value_choose_between_both(page: Page, cast: Cast, complaints: list[str]) -> None:
    cell(page, "海天包装", "wechat").dblclick()
    page.locator(".inline-edit input[name=wechat]").fill("of-bob")
    pk = Customer.objects.get(name="海天包装").pk
    record_save(registry.get("customer"), {"wechat": "of-alice"}, actor=actor(cast.alice), id=pk)
    page.keyboard.press("Enter")

    expect(page.get_by_role("alertdialog")).to_contain_text("of-alice")
    page.get_by_role("button", name="用我的").click()

    expect(cell(page, "海天包装", "wechat")).to_have_text("of-bob")
    # The browser notes the refused answer by itself.
    complaints[:] = [complaint for complaint in complaints if "409" not in complaint]


def test_chosen_rows_are_changed_and_taken_back(page: Page) -> None:
    page.get_by_label("选择 海天包装").check()
    page.get_by_label("选择 长江物流").check()
    page.get_by_role("button", name="批量修改").click()
    page.locator("#bulk-field").select_option("tier")
    page.locator("#bulk-control input[value=low]").check()
    page.locator("#dialog").get_by_role("button", name="保存").click()

    expect(page.locator(".toast")).to_contain_text("已处理 2 条")
    expect(cell(page, "海天包装", "tier")).to_have_text("低价值")
    page.get_by_role("button", name="撤销").click()
    expect(cell(page, "海天包装", "tier")).to_have_text("高价值")


def test_tags_are_made_and_given_while_typing(page: Page, cast: Cast) -> None:
    records("tag", [{"name": "老客户"}])
    page.get_by_label("选择 海天包装").check()
    page.get_by_role("button", name="标签").click()
    page.locator("#dialog .picker-input").press_sequentially("老客")
    page.locator(".picker-option", has_text="老客户").click()
    page.locator("#dialog").get_by_role("button", name="保存").click()

    expect(page.locator(".toast")).to_contain_text("已处理 1 条")
    assert [tag.name for tag in Customer.objects.get(name="海天包装").tags.all()] == ["老客户"]


def test_columns_are_chosen(page: Page) -> None:
    page.get_by_label("列", exact=True).click()
    page.locator(".order-row", has_text="微信").locator("input").uncheck()
    page.locator(".order-row", has_text="阶段").locator("input").check()
    page.get_by_role("button", name="应用").click()

    heads = page.locator(".list-table thead")
    expect(heads).to_contain_text("阶段")
    expect(heads).not_to_contain_text("微信")
    expect(page.locator("#dialog")).to_be_hidden()


def test_a_card_moves_by_keyboard_and_comes_back(page: Page) -> None:
    page.get_by_label("看板").click()
    card = page.locator(".card", has_text="海天包装")
    card.focus()
    for key in ("Space", "ArrowRight", "Space"):
        page.keyboard.press(key)

    expect(page.locator(".board-cards[data-value=active]")).to_contain_text("海天包装")
    expect(page.locator(".toast")).to_contain_text("已移到")
    expect(page.locator("#board-head-active .count")).to_have_text("1")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(".board-cards[data-value=new]")).to_contain_text("海天包装")


def test_a_card_moves_by_mouse(page: Page) -> None:
    page.get_by_label("看板").click()
    page.wait_for_load_state("networkidle")
    page.locator(".card", has_text="海天包装").drag_to(page.locator(".board-cards[data-value=active]"))

    expect(page.locator("#board-head-active .count")).to_have_text("1")
    assert Customer.objects.get(name="海天包装").stage == "active"


def test_what_was_deleted_comes_back_from_the_bin(page: Page, live_server: Any) -> None:
    page.get_by_label("选择 海天包装").check()
    page.get_by_role("button", name="删除").click()
    expect(rows(page)).to_have_count(2)

    page.goto(f"{live_server.url}/o/customers/bin/")
    page.get_by_role("button", name="恢复").click()

    expect(page.locator(".empty")).to_be_visible()
    assert Customer.objects.get(name="海天包装").deletion_id is None
