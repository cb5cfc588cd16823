"""Lists sorted by custom fields: every page, forwards and backwards, and whole exports, on the database at hand."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from tests.metadata.fields.samples import NOW, context
from tests.metadata.test_customising import ADMIN, CHOICES
from zhike.domain.customers.models import Customer
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.customising import field_create
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.query import Query

pytestmark = [pytest.mark.django_db, pytest.mark.query]

KINDS = ("text", "integer", "decimal", "money", "date", "datetime", "birthday", "choice", "boolean", "user")


@pytest.fixture(autouse=True)
def _fresh_catalogue() -> Iterator[None]:
    registry.forget()
    yield
    registry.forget()


def seen() -> Context:
    return context(actor=SYSTEM)


def store(field: Field) -> dict[int, Any]:
    """Thirty customers, every fifth without a value, several with the same."""
    rng = Random(2)
    found: dict[int, Any] = {}
    for number in range(30):
        value = None if number % 5 == 0 else field.type.sample(field, rng)
        customer = Customer(name=f"客户{number}", created_at=NOW, updated_at=NOW)
        customer.custom = {} if value is None else {field.key: field.type.to_json(value, field)}
        customer.save()
        found[customer.pk] = value
    return found


def expected(stored: dict[int, Any], *, descending: bool) -> list[int]:
    """Values in order with the id in the same direction, then those without a value."""
    filled = sorted(((value, pk) for pk, value in stored.items() if value is not None), reverse=descending)
    empty = sorted((pk for pk, value in stored.items() if value is None), reverse=descending)
    return [pk for _value, pk in filled] + empty


@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
@pytest.mark.parametrize("kind", KINDS)
def test_pages_by_a_custom_field_show_every_record_once(kind: str, descending: bool) -> None:
    options = {"choices": CHOICES["choices"]} if kind == "choice" else {}
    row = field_create("customer", kind=kind, label="序", options=options, actor=ADMIN)
    customer = registry.get("customer")
    wanted = expected(store(customer.field(row.key)), descending=descending)
    sort = (f"-{row.key}" if descending else row.key,)

    pages, cursor = [], None
    while True:
        page = Query(customer, SYSTEM, seen(), columns=(row.key,), sort=sort, cursor=cursor, limit=7).page()
        pages.append([found.id for found in page.rows])
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert [pk for page in pages for pk in page] == wanted

    back = Query(customer, SYSTEM, seen(), sort=sort, cursor=page.previous_cursor, limit=7).page()
    assert [found.id for found in back.rows] == pages[-2]
    whole = Query(customer, SYSTEM, seen(), columns=(row.key,), sort=sort).each(batch=4)
    assert [found.id for batch in whole for found in batch] == wanted


def test_an_export_in_the_order_of_a_moment_of_a_column_is_whole() -> None:
    row = field_create("customer", kind="text", label="序", actor=ADMIN)
    stored = store(registry.get("customer").field(row.key))
    for number, pk in enumerate(stored):
        Customer.objects.filter(pk=pk).update(updated_at=NOW.replace(minute=number % 7, microsecond=number * 1000))
    batches = Query(registry.get("customer"), SYSTEM, seen(), sort=("-updated_at",)).each(batch=4)
    assert sorted(found.id for batch in batches for found in batch) == sorted(stored)
