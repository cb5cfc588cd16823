"""Every page can be used by everybody, fits the phone, and is light."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, Response

from tests.browser.axe import serious_findings
from tests.cast import Cast, actor
from tests.domain.pools.scene import lying, make_pool
from tests.domain.tiers.base import figures, grade, scheme
from tests.web.records import customers
from zhike.accounts.models import User
from zhike.config import urls  # noqa: F401 - pages stand in the navigation once their views are known
from zhike.engines.duplicates.conflicts import SHARE, conflict_ask, conflict_token
from zhike.engines.following.services import record_follow
from zhike.engines.merging.services import records_merge
from zhike.metadata import registry
from zhike.metadata.records import Row, delete, save
from zhike.web.shell import navigation

SignIn = Callable[[User], Page]
FIRST_VISIT = 400_000
LATER_PAGE = 40_000
DESK: Any = {"width": 1440, "height": 900}
PHONE: Any = {"width": 390, "height": 844}
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
MORE_FOR_SALES = (
    "/o/customers/?view=followed",
    "/o/customers/calendar/",
    "/o/tasks/calendar/",
    "/o/tasks/calendar/?span=week",
    "/o/contacts/",
    "/o/transactions/",
    "/o/holdings/",
    "/notifications/following/",
    "/pools/",
    "/approvals/",
    "/tiers/",
    "/jobs/",
    "/vcards/",
)
FOR_ADMINISTRATORS = (
    "/settings/",
    "/settings/people/",
    "/settings/people/new/",
    "/settings/departments/",
    "/settings/roles/",
    "/settings/roles/sales/",
    "/settings/roles/sales/customer/",
    "/settings/fields/",
    "/settings/fields/customer/",
    "/settings/fields/customer/new/",
    "/settings/objects/",
    "/settings/objects/new/",
    "/settings/calendar/",
    "/settings/tiers/",
    "/settings/tiers/value/",
    "/settings/why/",
    "/settings/sign-ins/",
    "/api/",
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("size", "colours"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_pages_have_no_serious_barrier_and_no_sideways_scrolling(
    cast: Cast, sign_in: SignIn, live_server: Any, size: Any, colours: Any
) -> None:
    ids = customers(cast.bob, LONG_NAME, "王芳", *(f"客户{number}" for number in range(60)))
    of_the_record = (f"/o/customers/{ids[0]}/", f"/o/customers/{ids[0]}/edit/")
    found: dict[str, list[str]] = {}
    for user, addresses in ((cast.bob, FOR_SALES + of_the_record), (cast.adam, FOR_ADMINISTRATORS[:1])):
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


@dataclass(frozen=True, slots=True)
class Told:
    """What the pages below have to show."""

    customer: int
    pool: int
    batch: int
    merge: int


@pytest.fixture
def told(cast: Cast) -> Told:
    """A pool, a request, graded customers, a merge and a change of many, a message and records in the bin."""
    pool = make_pool(cast)
    lying(cast, "昆山启航", "太仓远帆")
    version = scheme()
    names = ("海天包装", "长江物流", "蓝鲸科技", "宏图电子")
    ids = customers(cast.bob, *names, phones=["13800138000"])
    for number, pk in enumerate(ids):
        figures(pk, net_amount=10_000 * 10**number)
    grade(version)
    token = conflict_token(registry.get("customer"), ids[0], actor=actor(cast.charlie))
    conflict_ask(token, way=SHARE, reason="客户直接找到我", actor=actor(cast.charlie))
    record_follow(registry.get("customer"), ids[0], actor=actor(cast.bob))
    merge = records_merge(registry.get("customer"), ids[1], [ids[2]], actor=actor(cast.alice))
    rows = [Row({"note": "一起改"}, id=pk) for pk in (ids[0], ids[1])]
    batch = save(registry.get("customer"), rows, actor=actor(cast.bob)).batch_id
    delete(registry.get("customer"), [ids[3]], actor=actor(cast.bob))
    return Told(ids[0], pool.pk, batch or 0, merge.pk)


@pytest.mark.parametrize(("size", "colours"), [(DESK, "dark"), (PHONE, "light")], ids=["desk", "phone"])
def test_every_further_page_has_no_serious_barrier(
    cast: Cast, told: Told, sign_in: SignIn, live_server: Any, size: Any, colours: Any
) -> None:
    visits = (
        (cast.bob, (*MORE_FOR_SALES, f"/o/customers/{told.customer}/", f"/batches/{told.batch}/", "/o/customers/bin/")),
        (
            cast.alice,
            (
                "/",
                f"/pools/{told.pool}/",
                f"/pools/{told.pool}/recall/",
                "/approvals/",
                "/tiers/",
                "/o/customers/duplicates/",
                f"/merges/{told.merge}/",
                "/notifications/",
            ),
        ),
        (cast.adam, (*FOR_ADMINISTRATORS, f"/settings/people/{cast.bob.pk}/")),
    )
    found: dict[str, list[str]] = {}
    for user, addresses in visits:
        page = sign_in(user)
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=colours)
        for address in addresses:
            answer = page.goto(live_server.url + address, wait_until="load")
            barriers = serious_findings(page)
            if answer is None or answer.status != 200:
                barriers.append(f"answers {answer and answer.status}")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                barriers.append("scrolls sideways")
            if barriers:
                found[f"{user.name} {address}"] = barriers
        page.close()

    assert found == {}


#: What a phone would have to be swiped sideways for: the page itself, or a table that is no grid of rights or calendar.
SWIPED = """() => [document.documentElement, ...document.querySelectorAll('#view .table-scroll:not(:has(.matrix))')]
    .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.className || box.tagName)"""


@pytest.mark.parametrize(("name", "language"), [("alice", "en"), ("clara", "zh-hans"), ("adam", "en")])
def test_no_place_is_swiped_sideways_on_the_phone(
    cast: Cast, told: Told, sign_in: SignIn, live_server: Any, name: str, language: str
) -> None:
    User.objects.filter(username=name).update(language=language)
    reader = User.objects.get(username=name)
    page = sign_in(reader)
    page.set_viewport_size(PHONE)
    places = [
        entry["url"] for group in navigation(actor(reader)) for entry in group["links"] if entry["url"] != "/api/"
    ]
    further = ("/quality/inspections/", "/quality/clean/", "/reviews/team/", "/jobs/", "/me/", f"/pools/{told.pool}/")
    found: dict[str, list[str]] = {}
    # The description of the interface is for programmers, whose tables are wide.
    for address in {*places, *(further if name != "adam" else FOR_ADMINISTRATORS)} - {"/api/"}:
        answer = page.goto(live_server.url + address, wait_until="load")
        if answer is not None and answer.status == 200 and (swiped := page.evaluate(SWIPED)):
            found[address] = swiped

    assert found == {}


def test_the_sheet_of_places_has_no_serious_barrier(cast: Cast, sign_in: SignIn, live_server: Any) -> None:
    page = sign_in(cast.alice)
    page.set_viewport_size(PHONE)
    page.goto(live_server.url, wait_until="load")
    page.locator(".bottom-bar button").click()

    assert serious_findings(page) == []


def test_pages_that_refuse_have_no_serious_barrier(
    cast: Cast, sign_in: SignIn, live_server: Any, complaints: list[str]
) -> None:
    page = sign_in(cast.bob)
    for address, status in (("/settings/", 403), ("/o/customers/987654321/", 404)):
        answer = page.goto(live_server.url + address)
        assert answer is not None
        assert (answer.status, serious_findings(page)) == (status, [])
    # The browser notes refused addresses by itself.
    complaints[:] = [complaint for complaint in complaints if "403" not in complaint and "404" not in complaint]


def test_the_first_visit_and_later_pages_are_light(cast: Cast, sign_in: SignIn, live_server: Any) -> None:
    customers(cast.bob, *(f"苏州恒信精密机械有限公司{number}" for number in range(60)))
    page = sign_in(cast.bob)
    weights: list[int] = []

    def weigh(response: Response) -> None:
        if response.status == 200:
            weights.append(len(gzip.compress(response.body())))

    page.on("response", weigh)
    # Asked for by what came last.
    with page.expect_response("**/o/customers/count/**"):
        page.goto(live_server.url + "/o/customers/")
    page.wait_for_load_state("networkidle")
    first = sum(weights)
    weights.clear()
    page.locator(".rail a[href='/o/contacts/']").click()
    page.wait_for_url("**/o/contacts/")
    page.locator(".rail a[href='/o/customers/']").click()
    page.wait_for_url("**/o/customers/")
    page.wait_for_load_state("networkidle")

    assert first < FIRST_VISIT
    assert sum(weights) < 2 * LATER_PAGE
