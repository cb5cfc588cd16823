"""Lists: every order pages forwards and backwards without losing a row, whichever way the database goes."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db import connection

from tests.cast import Cast, actor
from zhike.metadata import query, registry, scope_size
from zhike.metadata.actor import Actor
from zhike.metadata.errors import BadQuery
from zhike.metadata.fields.base import Context
from zhike.metadata.models import CustomField
from zhike.metadata.query import Query
from zhike.metadata.records import Row, save
from zhike.metadata.saving import context_for
from zhike.metadata.time_budget import OutOfTime, time_budget

pytestmark = [pytest.mark.django_db, pytest.mark.query]

SORTS = (
    ("-updated_at",),
    ("name",),
    ("-annual_revenue",),
    ("annual_revenue", "-name"),
    ("cooperation_since", "tier"),
    ("-tier", "annual_revenue", "name"),
    ("seats",),
    ("-seats", "bought"),
)


@pytest.fixture
def bob(cast: Cast) -> Actor:
    """Bob, with 137 customers of the department, many values missing or equal."""
    for key, kind in (("seats", "integer"), ("bought", "date")):
        CustomField.objects.create(object_key="customer", key=key, kind=kind, label=key)
    registry.touch()
    rng = random.Random(7)
    rows = [
        {
            "name": f"客户{rng.randint(0, 40):03}",
            "kind": "company",
            "tier": rng.choice([None, "high", "low"]),
            "annual_revenue": rng.choice([None, 100, 200, 300]),
            "cooperation_since": rng.choice([None, "2024-05-01", "2023-01-01"]),
            "seats": rng.choice([None, 1, 2, 10]),
            "bought": rng.choice([None, "2024-01-01", "2025-01-01"]),
        }
        for _number in range(137)
    ]
    assert save(registry.get("customer"), [Row(row) for row in rows], actor=actor(cast.bob)).ok
    return actor(cast.bob)


def ask(bob: Actor, **choices: Any) -> Query:
    return Query(registry.get("customer"), bob, context_for(bob), **choices)


def walk(bob: Actor, sort: tuple[str, ...], cursor: str | None = None, *, back: bool = False) -> list[int]:
    """Ids of all pages from the cursor on, in list order."""
    seen: list[int] = []
    while True:
        page = ask(bob, sort=sort, cursor=cursor, limit=20).page()
        ids = [row.id for row in page.rows]
        seen = [*ids, *seen] if back else [*seen, *ids]
        cursor = page.previous_cursor if back else page.next_cursor
        if cursor is None:
            return seen


@pytest.mark.parametrize("small", [True, False])
@pytest.mark.parametrize("sort", SORTS)
def test_pages_hold_every_row_once_in_both_directions(
    bob: Actor, monkeypatch: pytest.MonkeyPatch, sort: tuple[str, ...], small: bool
) -> None:
    monkeypatch.setattr(scope_size, "SMALL_SCOPE", 10_000 if small else -1)
    forwards = walk(bob, sort)
    assert len(forwards) == len(set(forwards)) == 137
    last = ask(bob, sort=sort, limit=137).page()
    assert [row.id for row in last.rows] == forwards
    end = forwards[-(137 % 20) :]
    cursor = None
    while True:
        page = ask(bob, sort=sort, cursor=cursor, limit=20).page()
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert page.previous_cursor is not None
    assert walk(bob, sort, page.previous_cursor, back=True) + end == forwards


@pytest.mark.parametrize("sort", SORTS)
def test_rows_without_a_value_come_last(bob: Actor, sort: tuple[str, ...]) -> None:
    key, descending = sort[0].removeprefix("-"), sort[0].startswith("-")
    values = [row.values[key] for row in ask(bob, sort=sort, limit=137).page().rows]
    present = [value for value in values if value is not None]
    assert values == [*present, *[None] * (len(values) - len(present))]
    assert present == sorted(present, reverse=descending)


def test_both_ways_of_the_database_give_the_same_rows(bob: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {"any": [{"field": "tier", "op": "eq", "value": "high"}, {"field": "seats", "op": "gte", "value": 2}]}
    found = []
    for size in (10_000, -1):
        monkeypatch.setattr(scope_size, "SMALL_SCOPE", size)
        found.append([row.id for row in ask(bob, filter=chosen, sort=("-annual_revenue",), limit=200).page().rows])
    assert found[0] == found[1] != []


def test_a_count_is_capped_and_gives_up_in_time(bob: Actor) -> None:
    assert ask(bob).count() == query.Count(137)
    assert ask(bob).count(cap=100) == query.Count(100, capped=True)


def test_a_query_beyond_its_budget_is_stopped() -> None:
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000000) SELECT count(*) FROM n"
    )
    with pytest.raises(OutOfTime), time_budget(0.05), connection.cursor() as cursor:
        cursor.execute(endless)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone()[0] == 1


FILTERS_REFUSED: tuple[Any, ...] = (
    [],
    {"all": {}},
    {"all": [], "any": []},
    {"field": "name"},
    {"field": "name", "op": "contains", "value": "x", "more": 1},
    {"field": "nix", "op": "eq", "value": 1},
    {"field": "custom__seats", "op": "eq", "value": 1},
    {"field": "owner.password", "op": "contains", "value": "a"},
    {"field": "owner.owner.owner.owner", "op": "eq", "value": 1},
    {"field": "name", "op": "regex", "value": ".*"},
    {"field": "seats", "op": "eq", "value": "five"},
)


@pytest.mark.parametrize("chosen", FILTERS_REFUSED)
def test_a_filter_that_is_not_one_is_an_error(bob: Actor, chosen: Any) -> None:
    with pytest.raises(BadQuery):
        ask(bob, filter=chosen).page()


def test_a_filter_too_deep_or_too_long_is_an_error(bob: Actor) -> None:
    deep: Any = {"field": "name", "op": "not_empty"}
    for _level in range(12):
        deep = {"not": deep}
    for chosen in (deep, {"all": [{"field": "name", "op": "not_empty"}] * 101}):
        with pytest.raises(BadQuery):
            ask(bob, filter=chosen).page()


def test_a_path_matches_only_records_that_the_actor_sees(cast: Cast, bob: Actor) -> None:
    context: Context = context_for(bob)
    chosen = {"field": "contacts.name", "op": "contains", "value": "张"}
    customer = ask(bob, limit=1).page().rows[0].id
    assert save(registry.get("contact"), [Row({"name": "张三", "customer": customer})], actor=bob).ok
    assert Query(registry.get("customer"), bob, context, filter=chosen).ids() == [customer]
    link = {"field": "customer.name", "op": "not_empty"}
    assert len(Query(registry.get("contact"), bob, context, filter=link).ids()) == 1
    charlie = actor(cast.charlie)
    assert Query(registry.get("contact"), charlie, context_for(charlie), filter=link).ids() == []
