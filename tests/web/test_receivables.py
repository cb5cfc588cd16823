"""What customers owe by age, and their statements: within reach, opening to the rows, hidden by role."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse

from tests.cast import Cast, actor, client, person
from tests.domain.orders.base import ago, confirmed, customer, delivered, returned, saved
from zhike.accounts.roles import field_rules_set, grants_set, role_create
from zhike.domain.money.ageing import BUCKETS, ageing
from zhike.domain.money.models import Balance, Instalment
from zhike.domain.money.statement import statement
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, FieldAccess, Scope
from zhike.metadata.query import Query
from zhike.metadata.saving import context_for

pytestmark = pytest.mark.django_db


def owing(cast: Cast) -> tuple[int, int]:
    """A customer of Bob's with an instalment of each age, and one of Charlie's."""
    mine = customer("江城纸业", owner=cast.bob.pk, department=cast.first.pk)
    for place, days in enumerate((-1, 0, 1, 30, 31, 60, 61, 90, 91, 400)):
        pk = confirmed(mine, ("1", f"{10 ** (place % 5)}"))
        Instalment.objects.filter(order_id=pk).update(due_on=ago(days))
    strange = customer("远方公司", owner=cast.charlie.pk, department=cast.second.pk)
    confirmed(strange, ("1", "7"))
    return mine, strange


def test_ages_begin_and_end_on_their_days_and_open_to_their_rows(cast: Cast) -> None:
    mine, _strange = owing(cast)
    bob = actor(cast.bob)
    found = ageing(bob)
    assert [found.whole.amounts[bucket.key] for bucket in BUCKETS] == [1100, 110_000, 1_000_100, 11_000, 1_100_000]
    assert (found.population, found.rows[0].customer) == (1, mine)
    for bucket in BUCKETS:
        rows = Query(
            registry.get("instalment"),
            bob,
            context_for(bob),
            columns=("open_amount",),
            filter=bucket.filter(found.day, mine),
        ).page()
        assert sum(row.values["open_amount"] for row in rows.rows) == found.whole.amounts[bucket.key]


def test_everybody_sees_what_is_owed_within_reach_alone(cast: Cast) -> None:
    mine, strange = owing(cast)
    page = client(cast.bob).get(reverse("receivables")).content.decode()
    assert "江城纸业" in page
    assert "远方公司" not in page
    everything = client(cast.eve).get(reverse("receivables")).content.decode()
    assert "远方公司" in everything
    for link in re.findall(r'href="(/o/instalments/[^"]*)"', everything):
        assert client(cast.eve).get(unescape(link)).status_code == 200
    for person_ in (cast.mallory, cast.adam):
        assert client(person_).get(reverse("receivables")).status_code == 403
    address = {pk: reverse("statement", kwargs={"slug": "customers", "record_id": pk}) for pk in (mine, strange)}
    assert client(cast.bob).get(address[mine]).status_code == 200
    assert client(cast.bob).get(address[strange]).status_code == 404
    assert client(cast.mallory).get(address[mine]).status_code == 403
    assert client(cast.bob).get(reverse("statement", kwargs={"slug": "tasks", "record_id": 1})).status_code in {
        403,
        404,
    }


def test_a_statement_carries_over_what_the_ledger_sums_to(cast: Cast) -> None:
    buyer = customer(owner=cast.bob.pk, department=cast.first.pk)
    first = confirmed(buyer, ("10", "10"), days=40)
    saved("receipt", customer=buyer, amount="30", day=ago(20).isoformat())
    confirmed(buyer, ("1", "5"), days=3)
    delivered(first, "10")
    returned(first, "1")
    found = statement(buyer, ago(30), ago(0), actor=actor(cast.bob))
    assert (found.opening, [row.amount for row in found.movements], found.closing) == (
        10_000,
        [-3000, 500, -1000],
        6500,
    )
    still = sum(Balance.objects.filter(instalment__customer_id=buyer).values_list("open_amount", flat=True))
    assert found.closing == still
    address = reverse("statement", kwargs={"slug": "customers", "record_id": buyer})
    period = f"?since={ago(30).isoformat()}&until={ago(0).isoformat()}"
    page = client(cast.bob).get(address + period).content.decode()
    assert "¥65.00" in page
    file = client(cast.bob).get(address + period + "&format=csv").content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[-1] for line in file[1:]] == ["100.00", "70.00", "75.00", "65.00"]
    assert client(cast.bob).get(address + "?since=nonsense&until=2026-99-99").status_code == 200


def test_who_may_not_see_amounts_sees_neither_page_nor_column(cast: Cast) -> None:
    mine, _strange = owing(cast)
    role = role_create(name="仓库", actor=actor(cast.adam))
    keys = ("customer", "order", "order_line", "instalment", "ledger_entry")
    grants_set(role, {(key, "view"): Scope.ALL for key in keys}, actor=SYSTEM)
    for key in ("order", "order_line", "instalment", "ledger_entry"):
        field_rules_set(role, key, {"amount": FieldAccess.HIDDEN}, actor=SYSTEM)
    keeper = person("keeper", role.key, cast.branch)
    assert client(keeper).get(reverse("receivables")).status_code == 403
    assert client(keeper).get(reverse("statement", kwargs={"slug": "customers", "record_id": mine})).status_code == 403
    listed = client(keeper).get("/o/orders/").content.decode()
    assert "SO20" in listed
    assert "10,000" not in listed


@pytest.mark.parametrize("username", ["max", "sara"])
def test_marketing_and_service_never_see_what_goods_cost(cast: Cast, username: str) -> None:
    buyer = customer(owner=cast.sara.pk, department=cast.desk.pk)
    pk = saved("order", customer=buyer)
    line = saved("order_line", order=pk, item="纸箱", quantity="1", unit_price="20", cost="13.37")
    browser = client(getattr(cast, username))
    for address in (f"/o/orders/{pk}/", f"/o/order_lines/{line}/", "/o/order_lines/?columns=item,cost", "/o/orders/"):
        answer = browser.get(address)
        assert "13.37" not in answer.content.decode(), address
    seen = client(cast.alice).get(f"/o/order_lines/{line}/").content.decode()
    assert "13.37" not in seen, "another department's order does not exist for Alice"
    assert "13.37" in client(cast.eve).get(f"/o/order_lines/{line}/").content.decode()
