"""Tasks move to other days, and views to other places, by mouse and by keyboard; cards of a board do in test_list.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from tests.cast import Cast
from tests.web.records import records
from tests.web.test_saved_views import save
from zhike.accounts.models import User
from zhike.domain.activities.models import Task

SignIn = Callable[[User], Page]

pytestmark = pytest.mark.django_db(transaction=True)

#: A Wednesday with room on all sides.
DAY = date(2026, 9, 16)


@pytest.fixture
def page(cast: Cast, sign_in: SignIn, live_server: Any) -> Page:
    at = timezone.make_aware(datetime.combine(DAY, time(10, 30)))
    records("task", [{"title": "回访海天包装", "due_at": at, "owner": cast.bob.pk}])
    opened = sign_in(cast.bob)
    opened.goto(f"{live_server.url}/o/tasks/calendar/?day={DAY}", wait_until="networkidle")
    return opened


def day(page: Page, wanted: str) -> Locator:
    return page.locator(f".dates-entries[data-date='{wanted}']")


def drag(page: Page, what: Locator, where: Locator) -> None:
    """Drag as a hand does, in small steps: what is a link begins its own drag otherwise."""
    start, end = what.bounding_box(), where.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + min(20, start["width"] / 2), start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + start["width"] / 2 + 8, start["y"] + start["height"] / 2 + 4, steps=4)
    page.mouse.move(end["x"] + 20, end["y"] + 6, steps=8)
    page.mouse.move(end["x"] + 24, end["y"] + 8, steps=3)
    page.mouse.up()


def due() -> datetime:
    return timezone.localtime(Task.objects.get().due_at)


def test_an_entry_is_dragged_to_another_day_and_taken_back(page: Page) -> None:
    entry = page.locator(".dates-entry", has_text="回访海天包装")
    with page.expect_response(lambda answer: "/day/" in answer.url):
        drag(page, entry, day(page, "2026-09-18"))

    expect(page.locator(".toast")).to_contain_text("9月18日")
    expect(day(page, "2026-09-18")).to_contain_text("回访海天包装")
    assert (due().date(), due().hour, due().minute) == (date(2026, 9, 18), 10, 30)
    page.get_by_role("button", name="撤销").click()
    expect(day(page, "2026-09-16")).to_contain_text("回访海天包装")
    assert due().date() == DAY


@pytest.mark.parametrize(
    ("key", "wanted"), [("ArrowRight", "2026-09-17"), ("ArrowLeft", "2026-09-15"), ("ArrowDown", "2026-09-23")]
)
def test_alt_and_an_arrow_move_an_entry_by_a_day_or_a_week(page: Page, key: str, wanted: str) -> None:
    page.locator(".dates-entry", has_text="回访海天包装").focus()
    with page.expect_response(lambda answer: "/day/" in answer.url):
        page.keyboard.press(f"Alt+{key}")

    expect(day(page, wanted)).to_contain_text("回访海天包装")
    assert due().date().isoformat() == wanted


def test_views_are_put_in_order_by_mouse_and_by_keyboard(cast: Cast, sign_in: SignIn, live_server: Any) -> None:
    for name in ("甲", "乙", "丙"):
        save(cast.bob, name)
    page = sign_in(cast.bob)
    own = page.locator(".tabs .tab", has_text=re.compile("^[甲乙丙]$"))

    def order() -> Locator:
        page.goto(f"{live_server.url}/o/customers/", wait_until="networkidle")
        page.get_by_label("视图的更多操作").click()
        page.get_by_role("menuitem", name="调整视图顺序").click()
        rows = page.locator(".order-row")
        expect(rows).to_have_count(3)
        page.wait_for_load_state("networkidle")
        return rows

    rows = order()
    rows.nth(2).focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(rows).to_have_text(["甲", "丙", "乙"])
    page.get_by_role("button", name="应用").click()
    expect(own).to_have_text(["甲", "丙", "乙"])

    rows = order()
    drag(page, rows.nth(2).locator("[data-handle]"), rows.nth(1))
    page.get_by_role("button", name="应用").click()
    expect(page.locator("#dialog")).to_be_hidden()
    expect(own).to_have_text(["甲", "乙", "丙"])


def test_a_late_task_is_put_on_a_day_of_ones_choice(cast: Cast, sign_in: SignIn, live_server: Any) -> None:
    due_at = timezone.now() - timedelta(days=3)
    records("task", [{"title": "回访海天包装", "due_at": due_at, "owner": cast.bob.pk}])
    page = sign_in(cast.bob)
    page.goto(f"{live_server.url}/", wait_until="networkidle")
    row = page.locator(".todo", has_text="回访海天包装")
    row.hover()
    expect(row.get_by_role("button", name="选日期")).to_be_visible()
    chosen = timezone.localdate().replace(day=1, month=1, year=timezone.localdate().year + 1)
    with page.expect_response(lambda answer: "/day/" in answer.url):
        row.locator("input[type=date]").evaluate(
            "(input, day) => { input.value = day; input.dispatchEvent(new Event('change', {bubbles: true})); }",
            chosen.isoformat(),
        )

    expect(page.locator(".toast")).to_contain_text("1月1日")
    assert due().date() == chosen
