"""Editing a value in a list: right, wrong, too late, and by whom it may be."""

from __future__ import annotations

import pytest

from tests.cast import Cast, actor, client
from tests.web.records import customers
from zhike.domain.customers.models import Customer
from zhike.metadata import registry
from zhike.metadata.records import record_save

pytestmark = pytest.mark.write


def test_the_control_comes_with_the_version_and_the_value(cast: Cast) -> None:
    (pk,) = customers(cast.bob, "海天包装", wechat="haitian")

    form = client(cast.bob).get(f"/o/customers/{pk}/edit/wechat/").content.decode()

    assert 'name="version" value="1"' in form
    assert 'value="haitian"' in form


def test_a_saved_value_comes_back_as_the_cell(cast: Cast) -> None:
    (pk,) = customers(cast.bob, "海天包装", tier="low")

    answer = client(cast.bob).post(f"/o/customers/{pk}/edit/tier/", {"tier": "high", "version": 1})

    assert answer.status_code == 200
    assert "badge" in answer.content.decode()
    assert Customer.objects.get(pk=pk).tier == "high"


def test_a_wrong_value_is_explained_and_leaves_what_was_typed_alone(cast: Cast) -> None:
    (pk,) = customers(cast.bob, "海天包装")

    answer = client(cast.bob).post(f"/o/customers/{pk}/edit/phones/", {"phones": "12", "version": 1})

    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#cell-error"
    assert "<input" not in answer.content.decode()


def test_two_people_changing_different_fields_do_not_disturb_each_other(cast: Cast) -> None:
    (pk,) = customers(cast.bob, "海天包装")
    record_save(registry.get("customer"), {"wechat": "new"}, actor=actor(cast.alice), id=pk)

    answer = client(cast.bob).post(f"/o/customers/{pk}/edit/tier/", {"tier": "high", "version": 1})

    assert answer.status_code == 200
    stored = Customer.objects.get(pk=pk)
    assert (stored.tier, stored.wechat) == ("high", "new")


def test_two_people_changing_the_same_field_see_both_values_and_choose(cast: Cast) -> None:
    (pk,) = customers(cast.bob, "海天包装", wechat="old")
    record_save(registry.get("customer"), {"wechat": "of-alice"}, actor=actor(cast.alice), id=pk)
    browser = client(cast.bob)

    answer = browser.post(f"/o/customers/{pk}/edit/wechat/", {"wechat": "of-bob", "version": 1})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "of-alice" in page
    assert "of-bob" in page
    assert "Alice" in page
    assert Customer.objects.get(pk=pk).wechat == "of-alice"

    browser.post(f"/o/customers/{pk}/edit/wechat/", {"wechat": "of-bob", "version": 2})

    assert Customer.objects.get(pk=pk).wechat == "of-bob"


@pytest.mark.parametrize(
    ("name", "key", "status"),
    [
        ("charlie", "tier", 404),
        ("mallory", "tier", 403),
        ("eve", "tier", 403),
        ("max", "phones", 403),
        ("bob", "created_at", 403),
        ("bob", "nothing", 404),
    ],
)
def test_who_may_not_edit_the_value_changes_nothing(cast: Cast, name: str, key: str, status: int) -> None:
    (pk,) = customers(cast.bob, "海天包装", tier="low")

    answer = client(cast.people()[name]).post(f"/o/customers/{pk}/edit/{key}/", {key: "high", "version": 1})

    assert answer.status_code == status
    assert Customer.objects.get(pk=pk).version == 1


def test_a_link_is_taken_off_by_sending_nothing(cast: Cast) -> None:
    (pk,) = customers(cast.bob, "海天包装", tags=[])

    answer = client(cast.bob).post(f"/o/customers/{pk}/edit/tags/", {"tags": "", "version": 1})

    assert answer.status_code == 200
