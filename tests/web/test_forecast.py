"""The forecast by quarter, by person with managers' figures beside, and from history."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlparse

import orjson
import pytest
from django.utils import timezone

from tests.cast import Cast, actor, client
from tests.domain.deals.deals import deal
from tests.domain.orders.base import customer, saved
from zhike.accounts.roles import field_rules_set, role_by_key
from zhike.domain.deals.forecast import QUARTER, forecast, months_from
from zhike.domain.deals.models import Opportunity
from zhike.domain.targets import outlook
from zhike.domain.targets.models import ForecastAdjustment, SalesOutlook
from zhike.domain.targets.spans import spans_at
from zhike.metadata import registry
from zhike.metadata.actor import FieldAccess
from zhike.metadata.errors import Denied, Invalid
from zhike.metadata.query import Query
from zhike.metadata.records import record_save
from zhike.metadata.saving import context_for

pytestmark = [pytest.mark.django_db, pytest.mark.query]


def today() -> date:
    return timezone.localdate()


def adjust(by: Any, **values: Any) -> int:
    month = spans_at(today())[0].value
    given = {"year": today().year, "span": month, "level": "person", "amount": "900", "note": "下月才能签", **values}
    return record_save(registry.get("forecast_adjustment"), given, actor=actor(by))


def rows(user: Any) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in client(user).get("/deals/forecast/people/").context["rows"]}


def test_quarters_sum_their_months(cast: Cast) -> None:
    assert months_from(date(2026, 11, 22), 3, QUARTER) == (date(2026, 10, 1), date(2027, 1, 1), date(2027, 4, 1))
    for place, month in enumerate(months_from(today(), 6)):
        ends = months_from(month, 2)[1] - timedelta(days=1)
        deal(cast.bob, f"第{place}单", amount=f"{10**place}", probability=50, close_on=ends.isoformat())
    bob = actor(cast.bob)

    by_month = forecast(bob, today())
    by_quarter = forecast(bob, today(), step=QUARTER)

    for quarter in by_quarter.months[:2]:
        months = [month for month in by_month.months if months_from(month, 1, QUARTER)[0] == quarter]
        if quarter in by_month.months or len(months) == QUARTER:
            continue
        assert by_quarter.weighted(quarter) >= sum(by_month.weighted(month) for month in months)
    assert sum(map(by_quarter.weighted, by_quarter.months)) == sum(map(by_month.weighted, by_month.months)) == 5_555_550
    page = client(cast.bob).get("/deals/forecast/?by=quarter")
    assert [unit["active"] for unit in page.context["units"]] == [False, True]


def test_people_are_listed_within_reach_alone(cast: Cast) -> None:
    closes = today().isoformat()
    deal(cast.bob, "甲", amount="1000", probability=50, close_on=closes, forecast="commit")
    deal(cast.bob, "乙", amount="200", probability=10, close_on=closes)
    deal(cast.bob, "不算", amount="7777", close_on=closes, forecast="omitted")
    won = deal(cast.bob, "成了", amount="30")
    Opportunity.objects.filter(pk=won).update(state="won", closed_at=timezone.now())
    deal(cast.charlie, "别人的", amount="5", probability=100, close_on=closes)

    found = rows(cast.alice)

    assert list(found) == ["Bob"]
    bob = found["Bob"]
    assert [cell["amount"] for cell in bob["cells"]] == ["¥30.00", "¥1,000.00", "¥0.00", "¥200.00"]
    assert bob["expected"] == "¥550.00"
    assert set(rows(cast.eve)) == {"Bob", "Charlie"}
    alice = actor(cast.alice)
    for cell in bob["cells"]:
        if cell["url"]:
            condition = orjson.loads(parse_qs(urlparse(unescape(cell["url"])).query)["filter"][0])
            listed = Query(
                registry.get("opportunity"), alice, context_for(alice), columns=("amount",), filter=condition
            ).page()
            assert len(listed.rows) == cell["count"]
    assert client(cast.mallory).get("/deals/forecast/people/").status_code == 403
    field_rules_set(role_by_key("manager"), "opportunity", {"amount": FieldAccess.HIDDEN}, actor=actor(cast.adam))
    assert client(cast.alice).get("/deals/forecast/people/").status_code == 403


def test_a_manager_s_figure_stands_beside_and_every_earlier_one_stays(cast: Cast) -> None:
    pk = deal(cast.bob, "甲", amount="1000", probability=50, close_on=today().isoformat())

    first = adjust(cast.alice, owner=cast.bob.pk)
    adjust(cast.alice, owner=cast.bob.pk, amount="300", note="客户压价")

    found = rows(cast.alice)["Bob"]
    assert (found["expected"], found["adjusted"], found["counts"]) == ("¥500.00", "¥300.00", 30_000)
    assert [word["note"] for word in found["history"]] == ["客户压价", "下月才能签"]
    assert ForecastAdjustment.objects.get(pk=first).told == 50_000
    assert Opportunity.objects.get(pk=pk).probability == 50
    with pytest.raises(Invalid):
        record_save(registry.get("forecast_adjustment"), {"amount": "1"}, id=first, actor=actor(cast.alice))
    record_save(registry.get("forecast_adjustment"), {"note": "下月才能签约"}, id=first, actor=actor(cast.alice))
    assert rows(cast.bob)["Bob"]["adjusted"] == "¥300.00"


def test_only_who_leads_adjusts_and_only_within_reach(cast: Cast) -> None:
    with pytest.raises(Denied):
        adjust(cast.bob, owner=cast.bob.pk)
    with pytest.raises(Invalid):
        adjust(cast.alice, owner=cast.charlie.pk)
    with pytest.raises(Invalid):
        adjust(cast.alice, owner=cast.bob.pk, note="")
    page = client(cast.alice).get("/deals/forecast/people/").content.decode()
    assert "7777" not in page


def sold(cast: Cast, months: int, owner: Any) -> None:
    buyer = customer("常客", owner=owner.pk, department=owner.department_id)
    for month in months_from(date(today().year - 1 - months // 12, today().month, 1), months):
        saved(
            "transaction",
            customer=buyer,
            day=month.isoformat(),
            kind="purchase",
            product="纸",
            amount=f"{month.month * 100}",
            owner=owner.pk,
            department=owner.department_id,
        )


def test_histories_have_every_month_and_departments_those_below(cast: Cast) -> None:
    sold(cast, 3, cast.bob)
    found = outlook.histories(today())

    first, firm = found[outlook.FIRM]
    assert (firm, first) == (found[cast.first.pk][1], months_from(first, 1)[0])
    assert found[cast.branch.pk] == found[outlook.FIRM]
    assert cast.second.pk not in found
    assert firm[3:] == [0] * (len(firm) - 3)
    assert sum(firm) == sum(month.month * 10_000 for month in months_from(first, 3))


def test_the_outlook_is_shown_of_what_one_sees_in_full(cast: Cast) -> None:
    sold(cast, 3, cast.bob)
    assert outlook.outlooks_write() == 3
    assert SalesOutlook.objects.get(department=outlook.FIRM).outlook["method"] == "none"

    page = client(cast.eve).get("/deals/outlook/")
    assert page.context["told"]["method"] == "none"
    assert len(page.context["series"]) == 3
    assert [tab["label"] for tab in client(cast.alice).get("/deals/outlook/").context["series"]] == ["销售一部"]
    assert client(cast.charlie).get("/deals/outlook/").context["told"] is None
    # A foreign number shows nothing but one's own.
    answer = client(cast.charlie).get(f"/deals/outlook/?of={cast.first.pk}")
    assert answer.context["told"] is None
    assert client(cast.mallory).get("/deals/outlook/").status_code == 403


@pytest.mark.parametrize(
    ("method", "error", "words"), [("model", 0.71, "0.71"), ("naive", 1.2, "1.20"), ("naive", None, "上一年同月")]
)
def test_the_page_says_which_method_and_how_it_did(cast: Cast, method: str, error: float | None, words: str) -> None:
    expected = [{"value": 100_000.4, "low": 90_000, "high": 110_000}]
    said = {"method": method, "scaled_error": error, "expected": expected}
    SalesOutlook.objects.create(
        department=outlook.FIRM,
        first_month=date(2023, 1, 1),
        history=[100_000] * 40,
        outlook={**said, "backtest": [{"place": 39, "ahead": 1, "said": 95_000.0, "came": 100_000.0}]},
        computed_at=timezone.now(),
    )

    page = client(cast.eve).get("/deals/outlook/").content.decode()

    assert words in page
    assert all(amount in page for amount in ("¥1,000.00", "¥900.00", "¥1,100.00", "¥950.00"))
    assert "2026年4月" in page  # the 40th month
    assert "2026年5月" in page
