"""Saved views from the list: kept, changed, shared, and seen by whom they are shared with."""

from __future__ import annotations

import json

import pytest

from tests.cast import Cast, client
from tests.web.records import customers
from zhike.accounts.models import User
from zhike.engines.saved_views.models import SavedView

pytestmark = pytest.mark.policy

HIGH = json.dumps({"all": [{"field": "tier", "op": "eq", "value": "high"}]})


def save(user: User, name: str, shared: str = "private", **query: str) -> SavedView:
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    answer = client(user).post(f"/o/customers/views/new/?{asked}", {"name": name, "shared": shared})
    assert answer.status_code == 204, answer.content
    return SavedView.objects.get(name=name, owner=user)


def tabs(user: User) -> list[str]:
    return [str(view["label"]) for view in client(user).get("/o/customers/").context["views"]]


def test_a_list_kept_as_a_view_opens_with_its_filter_order_and_columns(cast: Cast) -> None:
    customers(cast.bob, "大客户", tier="high")
    customers(cast.bob, "小客户", tier="low")
    row = save(cast.bob, "重点", filter=HIGH, sort="-name", columns="name,tier")

    context = client(cast.bob).get("/o/customers/", {"view": str(row.pk)}).context

    assert [str(found["title"]) for found in context["rows"]] == ["大客户"]
    assert [column["key"] for column in context["columns"]] == ["name", "tier"]
    assert context["save_view_url"] == ""
    assert "重点" in tabs(cast.bob)


def test_a_view_is_seen_by_whom_it_is_shared_with(cast: Cast) -> None:
    save(cast.bob, "我的", filter=HIGH)
    save(cast.bob, "一部的", "department", filter=HIGH)
    save(cast.alice, "大家的", "everyone", filter=HIGH)

    assert {"我的", "一部的", "大家的"} <= set(tabs(cast.bob))
    assert not {"我的"} & set(tabs(cast.alice))
    assert "一部的" in tabs(cast.alice)
    assert {"我的", "一部的"}.isdisjoint(tabs(cast.charlie))
    assert "大家的" in tabs(cast.charlie)


def test_sharing_with_everyone_needs_a_wider_view(cast: Cast) -> None:
    answer = client(cast.bob).post("/o/customers/views/new/", {"name": "大家的", "shared": "everyone"})

    assert answer.status_code == 422
    assert not SavedView.objects.exists()


def test_only_the_owner_changes_a_view(cast: Cast) -> None:
    row = save(cast.alice, "大家的", "everyone", filter=HIGH)
    other = client(cast.charlie)

    assert other.post(f"/o/customers/views/{row.pk}/rename/", {"name": "x"}).status_code == 403
    assert other.post(f"/o/customers/views/{row.pk}/delete/").status_code == 403
    assert other.post(f"/o/customers/views/{row.pk}/update/").status_code == 403
    assert client(cast.mallory).post(f"/o/customers/views/{row.pk}/delete/").status_code == 403
    assert client(cast.alice).post(f"/o/customers/views/{row.pk}/rename/", {"name": "新名"}).status_code == 204
    assert SavedView.objects.get().name == "新名"
    assert client(cast.alice).post(f"/o/customers/views/{row.pk}/delete/").status_code == 204
    assert not SavedView.objects.exists()


def test_a_private_view_of_somebody_else_is_not_found(cast: Cast) -> None:
    row = save(cast.alice, "我的", filter=HIGH)

    assert client(cast.bob).post(f"/o/customers/views/{row.pk}/delete/").status_code == 404
    assert client(cast.bob).post(f"/o/customers/views/{row.pk}/duplicate/", {"name": "x"}).status_code == 404


def test_a_view_is_updated_to_what_the_list_says_and_copied(cast: Cast) -> None:
    row = save(cast.bob, "重点", filter=HIGH)
    browser = client(cast.bob)

    browser.post(f"/o/customers/views/{row.pk}/update/?view={row.pk}&sort=name")
    browser.post(f"/o/customers/views/{row.pk}/duplicate/", {"name": "副本"})

    row.refresh_from_db()
    copy = SavedView.objects.get(name="副本")
    assert row.definition["sort"] == ["name"]
    assert row.definition["filter"] == json.loads(HIGH)
    assert copy.definition == row.definition


@pytest.mark.parametrize("name", ["", "  ", "很" * 61])
def test_a_view_needs_a_name_that_fits(cast: Cast, name: str) -> None:
    answer = client(cast.bob).post("/o/customers/views/new/", {"name": name, "shared": "private"})

    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()


def test_a_name_is_taken_once(cast: Cast) -> None:
    save(cast.bob, "重点", filter=HIGH)

    answer = client(cast.bob).post("/o/customers/views/new/", {"name": "重点", "shared": "private"})

    assert answer.status_code == 422


def test_a_board_is_kept_as_a_board(cast: Cast) -> None:
    row = save(cast.bob, "按级别", by="tier")

    assert row.definition == {"board_by": "tier"}
    url = next(
        view["url"] for view in client(cast.bob).get("/o/customers/").context["views"] if view["label"] == "按级别"
    )
    assert url.startswith("/o/customers/board/")
    assert client(cast.bob).get(url).context["by"][1]["label"] is not None


def test_a_list_that_does_not_work_is_not_kept(cast: Cast) -> None:
    row = save(cast.bob, "重点", filter=HIGH)
    browser = client(cast.bob)

    assert browser.post("/o/customers/views/new/?sort=phones", {"name": "坏的", "shared": "private"}).status_code == 422
    assert browser.post(f"/o/customers/views/{row.pk}/update/?view={row.pk}&sort=phones").status_code == 422
    assert SavedView.objects.get().definition == row.definition


def test_ones_own_views_are_put_in_order(cast: Cast) -> None:
    first, second, third = (save(cast.bob, name, filter=HIGH) for name in ("甲", "乙", "丙"))
    browser = client(cast.bob)
    dialog = browser.get("/o/customers/views/order/").content.decode()
    assert [name for name in ("甲", "乙", "丙") if f"<span>{name}</span>" in dialog] == ["甲", "乙", "丙"]

    answer = browser.post("/o/customers/views/order/", {"views": [third.pk, first.pk, second.pk]})

    assert answer.status_code == 204
    assert tabs(cast.bob)[-3:] == ["丙", "甲", "乙"]


def test_only_ones_own_views_change_their_places(cast: Cast) -> None:
    theirs = [save(cast.alice, name, "department", filter=HIGH) for name in ("共享一", "共享二")]
    own = [save(cast.bob, name, filter=HIGH) for name in ("甲", "乙")]
    before = list(SavedView.objects.filter(owner=cast.alice).values_list("pk", "position"))
    form = {"views": [own[1].pk, theirs[1].pk, "x", 10**30, theirs[0].pk, own[0].pk]}

    assert client(cast.bob).post("/o/customers/views/order/", form).status_code == 204

    assert list(SavedView.objects.filter(owner=cast.alice).values_list("pk", "position")) == before
    assert tabs(cast.bob)[-2:] == ["乙", "甲"]
    assert client(cast.mallory).post("/o/customers/views/order/", form).status_code == 403


def test_any_view_in_sight_is_duplicated_from_its_menu(cast: Cast) -> None:
    shared = save(cast.alice, "大客户", "department", filter=HIGH)
    browser = client(cast.bob)
    menu = browser.get("/o/customers/", {"view": str(shared.pk)}).context["view_menu"]
    [url] = [item["url"] for item in menu if "duplicate" in item["url"]]

    assert browser.post(url, {"name": "我的大客户"}).status_code == 204

    copy = SavedView.objects.get(owner=cast.bob)
    assert (copy.name, copy.shared, copy.definition) == ("我的大客户", "private", shared.definition)
    assert "order" not in "".join(item["url"] for item in menu)
