"""The door and one's own account in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_person_signs_in_makes_a_token_and_leaves(cast: Cast, live_server, page: Page) -> None:  # type: ignore[no-untyped-def]
    page.goto(f"{live_server.url}/me/")
    expect(page).to_have_url(re.compile(r"/login/\?next=%2Fme%2F$"))
    page.get_by_label("用户名").fill("bob")
    page.get_by_label("密码", exact=True).fill("not this one")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不对")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(f"{live_server.url}/me/")
    # Before its scripts run, a form is sent by the browser itself, and a reload would send it again.
    page.wait_for_load_state("load")
    page.get_by_label("用途").fill("报表")
    page.get_by_label("人员", exact=True).check()
    page.get_by_role("button", name="生成令牌").click()
    expect(page.get_by_label("令牌", exact=True)).to_have_value(re.compile("^zk_"))
    page.reload()
    expect(page.locator("#new-token")).to_have_count(0)


def test_an_administrator_changes_a_role_without_leaving_the_page_layout(cast: Cast, live_server, page: Page) -> None:  # type: ignore[no-untyped-def]
    page.goto(f"{live_server.url}/login/?next=/settings/")
    page.get_by_label("用户名").fill("adam")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_label("搜索设置").fill("角色")
    page.locator("#settings-groups").get_by_role("link", name=re.compile("^角色")).click()
    page.get_by_role("link", name="销售", exact=True).click()
    choice = page.get_by_label("标签 · 新建")
    choice.select_option(label="是")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="保存").click()
    page.reload()
    expect(page.get_by_label("标签 · 新建")).to_have_value("40")
