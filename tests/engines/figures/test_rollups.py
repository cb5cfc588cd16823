"""Roll-ups that an administrator makes: right numbers, fresh, filtered by, opened, and hidden with what they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast, actor
from zhike.engines.figures.following import JOB, follow_changes, refresh_new
from zhike.engines.figures.models import FigureRow
from zhike.engines.figures.opening import rows_behind
from zhike.engines.figures.refreshing import refresh
from zhike.jobs.models import Job
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM, Actor, FieldAccess
from zhike.metadata.customising import field_change, field_create, field_restore, field_retire
from zhike.metadata.customising_objects import object_create, object_retire
from zhike.metadata.errors import BadQuery, Invalid
from zhike.metadata.models import Change, CustomField
from zhike.metadata.query import Query
from zhike.metadata.records import delete, record_save
from zhike.metadata.saving import context_for

pytestmark = [pytest.mark.django_db, pytest.mark.query]


@pytest.fixture(autouse=True)
def _fresh_catalogue() -> Iterator[None]:
    registry.touch()
    yield
    registry.forget()


@pytest.fixture
def adam(cast: Cast) -> Actor:
    """The administrator, with contracts of customers as an object of one's own."""
    adam = actor(cast.adam)
    object_create(label="协议", key="x_contract", actor=adam)
    choices = {"choices": [{"key": "open", "label": "执行中"}, {"key": "done", "label": "已结束"}]}
    for kind, key, options in (
        ("link", "client", {"target": "customer"}),
        ("money", "amount", {}),
        ("decimal", "weight", {"decimals": 3}),
        ("date", "signed", {}),
        ("choice", "state", choices),
    ):
        field_create("x_contract", kind=kind, label=f"栏{key}", key=key, options=options, actor=adam)
    return adam


def rollup(adam: Actor, function: str, of: str = "", key: str = "total", **options: Any) -> CustomField:
    told = {"source": "x_contract.client", "function": function, "of": of, **options}
    return field_create("customer", kind="rollup", label=f"汇总{key}", key=key, options=told, actor=adam)


def saved(object_key: str, **values: Any) -> int:
    return record_save(registry.get(object_key), values, actor=SYSTEM)


def contract(client: int, amount: int | None = None, **values: Any) -> int:
    return saved("x_contract", name="合同", client=client, amount=amount, **values)


def follow() -> None:
    follow_changes(list(Change.objects.order_by("id")))


def value(customer: int, key: str = "total") -> Any:
    query = Query(registry.get("customer"), SYSTEM, context_for(SYSTEM), columns=(key,))
    return {row.id: row.values[key] for row in query.page().rows}[customer]


def ids(by: Actor = SYSTEM, **query: Any) -> list[int]:
    return [row.id for row in Query(registry.get("customer"), by, context_for(by), **query).page().rows]


def test_each_function_makes_one_value_of_many(adam: Actor) -> None:
    rollup(adam, "count", key="number")
    rollup(adam, "sum", "amount", key="total")
    rollup(adam, "sum", "weight", key="load")
    rollup(adam, "min", "signed", key="first")
    rollup(adam, "max", "amount", key="largest")
    rollup(adam, "latest", "state", key="last_state", by="signed")
    first, empty = saved("customer", name="甲"), saved("customer", name="乙")
    contract(first, 12_345, weight=Decimal("0.125"), signed="2024-05-01", state="done")
    contract(first, 100, weight=Decimal("1.001"), signed="2025-01-31", state="open")
    contract(first, None, state="done")
    delete(registry.get("x_contract"), [contract(first, 99_999_999)], actor=SYSTEM)
    follow()
    found = {key: value(first, key) for key in ("number", "total", "load", "first", "largest", "last_state")}
    assert (found["number"], found["total"], found["load"]) == (3, 12_445, Decimal("1.126"))
    assert (found["first"].isoformat(), found["largest"], found["last_state"]) == ("2024-05-01", 12_345, "open")
    assert (value(empty, "number"), value(empty, "total")) == (0, None)


def test_only_rows_that_the_filter_finds_are_rolled_up_and_it_opens_to_them(adam: Actor) -> None:
    condition = {"field": "state", "op": "eq", "value": "open"}
    rollup(adam, "sum", "amount", filter=condition)
    customer = saved("customer", name="甲")
    kept, moved = contract(customer, 500, state="open"), contract(customer, 700, state="open")
    contract(customer, 900, state="done")
    follow()
    assert value(customer) == 1200
    record_save(registry.get("x_contract"), {"state": "done"}, actor=SYSTEM, id=moved)
    follow()
    assert value(customer) == 500
    rows = rows_behind(SYSTEM, registry.get("customer"), "total", customer)
    assert rows is not None
    query = Query(registry.get(rows.object_key), SYSTEM, context_for(SYSTEM), filter=rows.filter)
    assert query.ids() == [kept]


def test_lists_filter_and_sort_by_it(adam: Actor) -> None:
    rollup(adam, "sum", "amount")
    small, large, none = (saved("customer", name=name) for name in "甲乙丙")
    contract(small, 100)
    contract(large, 2_000)
    follow()
    assert ids(sort=("-total",)) == [large, small, none]
    assert ids(filter={"field": "total", "op": "gt", "value": 100}) == [large]
    assert ids(filter={"field": "total", "op": "is_empty"}) == [none]


def test_native_children_are_rolled_up_too(adam: Actor) -> None:
    options = {"source": "task.customer", "function": "latest", "of": "title", "by": "due_at"}
    field_create("customer", kind="rollup", label="最近任务", key="newest", options=options, actor=adam)
    customer = saved("customer", name="甲")
    for days, title in ((1, "近"), (9, "远")):
        saved("task", title=title, customer=customer, due_at=(timezone.now() + timedelta(days=days)).isoformat())
    follow()
    assert value(customer, "newest") == "远"


@pytest.mark.parametrize(
    "options",
    [
        {"source": "x_contract.nothing", "function": "count"},
        {"source": "user.department", "function": "count"},
        {"source": "x_contract.client", "function": "median"},
        {"source": "x_contract.client", "function": "sum"},
        {"source": "x_contract.client", "function": "sum", "of": "state"},
        {"source": "x_contract.client", "function": "latest", "of": "state", "by": "amount"},
        {"source": "x_contract.client", "function": "count", "filter": {"field": "colour", "op": "eq", "value": 1}},
        {"source": "x_contract.client", "function": "count", "filter": {"field": "owner", "op": "eq", "value": "me"}},
        {"source": "x_contract.client", "function": "count", "filter": "{"},
    ],
)
def test_what_cannot_be_rolled_up_is_refused_when_it_is_made(adam: Actor, options: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as problem:
        field_create("customer", kind="rollup", label="汇总", options=options, actor=adam)
    assert set(problem.value.problems) == {"options"}


def test_another_definition_never_shows_the_values_of_the_old_one(adam: Actor) -> None:
    row = rollup(adam, "sum", "amount")
    customer = saved("customer", name="甲")
    contract(customer, 500, signed="2024-05-01")
    follow()
    field_change(row.pk, options={"source": "x_contract.client", "function": "max", "of": "signed"}, actor=adam)
    assert value(customer) is None
    Job.objects.all().delete()
    refresh_new()
    assert "customer" in Job.objects.get(kind=JOB).params["object_keys"]
    refresh("customer", [customer])
    assert value(customer).isoformat() == "2024-05-01"
    assert len(FigureRow.objects.get(object_key="customer", record_id=customer).values) == 1


def test_who_may_not_see_the_rows_or_their_fields_sees_no_roll_up(adam: Actor, cast: Cast) -> None:
    rollup(adam, "sum", "amount", filter={"field": "state", "op": "eq", "value": "open"})
    object_type, alice = registry.get("customer"), actor(cast.alice)
    field = object_type.field("total")
    assert policy.access(alice, object_type, field) is FieldAccess.READ_ONLY
    for key, access in (("amount", FieldAccess.HIDDEN), ("amount", FieldAccess.MASKED), ("state", FieldAccess.HIDDEN)):
        blind = replace(alice, field_access={("x_contract", key): access})
        assert policy.access(blind, object_type, field) is FieldAccess.HIDDEN
        with pytest.raises(BadQuery):
            ids(blind, sort=("total",))
    shut = replace(alice, grants={pair: scope for pair, scope in alice.grants.items() if pair[0] != "x_contract"})
    assert field not in policy.readable_fields(shut, object_type)


def test_nobody_writes_it(adam: Actor, cast: Cast) -> None:
    rollup(adam, "sum", "amount")
    with pytest.raises(Invalid):
        record_save(registry.get("customer"), {"name": "甲", "total": 5}, actor=actor(cast.bob))
    assert "total" not in {field.key for field in registry.get("customer").writable_fields}


def test_what_it_is_made_from_is_retired_only_after_it(adam: Actor) -> None:
    row = rollup(adam, "sum", "amount")
    amount = CustomField.objects.get(object_key="x_contract", key="amount")
    with pytest.raises(Invalid) as problem:
        field_retire(amount.pk, actor=adam)
    assert problem.value.problems[""][0].code == "used_by"
    made = registry.get("x_contract").custom_id or 0
    with pytest.raises(Invalid):
        object_retire(made, actor=adam)
    field_retire(row.pk, actor=adam)
    field_retire(amount.pk, actor=adam)
    with pytest.raises(Invalid):
        field_restore(row.pk, actor=adam)
