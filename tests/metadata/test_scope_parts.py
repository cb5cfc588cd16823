"""Lists, counts and boards whose scope is read in parts: each row that the reader may see, once, in order, along indexes."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast, actor
from tests.web.records import records
from zhike.domain.customers.models import Customer
from zhike.metadata import ordered_ids, policy, registry, scope_size
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.grouped import capped_counts, first_pages
from zhike.metadata.query import Count, Query
from zhike.metadata.records import delete
from zhike.metadata.saving import context_for
from zhike.metadata.team import member_add

pytestmark = [pytest.mark.django_db, pytest.mark.query]

SORTS = (("-updated_at",), ("name",), ("-name", "annual_revenue"), ("-annual_revenue",), ("tier", "name"), ("owner",))
STAGES = ("potential", "new", "active", "lost")
CHOSEN = {
    "any": [{"field": "tier", "op": "eq", "value": "high"}, {"field": "annual_revenue", "op": "gte", "value": 200}]
}


@pytest.fixture(scope="module")
def _mixed(lasting: Cast) -> Cast:
    """Customers of both departments and of none, some of Bob's own and of his teams abroad, many values equal or missing."""
    rng = Random(3)
    rows = [
        {
            "name": f"客户{rng.randint(0, 20):02}",
            "kind": "company",
            "owner": rng.choice([lasting.bob.pk, lasting.alice.pk, lasting.charlie.pk, None]),
            "department": rng.choice([lasting.first.pk, lasting.second.pk, lasting.desk.pk, None]),
            "tier": rng.choice([None, "high", "low"]),
            "stage": rng.choice(STAGES[:3]),
            "annual_revenue": rng.choice([None, "1", "2", "3"]),
        }
        for _number in range(160)
    ]
    ids = records("customer", rows)
    for pk in ids[::7]:
        member_add(registry.get("customer"), pk, lasting.bob.pk, access="view", actor=SYSTEM)
    delete(registry.get("customer"), ids[::11], actor=SYSTEM)
    return lasting


@pytest.fixture
def mixed(_mixed: Cast, db: None) -> Cast:
    """The cast, with those customers."""
    return _mixed


def reader(cast: Cast, name: str) -> Actor:
    return actor(cast.people()[name])


def ask(person: Actor, **choices: Any) -> Query:
    return Query(registry.get("customer"), person, context_for(person), **choices)


def seen(person: Actor, action: str = "view", **conditions: Any) -> list[Customer]:
    """What the policy lets the person reach, read without any of the ways under test."""
    rows: Any = policy.queryset_for(person, registry.get("customer"), action)
    return list(rows.filter(**conditions))


def expected(found: list[Customer], sort: tuple[str, ...]) -> list[int]:
    """Ids in the order of the list: later keys first, each sort stable, missing values last, the id as the tie-break."""
    columns = {"owner": "owner_id"}
    rows = sorted(found, key=lambda row: row.pk, reverse=sort[0].startswith("-"))
    for name in reversed(sort):
        column = columns.get(name.removeprefix("-"), name.removeprefix("-"))
        present = [row for row in rows if getattr(row, column) is not None]
        present.sort(key=lambda row: getattr(row, column), reverse=name.startswith("-"))
        rows = [*present, *(row for row in rows if getattr(row, column) is None)]
    return [row.pk for row in rows]


def walk(person: Actor, **choices: Any) -> list[int]:
    """Ids of all pages, forwards, after having gone back and forth at each."""
    found: list[int] = []
    cursor = None
    while True:
        page = ask(person, cursor=cursor, limit=13, **choices).page()
        if page.previous_cursor and page.rows:
            before = ask(person, cursor=page.previous_cursor, limit=13, **choices).page()
            assert [row.id for row in before.rows] == found[-13:]
        found += [row.id for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("name", ["bob", "alice", "eve", "mallory"])
@pytest.mark.parametrize("sort", SORTS)
def test_pages_hold_what_a_plain_reading_gives(mixed: Cast, name: str, sort: tuple[str, ...]) -> None:
    person = reader(mixed, name)

    assert walk(person, sort=sort) == expected(seen(person), sort)


@pytest.mark.parametrize("sort", SORTS)
def test_own_records_page_like_all_others(mixed: Cast, sort: tuple[str, ...]) -> None:
    bob = reader(mixed, "bob")

    found = walk(bob, sort=sort, action="edit")

    assert found == expected(seen(bob, "edit"), sort)
    assert 0 < len(found) < len(seen(bob))


def test_a_filter_narrows_every_part(mixed: Cast) -> None:
    bob = reader(mixed, "bob")
    wanted = [row for row in seen(bob) if row.tier == "high" or (row.annual_revenue or 0) >= 200]

    assert walk(bob, filter=CHOSEN, sort=("name",)) == expected(wanted, ("name",))
    assert ask(bob, filter=CHOSEN).count().value == len(wanted) > 0


def test_what_few_parts_cannot_hold_is_read_as_a_whole(mixed: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    bob = reader(mixed, "bob")
    wanted = expected(seen(bob), ("name",))
    monkeypatch.setattr(policy, "MOST_PARTS", 1)
    for size in (10_000, -1):
        monkeypatch.setattr(scope_size, "SMALL_SCOPE", size)
        assert walk(bob, sort=("name",)) == wanted
    monkeypatch.undo()
    monkeypatch.setattr(ordered_ids, "MOST_PARAMETERS", 1)
    assert walk(bob, sort=("name",)) == wanted


@pytest.mark.parametrize("name", ["bob", "alice", "eve", "mallory"])
def test_counts_and_sums_take_each_record_once(mixed: Cast, name: str) -> None:
    person = reader(mixed, name)
    rows = seen(person)

    groups = {group.value: group for group in ask(person).groups("stage", sum_key="annual_revenue")}

    assert ask(person).count().value == len(rows)
    assert {key: group.count for key, group in groups.items()} == {
        stage: len([row for row in rows if row.stage == stage]) for stage in {row.stage for row in rows}
    }
    assert {key: group.sum or 0 for key, group in groups.items()} == {
        stage: sum(row.annual_revenue or 0 for row in rows if row.stage == stage)
        for stage in {row.stage for row in rows}
    }


def test_a_count_over_parts_is_capped_as_a_whole(mixed: Cast) -> None:
    bob = reader(mixed, "bob")
    every = len(seen(bob))

    assert ask(bob).count(cap=every) == ask(bob).count()
    assert ask(bob).count(cap=every - 1).capped


@pytest.mark.parametrize("name", ["bob", "eve"])
@pytest.mark.parametrize("field", ["stage", "tier"])
def test_each_column_of_a_board_begins_with_its_latest(mixed: Cast, name: str, field: str) -> None:
    person = reader(mixed, name)
    values = STAGES if field == "stage" else (None, "high", "low")

    pages = first_pages(ask(person, limit=5), registry.get("customer").field(field), values, sort="-updated_at")

    for value in values:
        wanted = expected(seen(person, **{field: value}), ("-updated_at",))
        assert [row.id for row in pages[value].rows] == wanted[:5]
        assert bool(pages[value].next_cursor) == (len(wanted) > 5)


@pytest.mark.parametrize("name", ["bob", "eve", "mallory"])
def test_columns_are_counted_up_to_a_cap_in_one_statement(mixed: Cast, name: str) -> None:
    person = reader(mixed, name)
    rows = seen(person)

    with CaptureQueriesContext(connection) as statements:
        found = capped_counts(ask(person), registry.get("customer").field("stage"), STAGES, cap=10, budget=5)

    assert len([one for one in statements if "AS place" in one["sql"]]) <= 1
    for value in STAGES:
        count = len([row for row in rows if row.stage == value])
        assert found[value] == Count(min(count, 10), count > 10)


@pytest.mark.parametrize("name", ["bob", "alice", "eve", "mallory"])
def test_what_follows_a_customer_is_seen_with_it_whichever_way_is_gone(
    mixed: Cast, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    person = reader(mixed, name)
    live = list(Customer.objects.filter(deletion__isnull=True).order_by("pk").values_list("pk", flat=True))
    contacts = records("contact", [{"customer": pk, "name": f"联系人{pk}"} for pk in live])
    within = {row.pk for row in seen(person)}
    wanted = [contact for contact, customer in zip(contacts, live, strict=True) if customer in within]
    query = Query(registry.get("contact"), person, context_for(person), sort=("name",), limit=200)

    for size in (10_000, -1):
        monkeypatch.setattr(scope_size, "SMALL_SCOPE", size)
        assert sorted(row.id for row in query.page().rows) == wanted
    assert query.ids() == wanted
    assert query.count().value == len(wanted)
