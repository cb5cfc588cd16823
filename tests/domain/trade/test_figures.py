"""Figures of customers from their transactions and holdings: right, fresh, and opening to their rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Cast, actor
from zhike.domain.trade.models import HoldingFigures, PurchaseFigures, Transaction
from zhike.engines.figures import table_refresh
from zhike.engines.figures.figure_table import tables
from zhike.engines.figures.following import follow_changes
from zhike.engines.figures.models import FigureBuild
from zhike.engines.figures.opening import rows_behind
from zhike.jobs.models import Job
from zhike.jobs.run import JobRun
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid
from zhike.metadata.models import Change
from zhike.metadata.query import Query
from zhike.metadata.records import delete, purge, record_save, restore
from zhike.metadata.saving import context_for
from zhike.metadata.timeline import entries_for

pytestmark = pytest.mark.django_db

PURCHASES, HOLDINGS = (table for table in tables("customer"))


def saved(object_key: str, **values: Any) -> int:
    return record_save(registry.get(object_key), values, actor=SYSTEM)


def ago(days: int) -> str:
    return (timezone.localdate() - timedelta(days=days)).isoformat()


def bought(customer: int, days: int, yuan: str, **more: Any) -> int:
    return saved("transaction", customer=customer, day=ago(days), amount=yuan, **more)


def follow() -> None:
    follow_changes(list(Change.objects.order_by("id")))


def figures(customer: int, *keys: str) -> dict[str, Any]:
    query = Query(
        registry.get("customer"), SYSTEM, context_for(SYSTEM), columns=keys, filter={"field": "id", "op": "eq", "value": customer}
    )  # fmt: skip
    [row] = query.page().rows
    return {key: row.values[key] for key in keys}


def problems(object_key: str, **values: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refusal:
        saved(object_key, **values)
    return {key: [problem.code for problem in found] for key, found in refusal.value.problems.items()}


def test_figures_are_net_of_refunds_and_count_days_not_lines() -> None:
    customer = saved("customer", name="甲")
    bought(customer, 400, "100.00", cost="60.00")
    bought(customer, 10, "50.00")
    bought(customer, 10, "30.10")
    bought(customer, 3, "20.00", kind="refund", cost="12.00")
    bought(customer, 2, "5.00", kind="fee")
    follow()
    keys = tuple(column.key for column in PURCHASES.columns)
    today = timezone.localdate()
    assert figures(customer, *keys) == {
        "first_purchase_on": today - timedelta(days=400),
        "last_purchase_on": today - timedelta(days=10),
        "purchase_recency_days": 10,
        "purchase_days": 2,
        "purchase_days_12m": 1,
        "net_amount": 16510,
        "net_amount_12m": 6510,
        "refunded_amount": 2000,
        "profit": 10000 - 6000 - 2000 + 1200,
        "net_amount_change_12m": -35,
        "purchase_days_change_12m": 0,
        "net_amount_change_90d": None,
        "purchase_days_change_90d": None,
    }


def test_trends_compare_with_the_period_before_and_round_half_away_from_zero() -> None:
    falling, rising, refunded, edge = (saved("customer", name=name) for name in "甲乙丙丁")
    for days in (100, 120, 179):
        bought(falling, days, "100")
    bought(falling, 30, "37.50")
    bought(rising, 170, "80")
    bought(rising, 1, "90")
    bought(rising, 2, "90")
    bought(refunded, 100, "10")
    bought(refunded, 99, "20", kind="refund")
    bought(refunded, 1, "5")
    bought(edge, 180, "50")
    bought(edge, 90, "100")
    bought(edge, 89, "50")
    follow()
    keys = ("net_amount_change_90d", "purchase_days_change_90d")
    told = [tuple(figures(pk, *keys).values()) for pk in (falling, rising, refunded, edge)]
    assert told == [(-88, -67), (125, 100), (None, 0), (-50, 0)]
    tree = {"field": "net_amount_change_90d", "op": "lte", "value": -50}
    query = Query(registry.get("customer"), SYSTEM, context_for(SYSTEM), filter=tree, sort=("net_amount_change_90d",))
    assert query.ids() == [falling, edge]
    rows = rows_behind(SYSTEM, registry.get("customer"), "net_amount_change_90d", edge)
    assert rows is not None
    behind = Query(registry.get(rows.object_key), SYSTEM, context_for(SYSTEM), filter=rows.filter)
    assert len(behind.ids()) == 2


def test_whoever_bought_nothing_has_no_number_where_none_can_be_said() -> None:
    customer = saved("customer", name="甲")
    follow()
    found = figures(
        customer, "net_amount", "profit", "last_purchase_on", "purchase_days", "product_count", "loan_balance"
    )
    assert list(found.values()) == [None, None, None, 0, 0, None]


def test_holdings_count_while_they_run_and_loans_apart() -> None:
    customer = saved("customer", name="甲")
    saved("holding", customer=customer, name="定期", kind="deposit", balance="1000")
    saved("holding", customer=customer, name="理财", kind="investment", balance="500", until=ago(0))
    saved("holding", customer=customer, name="旧理财", kind="investment", balance="9999", until=ago(1))
    saved("holding", customer=customer, name="房贷", kind="loan", balance="300000")
    follow()
    found = figures(customer, "product_count", "asset_balance", "loan_count", "loan_balance")
    assert list(found.values()) == [2, 150_000, 1, 30_000_000]


def test_every_figure_opens_to_exactly_the_rows_it_counts(cast: Cast) -> None:
    bob, customers = actor(cast.bob), registry.get("customer")
    customer = record_save(customers, {"name": "甲"}, actor=bob)
    bought(customer, 400, "1", cost="1")
    lately = {bought(customer, 364, "2"), bought(customer, 0, "3")}
    refund = bought(customer, 1, "-1")
    saved("holding", customer=customer, name="旧", kind="product", until=ago(1))
    held = saved("holding", customer=customer, name="新", kind="product", until=ago(0))
    follow()

    def ids(key: str) -> set[int]:
        rows = rows_behind(bob, customers, key, customer)
        assert rows is not None
        found = Query(registry.get(rows.object_key), SYSTEM, context_for(SYSTEM), filter=rows.filter).page().rows
        return {row.id for row in found}

    assert ids("purchase_days_12m") == lately
    assert ids("net_amount_12m") == {*lately, refund}
    assert ids("refunded_amount") == {refund}
    assert len(ids("net_amount")) == 4
    assert len(ids("profit")) == 1
    assert ids("product_count") == {held}
    assert all(rows_behind(actor(cast.mallory), customers, key, customer) is None for key in ("net_amount", "profit"))


def test_figures_follow_deleting_restoring_moving_and_purging() -> None:
    first, second = saved("customer", name="甲"), saved("customer", name="乙")
    only = bought(first, 1, "10")
    follow()
    assert figures(first, "net_amount") == {"net_amount": 1000}
    delete(registry.get("transaction"), [only], actor=SYSTEM)
    follow()
    assert not PurchaseFigures.objects.exists()
    restore(registry.get("transaction"), [only], actor=SYSTEM)
    record_save(registry.get("transaction"), {"customer": second}, actor=SYSTEM, id=only)
    follow()
    assert (figures(first, "net_amount"), figures(second, "net_amount")) == ({"net_amount": None}, {"net_amount": 1000})
    delete(registry.get("customer"), [second], actor=SYSTEM)
    purge(registry.get("customer"), [second], actor=SYSTEM)
    follow()
    assert not PurchaseFigures.objects.exists()
    assert not Transaction.objects.exists()


def test_lists_filter_and_sort_by_them() -> None:
    small, large, none = (saved("customer", name=name) for name in "甲乙丙")
    bought(small, 1, "10")
    bought(large, 1, "1000")
    follow()

    def ids(**query: Any) -> list[int]:
        return [row.id for row in Query(registry.get("customer"), SYSTEM, context_for(SYSTEM), **query).page().rows]

    assert ids(filter={"field": "net_amount", "op": "gte", "value": 50_000}) == [large]
    assert ids(filter={"field": "net_amount", "op": "is_empty"}) == [none]
    assert ids(sort=("-net_amount",)) == [large, small, none]


def test_all_customers_cost_one_statement_a_range(monkeypatch: pytest.MonkeyPatch) -> None:
    """SPEC 18.2 asks for a million customers in a minute: statements follow ranges, not customers or figures."""
    customers = [saved("customer", name=f"客户{number}") for number in range(12)]
    for number, customer in enumerate(customers):
        for _line in range(number):
            bought(customer, number, "1")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for table in tables("customer"):
            table_refresh.refresh_span(table, 0)
    assert PurchaseFigures.objects.count() == 11
    assert len([query for query in queries if "INSERT" in query["sql"]]) == 2
    assert len(queries) <= 8
    assert table_refresh.refresh_span(PURCHASES, 0) == 0, "what stands is not written again"


def test_the_nightly_job_resumes_where_a_killed_worker_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_refresh, "SPAN", 2)
    customers = [saved("customer", name=f"客户{number}") for number in range(5)]
    for customer in customers:
        bought(customer, 1, "1")
        saved("holding", customer=customer, name="产品")
    table_refresh.refresh_new_tables()
    row = Job.objects.get(kind=table_refresh.JOB)
    row.state, row.worker, row.attempts = Job.State.RUNNING, "w", 1
    row.checkpoint = {"place": 0, "first": customers[2], "written": 0}
    row.save()
    table_refresh.run_tables(JobRun(row))
    assert set(PurchaseFigures.objects.values_list("pk", flat=True)) == set(customers[2:])
    assert HoldingFigures.objects.count() == 5
    assert FigureBuild.objects.filter(pk__in=[table.key for table in tables()]).count() == 2
    Job.objects.all().delete()
    table_refresh.refresh_new_tables()
    assert not Job.objects.exists(), "nothing new to compute"


# Transactions -----------------------------------------------------------------------------------------------------


def test_signs_follow_the_kind() -> None:
    customer = saved("customer", name="甲")
    refund = Transaction.objects.get(pk=bought(customer, 1, "20", kind="refund", cost="5"))
    assert (refund.amount, refund.cost) == (-2000, -500)
    bare = Transaction.objects.get(pk=bought(customer, 1, "-7.50"))
    assert (bare.kind, bare.amount, bare.product) == ("refund", -750, "退款")
    assert problems("transaction", customer=customer, day=ago(1), kind="purchase", amount="-1") == {
        "amount": ["negative_amount"]
    }
    assert problems("transaction", customer=customer, day=ago(-3), amount="1") == {"day": ["in_the_future"]}


def test_a_number_stands_once_in_its_source() -> None:
    customer = saved("customer", name="甲")
    first = bought(customer, 1, "1", source="收银", external_id="A1")
    bought(customer, 1, "1", source="网店", external_id="A1")
    again = {"customer": customer, "day": ago(1), "amount": "1", "source": "收银", "external_id": "A1"}
    assert problems("transaction", **again) == {"": ["taken"]}
    assert problems("transaction", **(again | {"source": None})) == {"source": ["source_missing"]}
    record_save(registry.get("transaction"), {"amount": "2"}, actor=SYSTEM, id=first)
    delete(registry.get("transaction"), [first], actor=SYSTEM)
    assert problems("transaction", **again) == {"": ["taken"]}, "the bin holds it"
    with pytest.raises(Invalid):
        saved("holding", customer=customer, name="产品", since=ago(1), until=ago(2))


def test_transactions_stand_on_the_timeline_on_their_day(cast: Cast) -> None:
    customer = record_save(registry.get("customer"), {"name": "甲"}, actor=actor(cast.bob))
    bought(customer, 5, "10", product="球阀")
    [entry] = entries_for(actor(cast.bob), registry.get("customer"), customer)
    assert (entry.title, timezone.localtime(entry.at).date()) == ("球阀", date.fromisoformat(ago(5)))
    assert entry.details == {"amount": 1000}
