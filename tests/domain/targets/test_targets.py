"""Targets: what counts, to the cent, for whom; splitting with what is left; who sees and sets them; kept fresh by what changes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from tests.api.caller import caller, told
from tests.cast import Cast, actor
from tests.domain.deals.deals import deal
from tests.domain.orders.base import customer, delivered, line_of, order, returned, saved
from zhike.accounts.models import User
from zhike.domain.deals.models import Opportunity
from zhike.domain.targets.models import SalesTarget, TargetStand
from zhike.domain.targets.preparation import THERE_ALREADY
from zhike.domain.targets.services.splitting import shares_of, target_split
from zhike.domain.targets.standing import stands_add, stands_refresh
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied, Invalid
from zhike.metadata.query import Query
from zhike.metadata.records import record_save
from zhike.metadata.saving import context_for
from zhike.metadata.sealing import run_outbox

pytestmark = [pytest.mark.django_db, pytest.mark.write]


def today() -> date:
    return timezone.localdate()


def target(**values: Any) -> int:
    """A target of this year over 1,000 yuan unless said otherwise."""
    given = {"year": today().year, "span": "year", "level": "person", "amount": 100_000, **values}
    return record_save(registry.get("sales_target"), given, actor=SYSTEM)


def bought(owner: User, price: str, day: date | None = None, product: int | None = None) -> int:
    """A confirmed order of the person's customer."""
    mine = customer(f"{owner.name}{price}的客户", owner=owner.pk, department=owner.department_id)
    days = (today() - (day or today())).days
    pk = order(mine, ("1", price), days=days, owner=owner.pk, department=owner.department_id)
    if product is not None:
        saved("order_line", id=line_of(pk), product=product)
    saved("order", id=pk, state="confirmed")
    return pk


def reached(pk: int) -> tuple[int, int]:
    stand = TargetStand.objects.get(pk=pk)
    return stand.attained, stand.rows


def computed(*ids: int) -> list[tuple[int, int]]:
    stands_add(ids)
    stands_refresh()
    return [reached(pk) for pk in ids]


def test_orders_less_returns_count_for_person_department_and_firm_to_the_cent(cast: Cast) -> None:
    room = cast.first.pk
    ids = [
        target(owner=cast.bob.pk),
        target(owner=cast.alice.pk),
        target(level="department", department=room),
        target(level="department", department=cast.branch.pk),
        target(level="company"),
    ]
    first = bought(cast.bob, "100.01")
    bought(cast.alice, "20.5")
    bought(cast.charlie, "7")
    bought(cast.bob, "999", date(today().year - 1, 12, 31))
    order(customer(owner=cast.bob.pk), ("1", "5000"), owner=cast.bob.pk)
    delivered(first, "1")
    returned(first, "0.5")

    sums = [amount for amount, _rows in computed(*ids)]

    back = 5001
    assert sums == [10_001 - back, 2050, 12_051 - back, 12_751 - back, 12_751 - back]


def test_each_part_of_the_year_counts_its_own_days(cast: Cast) -> None:
    year = today().year - 1
    ids = [target(owner=cast.bob.pk, year=year, span=span) for span in ("year", "q1", "q2", "m03", "m04")]
    bought(cast.bob, "1", date(year, 3, 31))
    bought(cast.bob, "10", date(year, 4, 1))
    bought(cast.bob, "100", date(year, 12, 31))

    assert [amount for amount, _rows in computed(*ids)] == [11_100, 100, 1000, 100, 1000]


def test_a_category_counts_its_products_and_those_of_categories_below(cast: Cast) -> None:
    drinks = saved("product_category", name="饮料")
    tea = saved("product_category", name="茶", parent=drinks)
    green = saved("product", code="T1", name="绿茶", category=tea, list_price="30")
    ids = [
        target(owner=cast.bob.pk, category=drinks),
        target(owner=cast.bob.pk, category=tea),
        target(level="company", category=tea),
        target(owner=cast.bob.pk),
    ]
    bought(cast.bob, "30", product=green)
    bought(cast.bob, "4")

    assert [amount for amount, _rows in computed(*ids)] == [3000, 3000, 3000, 3400]


def test_receipts_less_refunds_and_won_deals_count_on_their_days(cast: Cast) -> None:
    mine = customer(owner=cast.bob.pk, department=cast.first.pk)
    paid = target(owner=cast.bob.pk, measure="receipts")
    won = target(owner=cast.bob.pk, measure="won")
    receipt = saved("receipt", customer=mine, amount="800", is_matched=False, owner=cast.bob.pk)
    saved("refund", customer=mine, receipt=receipt, amount="50.25", owner=cast.alice.pk)
    pk = deal(cast.bob, amount="1200")
    Opportunity.objects.filter(pk=pk).update(state="won", closed_at=timezone.now())
    deal(cast.bob, "还开着", amount="9000")

    assert [amount for amount, _rows in computed(paid, won)] == [74_975, 120_000]


def test_a_target_says_for_whom_it_is_and_stands_once(cast: Cast) -> None:
    year = today().year
    pk = target(level="department", department=cast.first.pk, span="q1", owner=cast.bob.pk)
    stored = SalesTarget.objects.get(pk=pk)
    assert (stored.name, stored.owner_id) == (f"{year}-Q1 · 销售一部", None)
    assert (stored.first_on, stored.last_on) == (date(year, 1, 1), date(year, 3, 31))

    with pytest.raises(Invalid) as twice:
        target(level="department", department=cast.first.pk, span="q1", amount=5)
    assert twice.value.problems["span"] == [THERE_ALREADY]
    for wrong, field in (
        ({"level": "person", "owner": None}, "owner"),
        ({"level": "department", "department": None}, "department"),
        ({"owner": cast.bob.pk, "measure": "won", "category": saved("product_category", name="茶")}, "category"),
        ({"owner": cast.bob.pk, "amount": 0}, "amount"),
    ):
        with pytest.raises(Invalid) as refused:
            target(**wrong)
        assert field in refused.value.problems

    record_save(registry.get("sales_target"), {"span": "q2"}, id=pk, actor=SYSTEM)
    assert SalesTarget.objects.get(pk=pk).name == f"{year}-Q2 · 销售一部"
    target(level="department", department=cast.first.pk, span="q1")


def test_a_target_is_split_exactly_and_only_what_is_left(cast: Cast) -> None:
    alice = actor(cast.alice)
    pk = target(level="department", department=cast.first.pk, amount=100_001)
    target(owner=cast.bob.pk, amount=30_000)

    target_split([pk], actor=alice, way="quarters")
    target_split([pk], actor=alice, way="people")

    rooms = SalesTarget.objects.filter(level="department").exclude(span="year").order_by("span")
    assert list(rooms.values_list("span", "amount")) == [("q1", 25_001), ("q2", 25_000), ("q3", 25_000), ("q4", 25_000)]
    people = SalesTarget.objects.filter(level="person", span="year")
    # The closed account gets nothing; the one whose day has passed is still of the department.
    assert sum(people.values_list("amount", flat=True)) == 100_001
    assert people.get(owner=cast.bob).amount == 30_000
    with pytest.raises(Invalid):
        target_split([pk], actor=alice, way="quarters")
    with pytest.raises(Invalid):
        target_split([pk], actor=alice, way="departments")


def test_a_split_by_last_year_follows_what_was_sold(cast: Cast) -> None:
    year = today().year
    pk = target(owner=cast.bob.pk, amount=90_000)
    with pytest.raises(Invalid):
        target_split([pk], actor=actor(cast.alice), way="quarters", like="last_year")
    bought(cast.bob, "200", date(year - 1, 2, 1))
    bought(cast.bob, "100", date(year - 1, 8, 1))

    target_split([pk], actor=actor(cast.alice), way="quarters", like="last_year")

    parts = SalesTarget.objects.exclude(pk=pk).order_by("span").values_list("span", "amount")
    assert list(parts) == [("q1", 60_000), ("q3", 30_000)]


@pytest.mark.parametrize(
    ("amount", "weights"), [(100, [1, 1, 1]), (1, [3, 5]), (10**15 + 7, [1, 2, 3, 5, 7]), (5, [0, 1])]
)
def test_shares_always_sum_to_the_whole(amount: int, weights: list[int]) -> None:
    shares = shares_of(amount, weights)
    assert sum(shares) == amount
    assert all(abs(share - amount * weight / sum(weights)) <= 1 for share, weight in zip(shares, weights, strict=True))


def test_who_sets_and_who_sees_targets(cast: Cast) -> None:
    mine = target(owner=cast.bob.pk)
    other = target(owner=cast.charlie.pk)
    firm = target(level="company")

    def seen(user: User) -> set[int]:
        answer = told(caller(user).get("/sales-targets?limit=100"))
        return {row["id"] for row in answer["data"]}

    assert seen(cast.bob) == {mine}
    assert seen(cast.alice) == {mine}
    assert seen(cast.eve) == {mine, other, firm}
    values = {"year": today().year + 1, "span": "q1", "level": "person", "owner": cast.bob.pk, "amount": "100"}
    with pytest.raises(Denied):
        record_save(registry.get("sales_target"), values, actor=actor(cast.bob))
    record_save(registry.get("sales_target"), values, actor=actor(cast.alice))
    with pytest.raises(Invalid):
        record_save(registry.get("sales_target"), {**values, "owner": cast.charlie.pk}, actor=actor(cast.alice))
    assert caller(cast.mallory).get("/sales-targets").status_code == 403


def test_a_change_marks_the_targets_of_its_day_and_the_job_brings_them_up_to_date(cast: Cast) -> None:
    run_outbox()
    now, before = target(owner=cast.bob.pk), target(owner=cast.bob.pk, year=today().year - 1)
    run_outbox()
    assert stands_refresh() == 2
    assert stands_refresh() == 0

    pk = bought(cast.bob, "12")
    run_outbox()
    assert list(TargetStand.objects.filter(is_stale=True).values_list("pk", flat=True)) == [now]
    stands_refresh()
    assert (reached(now), reached(before)) == ((1200, 1), (0, 0))

    saved("order", id=pk, day=date(today().year - 1, 6, 1))
    run_outbox()
    stands_refresh()
    assert (reached(now), reached(before)) == ((0, 0), (1200, 1))


def test_lists_show_what_is_reached_and_hide_it_from_whom_amounts_are_hidden(cast: Cast) -> None:
    pk = target(owner=cast.bob.pk, amount=100_000)
    late = target(owner=cast.bob.pk, span="m01", amount=10_000)
    bought(cast.bob, "250", date(today().year, 1, 31))
    computed(pk, late)
    bob = actor(cast.bob)

    rows = Query(
        registry.get("sales_target"),
        bob,
        context_for(bob),
        columns=("attained", "gap", "rate"),
        filter={"field": "gap", "op": "gte", "value": 0},
    ).page()

    found = {row.id: (row.values["attained"], row.values["gap"], float(row.values["rate"])) for row in rows.rows}
    assert found == {pk: (25_000, 75_000, 25.0), late: (25_000, 0, 250.0)}
    record_save(registry.get("sales_target"), {"amount": 75_000}, id=pk, actor=SYSTEM)
    [row] = (
        Query(
            registry.get("sales_target"),
            bob,
            context_for(bob),
            columns=("rate",),
            filter={"field": "amount", "op": "eq", "value": "750"},
        )
        .page()
        .rows
    )
    assert float(row.values["rate"]) == pytest.approx(33.3333, abs=0.0001)
