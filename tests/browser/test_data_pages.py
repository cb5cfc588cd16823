"""Data goes in and out, and fields are made, with mouse, keyboard and thumb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import serious_findings
from tests.cast import Cast
from tests.web.records import customers
from zhike.accounts.models import User
from zhike.domain.customers.models import Contact, Customer
from zhike.jobs.worker import work_off
from zhike.metadata.models import CustomField

SignIn = Callable[[User], Page]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SHEET = "客户名称,客户编号,类型,联系人姓名,说明文字\n晨光文具,K1,企业,张建国,老客户\n王小明,K2,个人,,\n,K3,企业,,\n"

pytestmark = pytest.mark.django_db(transaction=True)


def barriers(page: Page) -> list[str]:
    found = serious_findings(page)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("scrolls sideways")
    return found


@pytest.mark.parametrize(("size", "colours"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_a_spreadsheet_is_taken_in_and_taken_back(
    cast: Cast, sign_in: SignIn, live_server: Any, size: Any, colours: Any
) -> None:
    page = sign_in(cast.clara)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=colours)
    page.goto(f"{live_server.url}/o/customers/import/")
    seen = {"file": barriers(page)}

    sheet: Any = {"name": "客户.csv", "mimeType": "text/csv", "buffer": SHEET.encode()}
    page.set_input_files("input[name=file]", sheet)
    page.get_by_label("说明文字").select_option("note")
    seen["columns"] = barriers(page)
    page.locator("button[value=try]").click()
    expect(page.locator("#import-job progress")).to_be_attached()
    work_off()
    start = page.locator("#import-job button[value=start]")
    start.wait_for()
    seen["trial"] = barriers(page)
    assert not Customer.objects.exists()

    start.click()
    expect(page.locator("#import-job progress")).to_be_attached()
    work_off()
    undo = page.get_by_role("button", name="撤销本次导入")
    undo.wait_for()
    assert list(Customer.objects.order_by("code").values_list("code", "note")) == [("K1", "老客户"), ("K2", None)]
    expect(page.locator("#import-job tbody")).to_contain_text("K3")

    undo.click()
    expect(page.locator("#import-job progress")).to_be_attached()
    work_off()
    expect(page.locator("#import-job")).to_contain_text("已撤销本次导入")
    assert not Contact.objects.filter(deletion__isnull=True).exists()
    page.goto(f"{live_server.url}/jobs/")
    expect(page.locator(".job-row")).to_have_count(3)
    seen["jobs"] = barriers(page)
    assert not any(seen.values()), seen


def test_ticked_rows_are_exported_from_the_bar_below_the_list(cast: Cast, sign_in: SignIn, live_server: Any) -> None:
    customers(cast.bob, "甲", "乙", "丙")
    page = sign_in(cast.clara)
    page.goto(f"{live_server.url}/o/customers/")
    for number in (0, 1):
        page.locator("tbody input[name=ids]").nth(number).click()
    page.locator(".bulk-bar").get_by_role("button", name="导出").click()
    dialog = page.locator("dialog[open]")
    expect(dialog.locator("[value=chosen]")).to_be_checked()
    assert barriers(page) == []
    dialog.get_by_role("button", name="导出", exact=True).click()
    expect(dialog.locator("progress")).to_be_attached()
    work_off()
    with page.expect_download() as download:
        dialog.get_by_role("link", name="下载").click()
    assert download.value.suggested_filename.startswith("客户 ")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_field_with_choices_is_made_ordered_and_filled_in(
    cast: Cast, sign_in: SignIn, live_server: Any, size: Any
) -> None:
    page = sign_in(cast.adam)
    page.set_viewport_size(size)
    seen = {}
    for address in ("fields/", "objects/", "objects/new/", "fields/customer/new/"):
        page.goto(f"{live_server.url}/settings/{address}", wait_until="networkidle")
        seen[address] = barriers(page)
    page.fill("#label", "渠道等级")
    page.select_option("#kind", "choice")
    page.locator("[name=choice_label]").nth(1).fill("银牌")
    page.locator("[name=choice_label]").nth(0).fill("金牌")
    page.get_by_role("button", name="添加选项").click()
    expect(page.locator("[name=choice_label]").nth(2)).to_be_focused()
    page.keyboard.type("铜牌")
    page.keyboard.press("Alt+ArrowUp")
    seen["choices"] = barriers(page)
    page.get_by_role("button", name="添加字段").click()
    page.get_by_role("link", name="渠道等级").wait_for()
    seen["list"] = barriers(page)
    row = CustomField.objects.get()
    assert [choice["label"] for choice in row.options["choices"]] == ["金牌", "铜牌", "银牌"]

    other = sign_in(cast.bob)
    other.goto(f"{live_server.url}/o/customers/new/")
    expect(other.get_by_text("渠道等级")).to_be_attached()
    assert not any(seen.values()), seen
