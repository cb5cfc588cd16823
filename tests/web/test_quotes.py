"""Quotes in the browser: the grid in the form, two people at once, the paper, and the customer's page."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.cast import Cast, actor, client
from tests.domain.quotes.offers import customer, product, quote
from tests.domain.quotes.test_lines import lines_of
from zhike.domain.quotes.models import Quote, QuoteLink
from zhike.domain.quotes.services import answering, sending
from zhike.engines.notify.models import Notification
from zhike.metadata import registry
from zhike.metadata.records import record_save

pytestmark = pytest.mark.django_db


def form_values(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{re.escape(name)}" value="([^"]*)"', page)


def edit_form(cast: Cast, pk: int) -> dict[str, Any]:
    page = client(cast.bob).get(f"/o/quotes/{pk}/edit/").content.decode()
    found = {name: form_values(page, name)[0] for name in ("version", "form_key", "lines_base", "title")}
    return {**found, "lines": [value for value in form_values(page, "lines") if value.isdigit()]}


def sent_quote(cast: Cast, **values: Any) -> int:
    pk = quote(cast.bob, **values)
    sending.quotes_send([pk], actor=actor(cast.bob))
    return pk


def public(cast: Cast, pk: int) -> str:
    return f"/q/{answering.link_make(pk, actor=actor(cast.bob))}/"


def say(url: str, **values: str) -> Any:
    page = Client().get(url).content.decode()
    token = form_values(page, "page")
    return Client(enforce_csrf_checks=True).post(url, {"page": token[0] if token else "", **values})


# The grid ---------------------------------------------------------------------------------------------------------


def test_a_quote_is_written_with_its_lines_in_one_form(cast: Cast) -> None:
    paper, firm = product("P-1", "复印纸", list_price="165.5"), customer(cast.bob)
    browser = client(cast.bob)
    assert "lines_base" in browser.get("/o/quotes/new/").content.decode()

    sent = {"title": "办公用品", "customer": firm, "lines_base": "x", "lines": ["n1", "n2", "n3"]}
    sent |= {"lines.n1.product": paper, "lines.n1.quantity": "4", "lines.n2.name": "送货", "lines.n2.unit_price": "50"}
    answer = browser.post("/o/quotes/new/", {**sent, "lines.n2.quantity": "1", "tax_included": "true"})

    assert answer.status_code == 302
    made = Quote.objects.get(title="办公用品")
    assert [(line.name, line.amount) for line in lines_of(made.pk)] == [("复印纸", 66200), ("送货", 5000)]
    page = browser.get(answer["Location"]).content.decode()
    assert "复印纸" in page
    assert "¥712.00" in page


def test_a_row_that_nobody_touched_is_no_line(cast: Cast) -> None:
    sent = {"title": "A", "customer": customer(cast.bob), "lines_base": "x", "lines": ["n1"], "lines.n1.quantity": "1"}

    assert client(cast.bob).post("/o/quotes/new/", sent).status_code == 302
    assert lines_of(Quote.objects.get().pk) == []


def test_the_lines_of_a_sent_quote_are_shown_and_not_asked_for(cast: Cast) -> None:
    page = client(cast.bob).get(f"/o/quotes/{sent_quote(cast)}/edit/").content.decode()

    assert "lines_base" not in page
    assert "打印机" in page


def test_what_is_wrong_in_a_line_stands_beside_it_and_on_top(cast: Cast) -> None:
    sent = {"title": "A", "customer": customer(cast.bob), "lines_base": "x", "lines": ["n1"]}
    sent |= {"lines.n1.name": "纸", "lines.n1.quantity": "viel", "lines.n1.unit_price": "-1"}

    answer = client(cast.bob).post("/o/quotes/new/", sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="viel"' in page
    assert "第 1 行 · 数量" in page
    assert 'href="#f-lines-n1-quantity"' in page
    answer = client(cast.bob).post("/o/quotes/new/", {**sent, "lines.n1.quantity": "2"})
    assert "单价不能为负数" in answer.content.decode()
    assert not Quote.objects.exists()


def test_the_server_computes_while_one_types(cast: Cast) -> None:
    paper = product("P-1", "复印纸", list_price="165.5", unit="箱")
    sent = {
        "lines_base": "x",
        "lines": ["n1"],
        "lines.n1.product": paper,
        "lines.n1.quantity": "3",
        "tax_included": "true",
    }

    told = client(cast.bob).post("/o/quotes/lines/", {**sent, "changed": "n1.product"}).json()

    assert told["follow"]["set"]["unit_price"] == "165.5"
    assert told["follow"]["set"]["name"] == "复印纸"
    assert told["rows"]["n1"]["out"]["amount"] == "¥496.50"
    assert told["totals"]["total"] == "¥496.50"
    told = client(cast.bob).post("/o/quotes/lines/", {**sent, "lines.n1.quantity": "x"}).json()
    assert told["rows"]["n1"]["errors"]["quantity"]
    assert not Quote.objects.exists()


def test_the_grid_computes_for_whom_may_write_quotes_alone(cast: Cast) -> None:
    pk = quote(cast.bob)

    assert client(cast.bob).post("/o/quotes/lines/", {"record": pk, "lines_base": "x"}).status_code == 200
    assert client(cast.charlie).post("/o/quotes/lines/", {"record": pk, "lines_base": "x"}).status_code == 404
    assert client(cast.eve).post("/o/quotes/lines/", {"lines_base": "x"}).status_code == 403
    assert client(cast.mallory).post("/o/quotes/lines/", {"lines_base": "x"}).status_code == 403
    assert client(cast.bob).post("/o/customers/lines/", {"lines_base": "x"}).status_code == 404
    assert client(cast.bob).get("/o/quotes/lines/").status_code == 405


def test_two_who_change_the_lines_choose_and_nothing_is_lost(cast: Cast) -> None:
    pk = quote(cast.bob)
    [line] = lines_of(pk)
    form = edit_form(cast, pk)
    record_save(registry.get("quote"), {"lines": [{"id": line.pk, "quantity": 7}]}, id=pk, actor=actor(cast.alice))
    mine = {**form, "customer": Quote.objects.get(pk=pk).customer_id, f"lines.{line.pk}.quantity": "3"}
    mine |= {f"lines.{line.pk}.name": "打印机", f"lines.{line.pk}.unit_price": "100", f"lines.{line.pk}.tax_rate": "13"}
    browser = client(cast.bob)

    answer = browser.post(f"/o/quotes/{pk}/edit/", mine)

    assert answer.status_code == 409
    page = answer.content.decode()
    assert 'name="keep_lines"' in page
    again = {**mine, "version": form_values(page, "version")[0], "lines_base": form_values(page, "lines_base")[0]}
    assert browser.post(f"/o/quotes/{pk}/edit/", {**again, "keep_lines": "mine"}).status_code == 302
    assert lines_of(pk)[0].quantity == 3


def test_lines_that_only_the_other_one_changed_are_taken_over(cast: Cast) -> None:
    pk = quote(cast.bob)
    [line] = lines_of(pk)
    form = edit_form(cast, pk)
    record_save(registry.get("quote"), {"lines": [{"id": line.pk, "quantity": 7}]}, id=pk, actor=actor(cast.alice))
    mine = {**form, "title": "新标题", "customer": Quote.objects.get(pk=pk).customer_id}
    mine |= {f"lines.{line.pk}.name": "打印机", f"lines.{line.pk}.unit_price": "100", f"lines.{line.pk}.tax_rate": "13"}

    answer = client(cast.bob).post(f"/o/quotes/{pk}/edit/", {**mine, f"lines.{line.pk}.quantity": "2"})

    assert answer.status_code == 302
    assert lines_of(pk)[0].quantity == 7
    assert Quote.objects.get(pk=pk).title == "新标题"


# The paper and the link -------------------------------------------------------------------------------------------


def test_paper_and_link_are_for_whom_the_quote_is_within_reach(cast: Cast) -> None:
    pk = sent_quote(cast)

    paper = client(cast.alice).get(f"/quotes/{pk}/pdf/")
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    made = client(cast.bob).post(f"/quotes/{pk}/link/", {"do": "make"}).content.decode()
    assert "/q/" in made
    assert "/q/" not in client(cast.bob).get(f"/quotes/{pk}/link/").content.decode()
    assert client(cast.eve).get(f"/quotes/{pk}/pdf/").status_code == 200
    assert client(cast.eve).post(f"/quotes/{pk}/link/", {"do": "make"}).status_code == 403
    for user in (cast.charlie, cast.mallory):
        assert client(user).get(f"/quotes/{pk}/pdf/").status_code in {403, 404}
        assert client(user).get(f"/quotes/{pk}/link/").status_code in {403, 404}
    assert QuoteLink.objects.count() == 1


def test_a_draft_has_no_link(cast: Cast) -> None:
    answer = client(cast.bob).post(f"/quotes/{quote(cast.bob)}/link/", {"do": "make"})

    assert answer.status_code == 422
    assert not QuoteLink.objects.exists()


def test_a_customer_sees_the_quote_and_accepts_it_once(cast: Cast) -> None:
    pk = sent_quote(cast, note="底价八折")
    url = public(cast, pk)

    shown = Client().get(url)
    page = shown.content.decode()
    assert "打印机" in page
    assert "贰佰元整" in page
    assert "底价八折" not in page
    assert shown["Referrer-Policy"] == "no-referrer"
    assert Client().get(f"{url}pdf/").content.startswith(b"%PDF")
    assert say(url, answer="accept", name=" ").status_code == 422
    assert say(url, name="王芳").status_code == 422
    assert say(url, answer="accept", name="王芳", remark="下周送货").status_code == 200

    found = Quote.objects.get(pk=pk)
    assert (found.state, found.answered_by, found.answer) == ("accepted", "王芳", "下周送货")
    assert Notification.objects.filter(user=cast.bob, kind="quote_answered").count() == 1
    assert 'name="answer"' not in Client().get(url).content.decode()
    assert say(url, answer="refuse", name="别人").status_code == 422
    found.refresh_from_db()
    assert found.state == "accepted"


def test_a_customer_refuses(cast: Cast) -> None:
    pk = sent_quote(cast)

    assert say(public(cast, pk), answer="refuse", name="王芳").status_code == 200
    assert Quote.objects.get(pk=pk).state == "refused"


def test_after_the_last_day_nothing_is_accepted(cast: Cast) -> None:
    pk = sent_quote(cast)
    url = public(cast, pk)

    with time_machine.travel(timezone.now() + timedelta(days=22)):
        page = Client().get(url).content.decode()
        assert "已过有效期" in page
        link = answering.link_by(url.split("/")[2])
        assert link is not None
        assert not answering.quote_answer(link, answering.Answer(True, "王芳", ""))
    assert Quote.objects.get(pk=pk).state == "sent"


def test_a_link_that_ended_tells_nothing(cast: Cast) -> None:
    pk = sent_quote(cast)
    first, second = public(cast, pk), public(cast, pk)

    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200
    sending.quotes_revise([pk], actor=actor(cast.bob))
    for url in (second, f"{second}pdf/", "/q/nonsense/", "/q/nonsense/pdf/"):
        answer = Client().get(url)
        assert answer.status_code == 410
        assert "打印机" not in answer.content.decode()


def test_posts_from_elsewhere_are_refused(cast: Cast) -> None:
    url = public(cast, sent_quote(cast))

    assert (
        Client().post(url, {"answer": "accept", "name": "x"}, headers={"Origin": "https://evil.example"}).status_code
        == 403
    )
    assert Client().post(url, {"answer": "accept", "name": "x", "page": "forged"}).status_code == 422
    assert Quote.objects.get().state == "sent"


def test_names_that_only_repeat_the_products_are_not_read_twice(cast: Cast) -> None:
    paper = product("P-1", "复印纸", list_price="165.5")
    firm = customer(cast.bob)
    same = quote(cast.bob, {"product": paper, "name": "复印纸", "quantity": 1}, customer=firm)
    own = quote(cast.bob, {"product": paper, "name": "A4 复印纸 70 克", "quantity": 1}, customer=firm)
    bare = quote(cast.bob, {"name": "上门安装", "quantity": 1, "unit_price": "50"}, customer=firm)

    def columns(pk: int) -> list[str]:
        lines = client(cast.bob).get(f"/o/quotes/{pk}/").context["lines"]
        return [column["key"] for column in lines["columns"]]

    assert "name" not in columns(same)
    assert "name" in columns(own)
    assert "name" in columns(bare)


def test_a_share_that_was_worked_out_is_read_with_two_decimals(cast: Cast) -> None:
    goods = product("P-1", "打印机", list_price="3")
    pk = quote(cast.bob, {"product": goods, "name": "打印机", "quantity": 1, "unit_price": "2"})

    assert Quote.objects.get(pk=pk).below_list == Decimal("33.3333")
    assert "33.33%" in client(cast.bob).get(f"/o/quotes/{pk}/").content.decode()
