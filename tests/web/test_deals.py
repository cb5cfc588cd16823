"""Deals on pages: the board of a pipeline, what a dropped card asks for, the stages on the page of a deal."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from tests.api.caller import caller, told
from tests.cast import Cast, actor, client
from tests.domain.deals.deals import NEEDED, deal, publish, read, stage
from zhike.accounts.models import User
from zhike.accounts.roles import field_rules_set, role_by_key
from zhike.domain.deals.services.moving import deal_lose, deal_win
from zhike.metadata.actor import FieldAccess

pytestmark = pytest.mark.django_db

BOARD = "/o/opportunities/board/"


def board(cast: Cast, **query: str) -> dict[str, Any]:
    context = client(cast.bob).get(BOARD, query).context
    return {column["value"]: column for column in context["columns"]}


def drop(cast: Cast, pk: int, value: str, **given: str) -> Any:
    form = {"value": value, "version": str(read(pk).version), **given}
    return client(cast.bob).post(f"/o/opportunities/{pk}/move/?by=stage", form, headers={"HX-Request": "true"})


def test_the_board_shows_open_deals_by_stage_with_count_and_sum(cast: Cast) -> None:
    deal(cast.bob, "甲", amount="1000")
    deal(cast.bob, "乙", amount="234.50")
    lost = deal(cast.bob, "丢了的", amount="9")
    deal_lose([lost], actor=actor(cast.bob), loss_reason="budget")
    deal(cast.charlie, "别人的")

    found = board(cast)

    assert list(found) == ["information", "need", "recommendation", "contract", "after_sales"]
    assert [str(card["title"]) for card in found["information"]["cards"]] == ["乙", "甲"]
    assert (found["information"]["count"], "1,234.5" in found["information"]["sum"]) == ("2", True)
    assert board(cast, filter="")["information"]["count"] == "3"


def test_a_board_shows_one_pipeline_at_a_time(cast: Cast) -> None:
    publish([stage("s1"), stage("s2")], key="small")
    deal(cast.bob, "标准的")
    deal(cast.bob, "小单", pipeline="small")

    assert list(board(cast, within="small")) == ["s1", "s2"]
    assert [str(card["title"]) for card in board(cast, within="small")["s1"]["cards"]] == ["小单"]
    assert [str(card["title"]) for card in board(cast, within="standard")["information"]["cards"]] == ["标准的"]
    page = client(cast.bob).get(BOARD, {"within": "small"}).content.decode()
    assert "within=standard" in page


def test_a_dropped_card_asks_in_place_for_what_the_stage_needs(cast: Cast) -> None:
    pk = deal(cast.bob, stage="need", checks=["need_budget"])

    answer = drop(cast, pk, "recommendation")
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#dialog-content"
    page = answer.content.decode()
    assert all(f'name="with_{key}"' in page for key in ("needs", "amount", "close_on"))
    assert "with_checks" not in page
    # What was typed stays where something is still missing.
    again = drop(cast, pk, "recommendation", with_needs="零下十八度").content.decode()
    assert "零下十八度" in again or 'name="with_needs"' not in again

    done = drop(cast, pk, "recommendation", with_needs="零下十八度", **{f"with_{k}": v for k, v in NEEDED.items()})
    assert done.status_code == 200
    assert read(pk).stage == "recommendation"
    toast = json.loads(done["HX-Trigger"])["toast"]
    assert client(cast.bob).post(toast["undo"]).status_code in {200, 204}
    assert (read(pk).stage, read(pk).amount) == ("need", None)


def test_only_the_items_that_are_missing_are_asked_for(cast: Cast) -> None:
    pk = deal(cast.bob)

    page = drop(cast, pk, "need").content.decode()
    assert 'value="information_decider"' in page
    assert "recommendation_sent" not in page
    assert drop(cast, pk, "need", with_checks="information_decider").status_code == 200
    assert read(pk).checks == ["information_decider"]


def test_somebody_elses_move_is_not_overwritten(cast: Cast) -> None:
    publish([stage("a"), stage("b"), stage("c")], key="plain")
    pk = deal(cast.bob, pipeline="plain")
    version = read(pk).version
    url = f"/o/opportunities/{pk}/move/?by=stage&within=plain"

    assert client(cast.alice).post(url, {"value": "b", "version": version}).status_code == 200
    answer = client(cast.bob).post(url, {"value": "c", "version": version})
    assert answer.status_code == 422
    assert read(pk).stage == "b"


def test_the_page_of_a_deal_shows_its_stages_and_moves_it(cast: Cast) -> None:
    pk = deal(cast.bob)
    page = client(cast.bob).get(f"/o/opportunities/{pk}/").content.decode()
    assert "信息收集" in page
    assert "找到决策人" in page

    moved = drop(cast, pk, "need", with_checks="information_decider", page="record")
    assert moved.status_code == 204
    assert "record:changed" in moved["HX-Trigger"]
    band = client(cast.bob).get(f"/o/opportunities/{pk}/band/").content.decode()
    assert 'aria-current="step"' in band
    User.objects.filter(pk=cast.bob.pk).update(language="en")
    assert "Need analysis" in client(cast.bob).get(f"/o/opportunities/{pk}/band/").content.decode()
    assert client(cast.charlie).get(f"/o/opportunities/{pk}/band/").status_code == 404
    # Who may see but not change is offered no way to move it.
    assert "move/?by=stage" not in client(cast.eve).get(f"/o/opportunities/{pk}/").content.decode()


# The forecast and the stages --------------------------------------------------------------------------------------


def test_the_forecast_sums_what_one_sees_and_opens_its_deals(cast: Cast) -> None:
    today = timezone.localdate()
    deal(cast.bob, "甲", amount="1000", close_on=today, forecast="commit", probability=50)
    deal(cast.bob, "乙", amount="0.05", close_on=today, forecast="commit", probability=10)
    deal(cast.bob, "不计", amount="77", close_on=today, forecast="omitted")
    deal(cast.bob, "过期", amount="30", close_on="2020-01-01")
    deal(cast.charlie, "别人的", amount="5000", close_on=today, forecast="commit")
    won = deal(cast.bob, "赢了的", amount="200")
    deal_win([won], actor=actor(cast.bob))

    context = client(cast.bob).get("/deals/forecast/?of=mine").context
    month = context["months"][0]
    lines = {str(line["label"]): line for line in month["lines"]}
    assert [line["count"] for line in month["lines"]] == [1, 2, 0, 0]
    assert "1,000.05" in str(lines["承诺"]["amount"])
    # 200.00 won, 500.00 and 0.01 (half up) weighted.
    assert "700.01" in str(month["expected"])
    assert context["late"]["count"] == 1
    listed = client(cast.bob).get(lines["承诺"]["url"]).content.decode()
    assert "甲" in listed
    assert "过期" not in listed
    everything = client(cast.eve).get("/deals/forecast/").context["months"][0]["lines"]
    assert [line["count"] for line in everything] == [1, 3, 0, 0]
    assert client(cast.mallory).get("/deals/forecast/").status_code == 403


def test_each_stage_tells_how_its_deals_stand(cast: Cast) -> None:
    deal(cast.bob, "甲")
    # An import may put a deal where people could not have moved it.
    deal(cast.bob, "缺金额", stage="recommendation")
    deal(cast.charlie, "别人的", stage="recommendation")

    [pipeline] = client(cast.bob).get("/deals/process/").context["pipelines"]
    rows = {row["stage"]: [count["number"] for count in row["counts"]] for row in pipeline["rows"]}
    assert rows["信息收集"] == [1, 0, 0, 1, 0]
    assert rows["产品推荐"] == [1, 0, 0, 1, 1]
    [violating] = [row["counts"][4]["url"] for row in pipeline["rows"] if row["stage"] == "产品推荐"]
    listed = client(cast.bob).get(violating).content.decode()
    assert "缺金额" in listed
    assert client(cast.mallory).get("/deals/process/").status_code == 403


def test_who_does_not_see_amounts_gets_no_sum_of_them(cast: Cast) -> None:
    deal(cast.bob, "甲", amount="1234.50", floor_price="1000")
    hidden = dict.fromkeys(("amount", "floor_price"), FieldAccess.HIDDEN)
    field_rules_set(role_by_key("sales"), "opportunity", hidden, actor=actor(cast.adam))

    assert board(cast)["information"]["sum"] == ""
    assert "1,234" not in client(cast.bob).get(BOARD).content.decode()
    page = client(cast.bob).get("/deals/forecast/")
    assert (page.status_code, "你看不到商机金额" in page.content.decode()) == (200, True)
    program = told(caller(cast.bob).get("/opportunities"))["data"][0]
    assert not {"amount", "weighted", "floor_price", "concession_left"} & set(program)
