"""The list page: who sees which rows, what the address says, and what happens with one that says nonsense."""

from __future__ import annotations

import json

import pytest

from tests.cast import Cast, client
from tests.web.records import customers, records

pytestmark = pytest.mark.query


def test_a_person_sees_the_customers_within_reach_and_no_others(cast: Cast) -> None:
    customers(cast.bob, "海天包装", "张建国")
    customers(cast.charlie, "别人的客户")

    page = client(cast.bob).get("/o/customers/").content.decode()

    assert "海天包装" in page
    assert "张建国" in page
    assert "别人的客户" not in page


@pytest.mark.parametrize(("name", "status"), [("mallory", 403), ("adam", 403), ("eve", 200)])
def test_the_list_is_open_to_whom_a_role_gives_it(cast: Cast, name: str, status: int) -> None:
    assert client(cast.people()[name]).get("/o/customers/").status_code == status


def test_a_visitor_is_sent_to_the_sign_in(cast: Cast) -> None:
    assert client(None).get("/o/customers/").status_code == 302


def test_an_unknown_object_is_not_found(cast: Cast) -> None:
    assert client(cast.bob).get("/o/spaceships/").status_code == 404


def test_a_request_from_within_the_page_gets_the_list_alone(cast: Cast) -> None:
    customers(cast.bob, "海天包装")

    part = client(cast.bob).get("/o/customers/", headers={"HX-Request": "true", "HX-Target": "list"}).content.decode()

    assert "海天包装" in part
    assert "<html" not in part


def test_the_address_filters_and_says_so_in_words(cast: Cast) -> None:
    customers(cast.bob, "大客户", tier="high")
    customers(cast.bob, "小客户", tier="low")
    tree = {"all": [{"field": "tier", "op": "eq", "value": "high"}, {"field": "owner", "op": "eq", "value": "me"}]}

    page = client(cast.bob).get("/o/customers/", {"filter": json.dumps(tree)}).content.decode()

    assert "大客户" in page
    assert "小客户" not in page
    assert page.count('class="chip"') == 2


@pytest.mark.parametrize(
    "query",
    [
        {"filter": "{"},
        {"filter": "[1]"},
        {"filter": '{"field": "nothing", "op": "eq", "value": 1}'},
        {"filter": '{"field": "tier", "op": "like", "value": 1}'},
        {"filter": '{"all": 3}'},
        {"sort": "phones"},
        {"sort": "nothing"},
        {"sort": "name,tier,stage,risk"},
        {"cursor": "rubbish"},
    ],
)
def test_an_address_that_makes_no_sense_is_explained(cast: Cast, query: dict[str, str]) -> None:
    customers(cast.bob, "海天包装")

    answer = client(cast.bob).get("/o/customers/", query)

    assert answer.status_code == 422
    assert 'class="empty"' in answer.content.decode()


def test_unknown_columns_views_and_odd_numbers_do_no_harm(cast: Cast) -> None:
    customers(cast.bob, "海天包装")
    query = {"columns": "name,nothing,tier", "view": "999", "first": "²", "q": "\x00", "density": "x"}

    answer = client(cast.bob).get("/o/customers/", query)

    assert answer.status_code == 200
    assert "海天包装" in answer.content.decode()


def test_searching_within_finds_part_of_the_name(cast: Cast) -> None:
    customers(cast.bob, "海天包装", "长江物流")

    page = client(cast.bob).get("/o/customers/", {"q": "长江"}).content.decode()

    assert "长江物流" in page
    assert "海天包装" not in page


def test_pages_follow_each_other_and_lead_back(cast: Cast) -> None:
    customers(cast.bob, *(f"客户{number:03}" for number in range(120)))
    browser = client(cast.bob)

    first = browser.get("/o/customers/", {"sort": "name"}).context
    second = browser.get(first["page"]["next_url"]).context
    third = browser.get(second["page"]["next_url"]).context
    back = browser.get(third["page"]["previous_url"]).context

    assert [first["page"][key] for key in ("first", "last")] == ["1", "50"]
    assert [third["page"][key] for key in ("first", "last")] == ["101", "120"]
    assert third["page"]["next_url"] == ""
    assert [row["title"] for row in back["rows"]] == [row["title"] for row in second["rows"]]


def test_the_count_comes_after_the_page_and_obeys_rights(cast: Cast) -> None:
    customers(cast.bob, "甲", "乙")
    customers(cast.charlie, "丙")

    text = client(cast.bob).get("/o/customers/count/").content.decode()

    assert text.strip().startswith("2<")


def test_masked_values_stay_masked_and_cannot_be_filtered_by(cast: Cast) -> None:
    customers(cast.bob, "海天包装", phones=["13800001234"])
    browser = client(cast.max)

    page = browser.get("/o/customers/").content.decode()
    tree = {"field": "phones", "op": "contains", "value": "1234"}

    assert "138****1234" in page
    assert "1380000" not in page
    assert browser.get("/o/customers/", {"filter": json.dumps(tree)}).status_code == 422
    assert "phones" not in {field["key"] for field in browser.get("/o/customers/filter/?format=json").json()["fields"]}


def test_every_registered_object_has_a_list(cast: Cast) -> None:
    records("tag", [{"name": "重点"}])
    browser = client(cast.clara)

    for slug in (
        "customers",
        "contacts",
        "interactions",
        "tasks",
        "relations",
        "tags",
        "groups",
        "users",
        "departments",
    ):
        assert browser.get(f"/o/{slug}/").status_code == 200, slug
        assert browser.get(f"/o/{slug}/filter/").status_code == 200, slug
