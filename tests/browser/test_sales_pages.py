"""Pages from the lead to the money: usable by everybody, at home on the phone, and saying what their numbers mean."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import serious_findings
from tests.cast import Cast, actor
from tests.domain.catalog.goods import product
from tests.domain.deals.deals import deal
from tests.domain.orders.base import confirmed, delivered, saved
from tests.domain.quotes.offers import quote
from tests.engines.approvals.flow_of import flow, person, step
from tests.web.records import customers, records
from zhike.accounts.models import User
from zhike.domain.quotes.services import answering, sending

SignIn = Callable[[User], Page]
DESK: Any = {"width": 1440, "height": 900}
PHONE: Any = {"width": 390, "height": 844}
LATER_PAGE = 40_000

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True, slots=True)
class Sold:
    """One of everything between the first word and the payment."""

    customer: int
    lead: int
    deal: int
    product: int
    book: int
    draft: int
    sent: int
    order: int
    receipt: int
    flow: int
    link: str


@pytest.fixture
def sold(cast: Cast) -> Sold:
    [buyer] = customers(cast.bob, "江城纸业")
    [lead] = records("lead", [{"name": "太仓德邻轴承有限公司", "owner": cast.bob.pk}])
    goods = product("P-1", "复印纸", list_price="165.5")
    [book] = records("price_book", [{"name": "重点客户价", "valid_from": "2020-01-01"}])
    records("price_book_entry", [{"book": book, "product": goods, "from_quantity": 500, "unit_price": "150"}])
    lines = [{"product": goods, "name": "复印纸", "quantity": 3, "unit_price": "165.5", "tax_rate": 13}]
    draft = quote(cast.bob, *lines, customer=buyer, title="年度框架")
    sent = quote(cast.bob, *lines, customer=buyer, title="首批")
    sending.quotes_send([sent], actor=actor(cast.bob))
    order = confirmed(buyer, ("4", "100"), ("1", "50"), by=actor(cast.bob))
    delivered(order, "2")
    receipt = saved("receipt", by=actor(cast.bob), customer=buyer, amount="120")
    return Sold(
        buyer,
        lead,
        deal(cast.bob, "冷库改造", customer=buyer, amount="120000"),
        goods,
        book,
        draft,
        sent,
        order,
        receipt,
        flow(cast, step(person(cast.eve)), covers=["name"]).pk,
        f"/q/{answering.link_make(sent, actor=actor(cast.bob))}/",
    )


def places(sold: Sold) -> tuple[str, ...]:
    """Every page of a salesperson in this chapter."""
    lists = ("leads", "opportunities", "products", "price_books", "quotes", "orders", "deliveries", "order_returns")
    money = ("receipts", "instalments", "refunds", "write_offs", "invoices", "ledger")
    return (
        *(f"/o/{slug}/" for slug in (*lists, *money)),
        "/o/leads/new/",
        f"/o/leads/{sold.lead}/",
        "/o/opportunities/board/",
        "/o/opportunities/calendar/",
        f"/o/opportunities/{sold.deal}/",
        "/deals/forecast/",
        "/deals/process/",
        f"/o/products/{sold.product}/",
        f"/o/price_books/{sold.book}/",
        "/o/quotes/new/",
        f"/o/quotes/{sold.draft}/edit/",
        f"/o/quotes/{sold.sent}/",
        f"/o/orders/{sold.order}/",
        f"/o/receipts/{sold.receipt}/",
        "/receivables/",
        f"/o/customers/{sold.customer}/statement/",
        "/approvals/",
        sold.link,
    )


@pytest.mark.parametrize(("size", "colours"), [(DESK, "dark"), (PHONE, "light")], ids=["desk", "phone"])
def test_no_sales_page_has_a_serious_barrier_or_is_heavy(
    cast: Cast, sold: Sold, sign_in: SignIn, live_server: Any, size: Any, colours: Any
) -> None:
    design = ("/settings/pipelines/", "/settings/pipelines/standard/", f"/settings/approvals/{sold.flow}/")
    found: dict[str, list[str]] = {}
    for user, addresses in ((cast.bob, places(sold)), (cast.adam, ("/settings/approvals/", *design))):
        page = sign_in(user)
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=colours)
        for address in addresses:
            answer = page.goto(live_server.url + address, wait_until="load")
            barriers = serious_findings(page)
            if answer is None or answer.status != 200:
                barriers.append(f"answers {answer and answer.status}")
            elif len(gzip.compress(answer.body())) > LATER_PAGE:
                barriers.append("heavy")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                barriers.append("scrolls sideways")
            if barriers:
                found[address] = barriers
        page.close()

    assert found == {}


def test_comments_are_written_where_nothing_else_can_be(
    cast: Cast, sold: Sold, sign_in: SignIn, live_server: Any
) -> None:
    page = sign_in(cast.bob)
    page.goto(f"{live_server.url}/o/orders/{sold.order}/")

    page.locator("#comment-text").fill("等客户二号线投产再发余下的")
    page.keyboard.press("ControlOrMeta+Enter")

    expect(page.locator("#timeline")).to_contain_text("等客户二号线投产再发余下的")


def test_the_rail_shows_the_place_where_one_is(cast: Cast, sold: Sold, sign_in: SignIn, live_server: Any) -> None:
    page = sign_in(cast.bob)
    page.set_viewport_size({"width": 1280, "height": 500})
    page.goto(f"{live_server.url}/o/price_books/")

    place = page.locator(".rail-link[aria-current]")
    expect(place).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 0


def test_on_the_phone_numbers_say_what_they_are(cast: Cast, sold: Sold, sign_in: SignIn, live_server: Any) -> None:
    page = sign_in(cast.bob)
    page.set_viewport_size(PHONE)
    said = """() => [...document.querySelectorAll('.list-table tbody tr:first-child td.num')]
        .filter((cell) => getComputedStyle(cell).display !== 'none')
        .map((cell) => getComputedStyle(cell, '::before').content.replaceAll('"', ''))"""

    page.goto(f"{live_server.url}/o/instalments/")
    assert page.evaluate(said) == ["金额", "未收"]
    page.goto(f"{live_server.url}/o/quotes/")
    # A single amount of money says so by itself.
    assert page.evaluate(said) == ["none"]


def test_a_dialog_is_read_before_its_lists_open(cast: Cast, sold: Sold, sign_in: SignIn, live_server: Any) -> None:
    page = sign_in(cast.bob)
    page.goto(f"{live_server.url}/o/leads/{sold.lead}/")
    page.get_by_role("link", name="转化").click()

    box = page.locator("#dialog .picker-input").first
    expect(box).to_be_focused()
    page.wait_for_timeout(400)
    expect(page.locator("#dialog .picker-list").first).to_be_hidden()
    box.click()
    expect(page.locator("#dialog .picker-option").first).to_be_visible()
