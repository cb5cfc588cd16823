"""Link pickers: found by a few characters, within reach only, and new ones where a name is enough."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast, client
from tests.web.records import customers, records
from zhike.accounts.models import User

pytestmark = pytest.mark.policy


def found(user: User, slug: str, q: str = "") -> Any:
    return client(user).get(f"/o/{slug}/pick/", {"q": q}).json()


def test_the_last_changed_come_first_before_anything_is_typed(cast: Cast) -> None:
    customers(cast.bob, "甲公司")
    customers(cast.bob, "乙公司")

    names = [option["text"] for option in found(cast.bob, "customers")["results"]]

    assert names == ["乙公司", "甲公司"]


def test_part_of_a_name_its_initials_and_part_of_a_phone_find_a_customer(cast: Cast) -> None:
    customers(cast.bob, "海天包装", phones=["13800005566"])
    customers(cast.bob, "长江物流")

    for q in ("海天", "htbz", "5566"):
        assert [option["text"] for option in found(cast.bob, "customers", q)["results"]] == ["海天包装"], q


def test_what_lies_outside_the_reach_is_not_offered(cast: Cast) -> None:
    customers(cast.charlie, "别人的客户")

    assert found(cast.bob, "customers", "别人")["results"] == []
    assert found(cast.bob, "customers")["results"] == []
    assert client(cast.mallory).get("/o/customers/pick/").status_code == 403


def test_people_who_have_left_are_not_offered(cast: Cast) -> None:
    names = [option["text"] for option in found(cast.bob, "users")["results"]]

    assert "Alice" in names
    assert "Disabled" not in names


def test_a_typed_tag_is_made_at_once_and_a_customer_is_not(cast: Cast) -> None:
    browser = client(cast.clara)

    made = browser.post("/o/tags/pick/", {"text": " 展会 "}).json()

    assert made["text"] == "展会"
    assert found(cast.clara, "tags", "展会")["results"][0]["id"] == made["id"]
    assert found(cast.clara, "tags")["creatable"]
    assert not found(cast.clara, "customers")["creatable"]
    assert browser.post("/o/tags/pick/", {"text": "展会"}).status_code == 422


def test_who_may_not_make_tags_is_not_offered_to_and_refused(cast: Cast) -> None:
    records("tag", [{"name": "重点"}])

    assert not found(cast.eve, "tags")["creatable"]
    assert client(cast.eve).post("/o/tags/pick/", {"text": "新"}).status_code == 403
