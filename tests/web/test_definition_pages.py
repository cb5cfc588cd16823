"""Fields and objects made in the browser: every kind, kept when refused, seen at once in every process, retired without loss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast import Cast, client
from tests.web.records import customers
from zhike.domain.customers.models import Customer
from zhike.metadata import registry
from zhike.metadata.fields import FIELD_TYPES
from zhike.metadata.models import CustomField, CustomObject

pytestmark = pytest.mark.write

FIELDS = "/settings/fields/customer/"
OPTIONS = {
    "choices": {
        "choice_label": ["高", "低", ""],
        "choice_label_en": ["High", "", ""],
        "choice_tone": ["red", "grey", "grey"],
        "choice_key": ["", "", ""],
        "choice_retired": ["", "", ""],
    },
    "target": {"option_target": "contact"},
    "pattern": {"option_pattern": "KH{YYYY}-{0000}"},
}


@pytest.fixture(autouse=True)
def _fresh_catalogue(cast: Cast) -> Iterator[None]:
    """The database of a test is rolled back, so the catalogue must look again."""
    registry.touch()
    yield
    registry.forget()


def made(cast: Cast, label: str = "预算", kind: str = "text", **data: Any) -> CustomField:
    answer = client(cast.adam).post(f"{FIELDS}new/", {"label": label, "kind": kind, **data})
    assert answer.status_code == 302, [
        problem.message for found in answer.context["problems"].values() for problem in found
    ]
    return CustomField.objects.latest("pk")


@pytest.mark.parametrize("kind", [key for key, kind in FIELD_TYPES.items() if kind.customisable])
def test_a_field_of_every_kind_is_made_and_changed(cast: Cast, kind: str) -> None:
    asked = {name: value for option in FIELD_TYPES[kind].settings for name, value in OPTIONS.get(option, {}).items()}
    row = made(cast, kind=kind, **asked)
    browser = client(cast.adam)
    page = browser.get(f"{FIELDS}{row.pk}/")
    assert page.status_code == 200
    keys = [choice["key"] for choice in row.options.get("choices", ())]
    again = {**asked, **({"choice_key": [*keys, ""]} if keys else {})}
    answer = browser.post(f"{FIELDS}{row.pk}/", {"label": "新名字", "label_en": "New name", "help": "看这里", **again})
    assert answer.status_code == 302
    changed = CustomField.objects.get(pk=row.pk)
    assert (changed.label, changed.label_en, changed.help, changed.options) == (
        "新名字",
        "New name",
        "看这里",
        row.options,
    )
    assert "新名字" in browser.get(FIELDS).content.decode()
    (pk,) = customers(cast.bob, "甲")
    for address in ("new/", f"{pk}/", "", f"?columns=name,{row.key}"):
        assert client(cast.bob).get(f"/o/customers/{address}").status_code == 200, address


def test_another_process_sees_a_new_field_at_its_next_request(cast: Cast) -> None:
    customers(cast.bob, "甲")
    registry.refresh()
    other = registry._stamp, registry._catalogue, registry._slugs
    row = made(cast, "预算等级", section="预算")
    registry._stamp, registry._catalogue, registry._slugs = other
    assert row.key not in registry._catalogue["customer"].fields
    page = client(cast.bob).get("/o/customers/new/").content.decode()
    assert "预算等级" in page


def test_a_refused_field_keeps_what_was_typed(cast: Cast) -> None:
    browser = client(cast.adam)
    data = {**OPTIONS["choices"], "label": "名称", "kind": "choice", "help": "看这里", "required": "on"}
    answer = browser.post(f"{FIELDS}new/", data)
    assert answer.status_code == 422
    page = answer.content.decode()
    for typed in ("名称", "看这里", 'value="高"', 'value="High"', 'name="required" checked'):
        assert typed in page
    assert not CustomField.objects.exists()
    part = browser.get(f"{FIELDS}options/", data).content.decode()
    assert 'value="高"' in part
    assert 'name="unique"' not in part


def test_removed_choices_are_retired_and_can_be_used_again(cast: Cast) -> None:
    row = made(cast, kind="choice", **OPTIONS["choices"])
    high, low = (choice["key"] for choice in row.options["choices"])
    browser = client(cast.adam)
    kept = {
        "label": "预算",
        "choice_label": ["高"],
        "choice_label_en": [""],
        "choice_tone": ["green"],
        "choice_key": [high],
        "choice_retired": [""],
    }
    browser.post(f"{FIELDS}{row.pk}/", kept)
    found = {
        choice["key"]: choice.get("retired", False) for choice in CustomField.objects.get(pk=row.pk).options["choices"]
    }
    assert found == {high: False, low: True}
    both = {
        "label": "预算",
        "choice_label": ["高", "低"],
        "choice_label_en": ["", ""],
        "choice_tone": ["green", "grey"],
        "choice_key": [high, low],
        "choice_retired": ["", "1"],
        "choice_restore": low,
    }
    browser.post(f"{FIELDS}{row.pk}/", both)
    assert not any(choice.get("retired") for choice in CustomField.objects.get(pk=row.pk).options["choices"])


def test_fields_are_ordered_retired_and_taken_up_again_with_their_values(cast: Cast) -> None:
    first, second = made(cast, "甲栏"), made(cast, "乙栏")
    (pk,) = customers(cast.bob, "甲", **{first.key: "值"})
    browser = client(cast.adam)
    assert browser.post(f"{FIELDS}order/", {"keys": [second.key, first.key]}).status_code == 204
    assert list(CustomField.objects.values_list("key", flat=True)) == [second.key, first.key]
    assert browser.post(f"{FIELDS}order/", {"keys": [first.key]}).status_code == 422
    browser.post(f"{FIELDS}{first.pk}/use/", {"use": "0"})
    assert "甲栏" not in client(cast.bob).get("/o/customers/new/").content.decode()
    assert Customer.objects.get(pk=pk).custom == {first.key: "值"}
    browser.post(f"{FIELDS}{first.pk}/use/", {"use": "1"})
    assert "值" in client(cast.bob).get(f"/o/customers/{pk}/").content.decode()


def test_an_object_of_ones_own_has_a_list_at_once_and_comes_back_after_retiring(cast: Cast) -> None:
    browser = client(cast.adam)
    answer = browser.post("/settings/objects/new/", {"label": "协议", "icon": "file-invoice", "group": "sales"})
    row = CustomObject.objects.get()
    assert answer["Location"] == f"/settings/fields/{row.key}/"
    data = {**OPTIONS["choices"], "label": "阶段", "kind": "choice"}
    browser.post(f"/settings/fields/{row.key}/new/", data)
    field = CustomField.objects.get()
    changed = {"label": "销售协议", "icon": "receipt", "group": "sales", "board_by": field.key, "description": "签了的"}
    assert browser.post(f"/settings/objects/{row.pk}/", changed).status_code == 302
    seen = client(cast.alice).get(f"/o/{row.key}/")
    assert seen.status_code == 200
    assert "销售协议" in seen.content.decode()
    browser.post(f"/settings/objects/{row.pk}/use/", {"use": "0"})
    assert client(cast.alice).get(f"/o/{row.key}/").status_code == 404
    assert "已停用" in browser.get(f"/settings/objects/{row.pk}/").content.decode()
    browser.post(f"/settings/objects/{row.pk}/use/", {"use": "1"})
    assert client(cast.alice).get(f"/o/{row.key}/").status_code == 200


def test_a_refused_object_keeps_what_was_typed(cast: Cast) -> None:
    answer = client(cast.adam).post(
        "/settings/objects/new/", {"label": "客户", "icon": "truck", "group": "sales", "description": "车"}
    )
    assert answer.status_code == 422
    assert 'value="truck" checked' in answer.content.decode()
    assert not CustomObject.objects.exists()


@pytest.mark.parametrize("name", ["alice", "bob", "clara", "mallory"])
def test_nobody_without_the_right_reads_or_writes_definitions(cast: Cast, name: str) -> None:
    row = made(cast)
    client(cast.adam).post("/settings/objects/new/", {"label": "协议", "icon": "box", "group": ""})
    thing = CustomObject.objects.get()
    before = [list(CustomField.objects.values()), list(CustomObject.objects.values())]
    browser = client(getattr(cast, name))
    pages = [
        "/settings/fields/",
        FIELDS,
        f"{FIELDS}new/",
        f"{FIELDS}options/",
        f"{FIELDS}{row.pk}/",
        "/settings/objects/",
    ]
    pages += ["/settings/objects/new/", f"/settings/objects/{thing.pk}/"]
    for address in pages:
        assert browser.get(address).status_code == 403, address
    posts = [f"{FIELDS}order/", f"{FIELDS}{row.pk}/use/", f"/settings/objects/{thing.pk}/use/", *pages]
    for address in posts:
        data = {"label": "x", "kind": "text", "use": "0", "keys": row.key, "icon": "box", "group": ""}
        assert browser.post(address, data).status_code in {403, 405}, address
    assert [list(CustomField.objects.values()), list(CustomObject.objects.values())] == before


def test_what_does_not_exist_is_not_found(cast: Cast) -> None:
    browser = client(cast.adam)
    for address in (
        "/settings/fields/nothing/",
        f"{FIELDS}99/",
        "/settings/objects/99/",
        "/settings/fields/contact/99/",
    ):
        assert browser.get(address).status_code == 404, address
