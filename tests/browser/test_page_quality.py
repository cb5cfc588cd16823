"""Every page can be used by everybody, fits the phone, and is light."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Response

from tests.browser.axe import serious_findings
from tests.cast import Cast
from tests.web.records import customers
from zhike.accounts.models import User

SignIn = Callable[[User], Page]
FIRST_VISIT = 400_000
LATER_PAGE = 40_000
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
LONG_NAME = "中国（江苏）自由贸易试验区苏州片区华东恒信精密机械设备进出口贸易有限责任公司昆山分公司"
FOR_SALES = (
    "/",
    "/o/customers/",
    "/o/customers/board/",
    "/o/customers/new/",
    "/o/customers/bin/",
    "/o/tasks/",
    "/notifications/",
    "/log/",
    "/me/",
    "/me/password/",
)
FOR_ADMINISTRATORS = ("/settings/", "/settings/people/", "/settings/roles/", "/settings/roles/sales/", "/settings/why/")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("size", "colours"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_pages_have_no_serious_barrier_and_no_sideways_scrolling(
    cast: Cast, sign_in: SignIn, live_server: Any, size: Any, colours: Any
) -> None:
    ids = customers(cast.bob, LONG_NAME, "王芳", *(f"客户{number}" for number in range(60)))
    of_the_record = (f"/o/customers/{ids[0]}/", f"/o/customers/{ids[0]}/edit/")
    found: dict[str, list[str]] = {}
    for user, addresses in ((cast.bob, FOR_SALES + of_the_record), (cast.adam, FOR_ADMINISTRATORS)):
        page = sign_in(user)
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=colours)
        for address in addresses:
            page.goto(live_server.url + address, wait_until="networkidle")
            barriers = serious_findings(page)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                barriers.append("scrolls sideways")
            if barriers:
                found[address] = barriers
        page.close()

    assert found == {}


def test_the_first_visit_and_later_pages_are_light(cast: Cast, sign_in: SignIn, live_server: Any) -> None:
    customers(cast.bob, *(f"苏州恒信精密机械有限公司{number}" for number in range(60)))
    page = sign_in(cast.bob)
    weights: list[int] = []

    def weigh(response: Response) -> None:
        if response.status == 200:
            weights.append(len(gzip.compress(response.body())))

    page.on("response", weigh)
    page.goto(live_server.url + "/o/customers/", wait_until="networkidle")
    first = sum(weights)
    weights.clear()
    page.locator(".rail a[href='/o/contacts/']").click()
    page.wait_for_url("**/o/contacts/")
    page.locator(".rail a[href='/o/customers/']").click()
    page.wait_for_url("**/o/customers/")
    page.wait_for_load_state("networkidle")

    assert first < FIRST_VISIT
    assert sum(weights) < 2 * LATER_PAGE
