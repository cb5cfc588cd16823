"""The board: columns by a choice, counted and summed, and cards that move."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cast import Cast, actor, client
from tests.domain.deals.deals import deal
from tests.web.records import customers
from zhike.domain.customers.models import Customer
from zhike.metadata import registry
from zhike.metadata.query import Query
from zhike.metadata.records import record_save
from zhike.metadata.time_budget import OutOfTime
from zhike.web.lists import board

pytestmark = pytest.mark.query


def columns(cast: Cast, query: dict[str, str] | None = None) -> dict[str, Any]:
    context = client(cast.bob).get("/o/customers/board/", query or {}).context
    return {column["value"]: column for column in context["columns"]}


def titles(column: Any) -> list[str]:
    return [str(card["title"]) for card in column["cards"]]


def test_cards_stand_in_the_columns_of_their_stage_and_are_counted(cast: Cast) -> None:
    customers(cast.bob, "甲", "乙", stage="new")
    customers(cast.bob, "丙", stage="lost")
    customers(cast.charlie, "别人的", stage="new")

    found = columns(cast)

    assert titles(found["new"]) == ["乙", "甲"]
    assert titles(found["lost"]) == ["丙"]
    assert [found[key]["count"] for key in ("potential", "new", "lost")] == ["0", "2", "1"]


def test_columns_too_large_to_count_say_how_many_at_least(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    customers(cast.bob, "甲", "乙", stage="new")
    customers(cast.bob, "丙", stage="lost")

    def too_slow(*_asked: Any, **_choices: Any) -> None:
        raise OutOfTime

    monkeypatch.setattr(Query, "groups", too_slow)
    monkeypatch.setattr(board, "COUNT_CAP", 1)
    assert [columns(cast)[key]["count"] for key in ("potential", "new", "lost")] == ["0", "1+", "1"]
    monkeypatch.setattr(board, "capped_counts", too_slow)
    assert columns(cast)["new"]["count"] == "…"


def test_any_choice_field_makes_columns_and_amounts_are_summed(cast: Cast) -> None:
    customers(cast.bob, "甲", "乙", tier="high", annual_revenue="1000000")

    found = columns(cast, {"by": "tier", "columns": "name,annual_revenue"})

    assert titles(found["high"]) == ["乙", "甲"]
    assert "200" in found["high"]["sum"]


def test_a_filter_narrows_the_board(cast: Cast) -> None:
    customers(cast.bob, "甲", stage="new", tier="high")
    customers(cast.bob, "乙", stage="new", tier="low")
    tree = json.dumps({"all": [{"field": "tier", "op": "eq", "value": "low"}]})

    assert titles(columns(cast, {"filter": tree})["new"]) == ["乙"]
    assert client(cast.bob).get("/o/customers/board/", {"filter": "{"}).status_code == 422


def test_a_long_column_goes_on_where_it_stopped(cast: Cast) -> None:
    customers(cast.bob, *(f"客户{number:03}" for number in range(120)), stage="new")
    browser = client(cast.bob)
    first = columns(cast)["new"]

    second = browser.get(first["more_url"]).context["column"]
    third = browser.get(second["more_url"]).context["column"]

    seen = [*titles(first), *titles(second), *titles(third)]
    assert len(first["cards"]) == 50
    assert len(seen) == len(set(seen)) == 120
    assert third["more_url"] == ""


def test_a_card_moves_and_the_toast_takes_it_back(cast: Cast) -> None:
    (pk,) = customers(cast.bob, "甲", stage="new")
    browser = client(cast.bob)

    answer = browser.post(f"/o/customers/{pk}/move/?by=stage", {"value": "active", "version": 1})

    assert answer["X-Version"] == "2"
    assert 'id="board-head-active"' in answer.content.decode()
    assert Customer.objects.get(pk=pk).stage == "active"
    browser.post(json.loads(answer["HX-Trigger"])["toast"]["undo"])
    assert Customer.objects.get(pk=pk).stage == "new"


def test_a_card_that_somebody_moved_meanwhile_stays_where_they_put_it(cast: Cast) -> None:
    (pk,) = customers(cast.bob, "甲", stage="new")
    record_save(registry.get("customer"), {"stage": "lost"}, actor=actor(cast.alice), id=pk)

    answer = client(cast.bob).post(f"/o/customers/{pk}/move/?by=stage", {"value": "active", "version": 1})

    assert answer.status_code == 422
    assert Customer.objects.get(pk=pk).stage == "lost"


def test_a_change_of_something_else_does_not_stand_in_the_way(cast: Cast) -> None:
    (pk,) = customers(cast.bob, "甲", stage="new")
    record_save(registry.get("customer"), {"wechat": "x"}, actor=actor(cast.alice), id=pk)

    assert (
        client(cast.bob).post(f"/o/customers/{pk}/move/?by=stage", {"value": "active", "version": 1}).status_code == 200
    )


@pytest.mark.parametrize(("name", "status"), [("charlie", 404), ("eve", 403), ("mallory", 403)])
def test_who_may_not_moves_nothing(cast: Cast, name: str, status: int) -> None:
    (pk,) = customers(cast.bob, "甲", stage="new")

    answer = client(cast.people()[name]).post(f"/o/customers/{pk}/move/?by=stage", {"value": "active", "version": 1})

    assert answer.status_code == status
    assert Customer.objects.get(pk=pk).version == 1


def test_an_object_without_choices_has_no_board(cast: Cast) -> None:
    assert client(cast.bob).get("/o/departments/board/").status_code == 404


def test_cards_follow_the_order_that_was_chosen_and_go_on_in_it(cast: Cast) -> None:
    names = [f"客户{number:02}" for number in range(60)]
    customers(cast.bob, *names, stage="new")
    browser = client(cast.bob)

    page = browser.get("/o/customers/board/", {"sort": "name"})
    column = next(column for column in page.context["columns"] if column["value"] == "new")
    more = browser.get(column["more_url"]).context["column"]

    assert titles(column) + titles(more) == names
    offered = [option["label"] for option in page.context["sort"]["options"]]
    assert offered[0] == "名称"
    assert titles(columns(cast, {"sort": "-name"})["new"])[0] == names[-1]


def test_cards_without_a_value_stand_last_and_are_paged_too(cast: Cast) -> None:
    with_value = customers(cast.bob, *(f"有{number:02}" for number in range(30)), stage="new")
    for number, pk in enumerate(with_value):
        record_save(registry.get("customer"), {"annual_revenue": f"{number}"}, id=pk, actor=actor(cast.bob))
    customers(cast.bob, *(f"无{number:02}" for number in range(30)), stage="new")
    shown = {"columns": "name,annual_revenue", "sort": "-annual_revenue"}

    first = columns(cast, shown)["new"]
    rest = client(cast.bob).get(first["more_url"]).context["column"]

    found = titles(first) + titles(rest)
    assert found[:30] == [f"有{number:02}" for number in reversed(range(30))]
    assert sorted(found[30:]) == [f"无{number:02}" for number in range(30)]


def test_what_cannot_be_sorted_by_leaves_the_last_change_first(cast: Cast) -> None:
    customers(cast.bob, "甲", "乙", stage="new")

    assert titles(columns(cast, {"sort": "phones"})["new"]) == ["乙", "甲"]
    assert titles(columns(cast)["new"]) == ["乙", "甲"]


def test_the_lists_own_order_can_be_chosen_on_a_board(cast: Cast) -> None:
    page = client(cast.bob).get("/o/tasks/board/").context
    [due] = [option for option in page["sort"]["options"] if option["label"] == "截止时间"]

    assert "sort=" in due["url"]
    assert client(cast.bob).get(due["url"]).context["sort"]["label"] == "截止时间"
    assert page["sort"]["label"] == "更新时间"


def test_a_card_is_silent_about_what_is_not_there(cast: Cast) -> None:
    customers(cast.bob, "甲", stage="new", risk="none")
    customers(cast.bob, "乙", stage="lost", risk="high")

    page = client(cast.bob).get("/o/customers/board/").content.decode()
    assert "无风险" not in page
    assert "高风险" in page
    assert '<span class="quiet">无风险</span>' in client(cast.bob).get("/o/customers/").content.decode()


def test_what_a_card_belongs_to_has_a_line_of_its_own(cast: Cast) -> None:
    deal(cast.bob, "冷库改造", amount="1000", close_on="2030-01-31")

    found = client(cast.bob).get("/o/opportunities/board/").context["columns"]
    [card] = [card for column in found for card in column["cards"]]

    [whose, facts, own] = card["lines"]
    assert "冷库改造的客户" in whose
    assert "¥" not in whose
    assert "¥1,000.00" in facts
    assert "2030-01-31" in facts
    assert "Bob" in own
