"""Indexes on custom values: built and dropped as defined, and used by filters, sorting and pages on this database."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from tests.metadata.fields.samples import NOW, context
from tests.metadata.test_customising import ADMIN, CHOICES
from zhike.domain.customers.models import Customer
from zhike.jobs.models import Job
from zhike.jobs.queue import job_kind
from zhike.jobs.run import JobRun
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.custom_indexes import indexes_reconcile, present_indexes
from zhike.metadata.customising import field_change, field_create, field_retire
from zhike.metadata.customising_objects import object_create
from zhike.metadata.fields import FIELD_TYPES, field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.keyset import Cursor, beyond, ordering, sort_keys
from zhike.metadata.models import CustomRecord

pytestmark = pytest.mark.query

OPTIONS: dict[str, dict[str, Any]] = {
    "choice": CHOICES,
    "link": {"target": "tag"},
    "auto_number": {"pattern": "KH{YYYY}-{0000}"},
}
INDEXABLE = [kind.key for kind in FIELD_TYPES.values() if kind.customisable and kind.sortable]
CUSTOMERS = Customer._meta.db_table


@pytest.fixture(autouse=True)
def _fresh_catalogue() -> Iterator[None]:
    registry.forget()
    yield
    registry.forget()


def plan(rows: QuerySet[Any]) -> str:
    """How the database reads the rows; PostgreSQL is told that reading everything is dear, for the table is small."""
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")
            cursor.execute("SET enable_sort = off")
            cursor.execute(f"EXPLAIN {sql}", params)
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        lines = "\n".join(str(row[-1]) for row in cursor.fetchall())
        if connection.vendor == "postgresql":
            cursor.execute("RESET enable_seqscan")
            cursor.execute("RESET enable_sort")
    return lines


def fill(field: Field, *, count: int = 400) -> list[Any]:
    """Live records with values of the field, through the write path's own column."""
    rng = Random(1)
    values = [field.type.sample(field, rng) for _ in range(count)]
    Customer.objects.bulk_create(
        Customer(
            name=f"客户{number}",
            created_at=NOW,
            updated_at=NOW,
            custom={field.key: field.type.to_json(value, field)},
        )
        for number, value in enumerate(values)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'ANALYZE "{CUSTOMERS}"')
    return values


@pytest.mark.django_db
@pytest.mark.parametrize("kind", INDEXABLE)
@pytest.mark.django_db
def test_the_index_answers_filters_and_order(kind: str) -> None:
    row = field_create("customer", kind=kind, label="快", options=OPTIONS.get(kind, {}), indexed=True, actor=ADMIN)
    index = f"{'zcu' if row.unique else 'zc'}_{row.pk}"
    assert indexes_reconcile("customer").built == [index]
    customer = registry.get("customer")
    field = customer.field(row.key)
    told = field.type.to_json(fill(field)[0], field)
    live = policy.queryset_for(SYSTEM, customer).values_list("pk")
    comparisons = [
        operator.key for operator in field.type.operators if operator.key in {"eq", "gt", "lte", "starts_with"}
    ]
    for operator in comparisons:
        if kind == "boolean":
            continue
        condition = field.type.condition(
            operator, str(told)[:3] if operator == "starts_with" else told, field, context()
        )
        assert index in plan(live.filter(condition).order_by()), operator
    for name in (row.key, f"-{row.key}"):
        keys = sort_keys(customer, (name,), context())
        ordered = live.order_by(*ordering(keys, back=False))
        assert index in plan(ordered[:50]), name
        cursor = Cursor((field.type.sql_value(field.type.from_json(told, field), field),), 5)
        assert index in plan(ordered.filter(beyond(keys, cursor))[:50]), f"page after, {name}"


@pytest.mark.django_db
def test_holders_of_a_unique_value_are_found_by_the_index() -> None:
    row = field_create("customer", kind="text", label="工号", unique=True, actor=ADMIN)
    indexes_reconcile("customer")
    field = registry.get("customer").field(row.key)
    fill(field)
    rows = policy.every_record(registry.get("customer")).alias(_key=field.type.expression(field)).filter(_key__in=["a"])
    assert f"zcu_{row.pk}" in plan(rows.values_list("pk"))


@pytest.mark.django_db
def test_the_index_of_a_custom_object_holds_its_own_records_only() -> None:
    made = [object_create(label=label, actor=ADMIN) for label in ("车辆", "协议")]
    rows = [field_create(one.key, kind="integer", label="数", indexed=True, actor=ADMIN) for one in made]
    for one in made:
        indexes_reconcile(one.key)
    for one in made:
        CustomRecord.objects.bulk_create(
            CustomRecord(object=one, name=f"{number}", created_at=NOW, updated_at=NOW, custom={"shu": number})
            for number in range(300)
        )
    object_type = registry.get(made[0].key)
    field = object_type.field("shu")
    found = policy.queryset_for(SYSTEM, object_type).filter(field.type.condition("eq", 7, field, context()))
    shown = plan(found.values_list("pk"))
    assert f"zc_{rows[0].pk}" in shown
    assert f"zc_{rows[1].pk}" not in shown
    assert found.count() == 1


@pytest.mark.django_db
def test_indexes_follow_the_definitions() -> None:
    row = field_create("customer", kind="text", label="快", indexed=True, actor=ADMIN)
    indexes_reconcile("customer")
    assert indexes_reconcile("customer").built == []
    field_change(row.pk, unique=True, actor=ADMIN)
    done = indexes_reconcile("customer")
    assert (done.built, done.dropped) == ([f"zcu_{row.pk}"], [f"zc_{row.pk}"])
    field_retire(row.pk, actor=ADMIN)
    assert indexes_reconcile("customer").dropped == [f"zcu_{row.pk}"]
    assert present_indexes(CUSTOMERS) == {}


@pytest.mark.django_db(transaction=True)
def test_the_worker_builds_and_drops_without_a_transaction() -> None:
    """As on PostgreSQL, where CONCURRENTLY allows none."""
    row = field_create("customer", kind="text", label="快", indexed=True, actor=ADMIN)
    assert work("metadata.custom_indexes") == {"built": [f"zc_{row.pk}"], "dropped": []}
    assert present_indexes(CUSTOMERS) == {f"zc_{row.pk}": True}
    field_retire(row.pk, actor=ADMIN)
    assert work("metadata.custom_indexes") == {"built": [], "dropped": [f"zc_{row.pk}"]}


def work(kind: str) -> Any:
    """Run the newest job of a kind as a worker does, and give its result."""
    job = Job.objects.filter(kind=kind).latest("id")
    job.state, job.worker = Job.State.RUNNING, "test"
    job.save()
    return job_kind(kind).handler(JobRun(job))


def test_kinds_without_an_order_have_no_index() -> None:
    assert not field_type("phone").sortable
    assert "long_text" not in INDEXABLE
