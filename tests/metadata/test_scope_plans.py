"""Along which indexes the database reads lists whose scope is read in parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q

from tests.cast import Cast, actor
from tests.metadata.test_scope_parts import ask
from tests.web.records import customers
from zhike.metadata.actor import Actor
from zhike.metadata.keyset import ordering, sort_keys

pytestmark = [pytest.mark.django_db, pytest.mark.query]


@pytest.fixture(scope="module")
def _many(lasting: Cast) -> Cast:
    customers(lasting.bob, *(f"客户{number:03}" for number in range(200)), stage="new")
    customers(lasting.bob, *(f"客户{number:03}" for number in range(60)), stage="active")
    for other in (lasting.charlie, lasting.sara, lasting.max):
        customers(other, *(f"客户{number:03}" for number in range(400)), stage="new")
    return lasting


@pytest.fixture
def cast(_many: Cast, db: None) -> Cast:
    """The cast, with many customers."""
    return _many


@pytest.fixture
def planned() -> Callable[..., str]:
    """How the database goes about the first page of a person's list; PostgreSQL is told that reading everything is dear."""

    def plan(person: Actor, sort: str, **choices: Any) -> str:
        query = ask(person, **choices)
        keys = sort_keys(query.object_type, (sort,), query.context)
        statement = query.first_ids(keys[0].field, Q(), ordering(keys, back=False), 51)
        assert statement is not None
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("ANALYZE customers_customer")
                for way in ("seqscan", "sort", "bitmapscan"):
                    cursor.execute(f"SET LOCAL enable_{way} = off")
                cursor.execute(f"EXPLAIN {statement[0]}", statement[1])
            else:
                cursor.execute(f"EXPLAIN QUERY PLAN {statement[0]}", statement[1])
            return "\n".join(str(row[-1]) for row in cursor.fetchall())

    return plan


@pytest.mark.parametrize(
    ("sort", "index"), [("-updated_at", "updated_at"), ("name", "name_reading"), ("-name", "name_reading")]
)
def test_a_department_and_an_owner_are_walked_in_order(
    cast: Cast, planned: Callable[..., str], sort: str, index: str
) -> None:
    plan = planned(actor(cast.bob), sort)

    assert f"customer_dept_{index}" in plan
    assert f"customer_owner_{index}" in plan


def test_who_sees_everything_walks_the_whole_order(cast: Cast, planned: Callable[..., str]) -> None:
    assert "customer_name_reading" in planned(actor(cast.eve), "name")


def test_a_column_of_the_board_is_walked_in_order(cast: Cast, planned: Callable[..., str]) -> None:
    active = {"field": "stage", "op": "eq", "value": "active"}

    assert "customer_dept_stage" in planned(actor(cast.bob), "-updated_at", filter=active)
    assert "customer_stage" in planned(actor(cast.eve), "-updated_at", filter=active)
