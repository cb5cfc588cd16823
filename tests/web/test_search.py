"""The global search in the page: by a piece of a name, pinyin, initials, digits, and never beyond one's rights."""

from __future__ import annotations

import pytest

from tests.cast import Cast, client
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import record_save

pytestmark = [pytest.mark.django_db, pytest.mark.policy]


@pytest.fixture
def zhang(cast: Cast) -> int:
    values = {"name": "张建国", "kind": "person", "phones": ["13800135566"], "owner": cast.bob.pk}
    return record_save(registry.get("customer"), values, actor=SYSTEM)


@pytest.mark.parametrize("q", ["建国", "zjg", "zhangjian", "5566", "張建國", "张"])
def test_a_customer_is_found_by_any_piece(cast: Cast, zhang: int, q: str) -> None:
    assert f"/o/customers/{zhang}/" in client(cast.bob).get("/search/", {"q": q}).content.decode()
    assert f"/o/customers/{zhang}/" not in client(cast.charlie).get("/search/", {"q": q}).content.decode()


def test_a_masked_phone_number_finds_nobody(cast: Cast, zhang: int) -> None:
    assert f"/o/customers/{zhang}/" not in client(cast.max).get("/search/", {"q": "5566"}).content.decode()


def test_what_was_typed_is_marked_and_escaped(cast: Cast) -> None:
    record_save(
        registry.get("customer"), {"name": "<b>甲乙</b>", "kind": "company", "owner": cast.bob.pk}, actor=SYSTEM
    )
    page = client(cast.bob).get("/search/", {"q": "甲乙"}).content.decode()
    assert "&lt;b&gt;<mark>甲乙</mark>&lt;/b&gt;" in page


def test_before_typing_the_records_seen_last_are_offered(cast: Cast, zhang: int) -> None:
    browser = client(cast.bob)
    assert "张建国" not in browser.get("/search/").content.decode()
    browser.post(f"/o/customers/{zhang}/opened/")
    assert "张建国" in browser.get("/search/").content.decode()
    assert browser.get("/search/", {"q": "\x00'\"%_"}).status_code == 200
