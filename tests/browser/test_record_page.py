"""A record's page in a real browser: facts, composer, comments and files change in place, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.cast import Cast, actor
from tests.web.records import customers, records
from zhike.accounts.models import User
from zhike.domain.activities.models import Interaction, Task
from zhike.domain.customers.models import Customer
from zhike.metadata import registry
from zhike.metadata.records import record_save

SignIn = Callable[[User], Page]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pk(cast: Cast) -> int:
    [pk] = customers(cast.bob, "海天包装", wechat="haitian")
    records("contact", [{"customer": pk, "name": "王芳"}])
    return pk


@pytest.fixture
def page_of_bob(cast: Cast, sign_in: SignIn, live_server: Any, pk: int) -> Page:
    page = sign_in(cast.bob)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{live_server.url}/o/customers/{pk}/", wait_until="networkidle")
    return page


def test_a_fact_is_changed_where_it_stands_and_the_page_follows(page_of_bob: Page, pk: int) -> None:
    page = page_of_bob
    page.locator("#fact-wechat dd").click()
    page.locator("#fact-wechat input[name=wechat]").fill("haitian2026")
    page.keyboard.press("Enter")

    expect(page.locator("#fact-wechat dd")).to_have_text("haitian2026")
    expect(page.locator("#timeline .entry.is-new")).to_contain_text("haitian2026")
    assert Customer.objects.get(pk=pk).wechat == "haitian2026"


def test_escape_puts_the_value_back(page_of_bob: Page, pk: int) -> None:
    page = page_of_bob
    page.locator("#fact-wechat dd").click()
    page.locator("#fact-wechat input[name=wechat]").fill("something else")
    page.keyboard.press("Escape")

    expect(page.locator("#fact-wechat dd")).to_have_text("haitian")
    assert Customer.objects.get(pk=pk).version == 1


def test_a_refused_value_stays_in_the_field_with_the_reason(page_of_bob: Page, complaints: list[str]) -> None:
    page = page_of_bob
    page.locator("#fact-founded_year dd").click()
    page.locator("#fact-founded_year input[name=founded_year]").fill("99999")
    page.keyboard.press("Enter")

    expect(page.locator("#fact-founded_year .field-error")).to_be_visible()
    expect(page.locator("#fact-founded_year input[name=founded_year]")).to_have_value("99999")
    forget_refusals(complaints)


def test_a_colleagues_change_is_shown_before_it_is_overwritten(
    page_of_bob: Page, cast: Cast, pk: int, complaints: list[str]
) -> None:
    page = page_of_bob
    page.locator("#fact-wechat dd").click()
    page.locator("#fact-wechat input[name=wechat]").fill("bobs")
    record_save(registry.get("customer"), {"wechat": "alices"}, id=pk, actor=actor(cast.alice))
    page.keyboard.press("Enter")

    expect(page.locator("#fact-wechat .fact-conflict")).to_contain_text("Alice")
    page.locator("#fact-wechat button[value=mine]").click()
    expect(page.locator("#fact-wechat dd")).to_have_text("bobs")
    forget_refusals(complaints)


def test_a_contact_and_its_next_step_are_logged_by_ctrl_enter(page_of_bob: Page, pk: int) -> None:
    page = page_of_bob
    page.locator("#composer-text").click()
    page.locator(".composer-kinds").get_by_text("拜访").click()
    page.locator("#composer-text").fill("谈了年框，对方满意")
    page.get_by_text("有意向", exact=True).click()
    page.locator("#composer-next").fill("发报价")
    page.locator(".composer-dates").get_by_text("明天").click()
    page.keyboard.press("Control+Enter")

    expect(page.locator("#timeline .entry").first).to_contain_text("谈了年框，对方满意")
    expect(page.locator("#record-side-body")).to_contain_text("发报价")
    expect(page.locator("#composer-text")).to_have_value("")
    assert Interaction.objects.get().outcome == "interested"
    assert Task.objects.get().title == "发报价"


def test_without_a_connection_the_draft_is_kept_even_over_a_reload(page_of_bob: Page, complaints: list[str]) -> None:
    page = page_of_bob

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/log/", cut)
    page.locator("#composer-text").click()
    page.locator("#composer-text").fill("很长的一段话")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast-error")).to_be_visible()
    expect(page.locator("#composer-text")).to_have_value("很长的一段话")
    page.unroute("**/log/", cut)
    page.reload(wait_until="networkidle")

    expect(page.locator("#composer-text")).to_have_value("很长的一段话")
    page.locator("#composer-text").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline .entry").first).to_contain_text("很长的一段话")
    complaints.clear()


def test_what_one_reads_stays_when_something_new_comes_in(page_of_bob: Page, cast: Cast, pk: int) -> None:
    page = page_of_bob
    rows = [{"customer": pk, "channel": "call", "content": f"第{number}通电话"} for number in range(60)]
    records("interaction", rows)
    page.reload(wait_until="networkidle")
    page.mouse.move(700, 600)
    for _turn in range(10):
        page.mouse.wheel(0, 4_000)
        page.wait_for_load_state("networkidle")
    expect(page.locator(".timeline-more")).to_have_count(0)
    count = page.locator("#timeline .entry").count()

    record_save(registry.get("customer"), {"tier": "high"}, id=pk, actor=actor(cast.alice))
    page.evaluate("document.body.dispatchEvent(new CustomEvent('timeline:changed', {bubbles: true}))")

    expect(page.locator("#timeline .entry")).to_have_count(count + 1)
    expect(page.locator("#timeline .entry.is-new")).to_contain_text("价值分级")


def test_a_comment_mentions_a_colleague_and_is_taken_back(page_of_bob: Page) -> None:
    page = page_of_bob
    page.locator("#tab-comment").click()
    page.locator("#comment-text").click()
    page.locator("#comment-text").press_sequentially("请看一下 @Ali")
    page.locator("#comment-box .picker-option").first.click()
    page.keyboard.press("Control+Enter")

    entry = page.locator("#timeline .entry").first
    expect(entry.locator(".mention")).to_have_text("@Alice")
    entry.hover()
    entry.get_by_label("删除").click()
    expect(page.locator("#timeline .mention")).to_have_count(0)
    page.locator(".toast [data-undo]").click()
    expect(page.locator("#timeline .mention")).to_have_text("@Alice")


def test_a_file_is_added_and_stands_on_both_sides(page_of_bob: Page) -> None:
    page = page_of_bob
    contract = {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 test"}
    page.locator("#record-side-body input[type=file]").set_input_files(contract)  # type: ignore[arg-type]

    expect(page.locator("#record-side-body .related")).to_contain_text(["合同.pdf"])
    expect(page.locator("#timeline .entry").first).to_contain_text("合同.pdf")


def test_a_refused_file_says_why(page_of_bob: Page, complaints: list[str]) -> None:
    page = page_of_bob
    program = {"name": "setup.exe", "mimeType": "application/pdf", "buffer": b"MZ"}
    page.locator("#record-side-body input[type=file]").set_input_files(program)  # type: ignore[arg-type]

    expect(page.locator(".upload-list")).to_contain_text("不接收程序")
    forget_refusals(complaints)


def test_a_contact_is_added_beside_the_page(page_of_bob: Page) -> None:
    page = page_of_bob
    page.locator("#record-side a[href^='/o/contacts/new/']").click()
    page.locator("#dialog input[name=name]").fill("李雷")
    page.locator("#dialog .button-primary").click()

    expect(page.locator("#dialog")).to_be_hidden()
    expect(page.locator("#record-side-body")).to_contain_text("李雷")


def test_a_deleted_record_is_brought_back_from_the_toast(page_of_bob: Page, live_server: Any, pk: int) -> None:
    page = page_of_bob
    page.locator(".record-actions [aria-haspopup=menu]").click()
    page.locator(".record-actions .menu-danger").click()
    page.wait_for_url("**/o/customers/")
    page.locator(".toast [data-undo]").click()
    expect(page.locator("#list")).to_contain_text("海天包装")

    assert Customer.objects.get(pk=pk).deletion_id is None


def forget_refusals(complaints: list[str]) -> None:
    """The console notes every answer of 4xx, which these tests provoke."""
    complaints[:] = [text for text in complaints if "422" not in text and "409" not in text]
