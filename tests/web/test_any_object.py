"""Pages of objects that nobody wrote a page for: custom ones, and the private address book."""

from __future__ import annotations

import pytest

from tests.cast import Cast, actor, client
from tests.web.records import customers
from zhike.metadata import registry
from zhike.metadata.models import CustomField, CustomObject
from zhike.metadata.records import record_save

pytestmark = pytest.mark.policy


@pytest.fixture
def contract(cast: Cast) -> str:
    """协议, as an administrator would make it: an amount and a link to the customer."""
    CustomObject.objects.create(key="agreement", label="协议", label_en="Agreement", icon="file-text")
    for order, (key, kind, label, options) in enumerate(
        [
            ("amount", "money", "金额", {}),
            ("customer", "link", "客户", {"target": "customer"}),
            ("state", "choice", "状态", {"choices": [{"key": "signed", "label": "已签", "tone": "green"}]}),
            ("number", "text", "编号", {}),
        ]
    ):
        CustomField.objects.create(
            object_key="agreement",
            key=key,
            kind=kind,
            label=label,
            options=options,
            order=order,
            unique=key == "number",
            required=key == "amount",
        )
    registry.touch()
    return "/o/agreement/"


def test_a_custom_object_has_form_page_history_comments_and_files(cast: Cast, contract: str) -> None:
    [customer] = customers(cast.bob, "海天包装")
    browser = client(cast.bob)

    form = browser.get(f"{contract}new/").content.decode()
    answer = browser.post(f"{contract}new/", {"name": "2026 年框", "amount": "120000", "customer": customer})
    url = answer["Location"]
    page = browser.get(url).content.decode()
    changed = browser.post(f"{url}facts/state/", {"state": "signed", "version": "1"})
    browser.post(f"{url}comments/", {"body": "法务看过了"})
    after = browser.get(url).content.decode()

    assert "金额" in form
    assert answer.status_code == 302
    assert "2026 年框" in page
    assert "海天包装" in page
    assert changed.status_code == 200
    assert "法务看过了" in after
    assert "已签" in browser.get(f"{url}history/").content.decode()
    assert client(cast.charlie).get(url).status_code == 404


def test_what_a_custom_link_points_to_shows_it_among_its_related_records(cast: Cast, contract: str) -> None:
    [customer] = customers(cast.bob, "海天包装")
    values = {"name": "2026 年框", "amount": 12_000_000, "customer": customer}
    record_save(registry.get("agreement"), values, actor=actor(cast.bob))
    part = {"HX-Target": "record-side-body"}

    side = client(cast.bob).get(f"/o/customers/{customer}/", headers=part).content.decode()

    assert "协议" in side
    assert "2026 年框" in side
    assert f"{contract}new/?customer={customer}" in side


def test_required_and_unique_hold_for_custom_fields_too(cast: Cast, contract: str) -> None:
    browser = client(cast.bob)
    browser.post(f"{contract}new/", {"name": "甲", "amount": "1", "number": "HT-1"})

    again = browser.post(f"{contract}new/", {"name": "乙", "number": "HT-1"}).content.decode()

    assert 'href="#f-amount"' in again
    twice = browser.post(f"{contract}new/", {"name": "乙", "amount": "1", "number": "HT-1"}).content.decode()
    assert 'href="#f-number"' in twice


def test_the_private_address_book_is_seen_by_its_owner_alone(cast: Cast) -> None:
    bob = client(cast.bob)

    answer = bob.post("/o/address_book/new/", {"name": "妈妈", "kind": "family", "phones": "13900001111"})
    url = answer["Location"]

    assert bob.get(url).status_code == 200
    for name in ("alice", "eve", "clara", "adam"):
        assert client(cast.people()[name]).get(url).status_code in {403, 404}
        assert client(cast.people()[name]).post(f"{url}facts/name/", {"name": "x"}).status_code in {403, 404}
    assert "妈妈" in bob.get(url).content.decode()
