"""The write path: a batch is checked once, written once, and told once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from tests.cast import Cast, actor
from zhike.domain.customers.models import Customer
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.changes import history
from zhike.metadata.errors import Denied, Invalid, NotFound, Stale
from zhike.metadata.models import Change, CustomField
from zhike.metadata.records import Row, SaveResult, WriteEvent, after_write, delete, record_save, save
from zhike.metadata.writes import _listeners

pytestmark = [pytest.mark.django_db, pytest.mark.write]


def customers(count: int, **more: Any) -> list[Row]:
    return [Row({"name": f"客户{number}", "kind": "company", **more}) for number in range(count)]


def problems(result: SaveResult, index: int = 0) -> dict[str, list[str]]:
    return {key: [problem.code for problem in found] for key, found in result.rows[index].problems.items()}


@contextmanager
def counted_calls() -> Iterator[list[str]]:
    """SQL statements sent meanwhile; an executemany counts once."""
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


@pytest.mark.parametrize("change", [False, True])
def test_a_thousand_records_cost_as_many_calls_as_a_hundred(cast: Cast, change: bool) -> None:
    bob, customer = actor(cast.bob), registry.get("customer")
    counts = []
    for size in (100, 101, 1_000):
        rows = customers(size, phones=["13800138000"])
        if change:
            made = save(customer, rows, actor=bob)
            rows = [Row({"tier": "high"}, id=row.id, version=row.version) for row in made.rows]
        with counted_calls() as sent:
            result = save(customer, rows, actor=bob)
        assert result.count("updated" if change else "created") == size
        counts.append(len(sent))
    # Up to a hundred records the search documents are written at once, above that by the worker.
    assert counts[2] == counts[1] <= counts[0] <= 20


def test_all_or_nothing_unless_partial(cast: Cast) -> None:
    rows = [*customers(2), Row({"name": "", "kind": "company"})]
    whole = save(registry.get("customer"), rows, actor=actor(cast.bob))
    assert (whole.ok, whole.batch_id, Customer.objects.count()) == (False, None, 0)
    part = save(registry.get("customer"), rows, actor=actor(cast.bob), partial=True)
    assert ([row.action for row in part.rows], Customer.objects.count()) == (["created", "created", "refused"], 2)


def test_a_new_record_belongs_to_its_maker_and_their_department(cast: Cast) -> None:
    pk = record_save(registry.get("customer"), {"name": "甲", "kind": "company"}, actor=actor(cast.bob))
    made = Customer.objects.get(pk=pk)
    assert (made.owner, made.department, made.created_by_id, made.version) == (cast.bob, cast.first, cast.bob.pk, 1)


def test_a_record_given_away_follows_its_new_owner(cast: Cast) -> None:
    customer = registry.get("customer")
    pk = record_save(customer, {"name": "甲", "kind": "company"}, actor=actor(cast.bob))
    record_save(customer, {"owner": cast.charlie.pk}, actor=actor(cast.bob), id=pk)
    assert Customer.objects.get(pk=pk).department == cast.second
    with pytest.raises(NotFound):
        record_save(customer, {"owner": cast.bob.pk}, actor=actor(cast.bob), id=pk)


def test_whoever_may_not_assign_cannot_make_records_for_others(cast: Cast) -> None:
    values = {"name": "x", "owner": cast.alice.pk}
    pk = record_save(registry.get("group"), {"name": "x"}, actor=actor(cast.bob))
    found = save(registry.get("group"), [Row(values, id=pk)], actor=actor(cast.bob))
    assert problems(found) == {"owner": ["not_permitted"]}


def test_a_stale_save_is_refused_with_what_came_between(cast: Cast) -> None:
    customer, bob = registry.get("customer"), actor(cast.bob)
    pk = record_save(customer, {"name": "甲", "kind": "company"}, actor=bob)
    record_save(customer, {"tier": "high"}, actor=actor(cast.alice), id=pk, version=1)
    with pytest.raises(Stale) as caught:
        record_save(customer, {"tier": "low"}, actor=bob, id=pk, version=1)
    assert caught.value.current_version == 2
    assert [change.values for change in caught.value.changes] == [{"tier": [None, "high"]}]
    assert Customer.objects.get(pk=pk).tier == "high"


def test_saving_what_stands_there_changes_nothing(cast: Cast) -> None:
    customer, bob = registry.get("customer"), actor(cast.bob)
    values = {"name": "甲", "kind": "company", "phones": ["13800138000"], "annual_revenue": "1,000.50"}
    pk = record_save(customer, values, actor=bob)
    again = save(customer, [Row(values, id=pk)], actor=bob)
    assert (again.rows[0].action, again.batch_id, Customer.objects.get(pk=pk).version) == ("unchanged", None, 1)
    assert Change.objects.filter(object_key="customer", record_id=pk).count() == 1


def test_a_unique_key_is_taken_in_the_batch_the_base_and_the_bin(cast: Cast) -> None:
    customer, clara = registry.get("customer"), actor(cast.clara)
    twice = save(customer, customers(2, code="K1"), actor=clara)
    assert problems(twice, 1) == {"code": ["repeated"]}
    pk = record_save(customer, {"name": "甲", "kind": "company", "code": "K1"}, actor=clara)
    assert problems(save(customer, customers(1, code="K1"), actor=clara)) == {"code": ["taken"]}
    delete(customer, [pk], actor=clara)
    found = save(customer, customers(1, code="K1"), actor=clara).rows[0].problems["code"][0]
    assert (found.code, found.details) == ("taken_by_deleted", {"record": pk, "deleted": True})
    hidden = save(customer, customers(1, code="K1"), actor=actor(cast.charlie)).rows[0].problems["code"][0]
    assert (hidden.code, hidden.details["record"]) == ("taken", None)


def test_a_unique_custom_field_is_unique(cast: Cast) -> None:
    CustomField.objects.create(object_key="customer", key="vat", kind="text", label="税号", unique=True)
    registry.touch()
    customer, clara = registry.get("customer"), actor(cast.clara)
    assert save(customer, customers(1, vat="V1"), actor=clara).ok
    assert problems(save(customer, customers(1, vat="V1"), actor=clara)) == {"vat": ["taken"]}


def test_a_link_must_lead_to_a_record_that_the_actor_sees(cast: Cast) -> None:
    other = record_save(registry.get("customer"), {"name": "甲", "kind": "company"}, actor=actor(cast.charlie))
    result = save(registry.get("contact"), [Row({"name": "张", "customer": other})], actor=actor(cast.bob))
    assert problems(result) == {"customer": ["no_such_record"]}


def test_fields_that_nobody_may_write_are_refused(cast: Cast) -> None:
    customer, bob = registry.get("customer"), actor(cast.bob)
    for key in ("created_at", "created_by", "id"):
        assert problems(save(customer, customers(1, **{key: 1}), actor=bob))[key] == ["read_only"]
    for key in ("version", "deletion", "custom", "password", "nix"):
        assert problems(save(customer, customers(1, **{key: 1}), actor=bob))[key] == ["unknown_field"]
    masked = save(customer, customers(1, phones=["13800138000"]), actor=SYSTEM).rows[0].id
    with pytest.raises(Denied):
        record_save(customer, {"phones": []}, actor=actor(cast.max), id=masked)


def test_history_tells_who_and_what_and_the_first_values_come_back(cast: Cast) -> None:
    customer = registry.get("customer")
    pk = record_save(customer, {"name": "甲", "kind": "company", "tags": []}, actor=actor(cast.bob))
    tag = record_save(registry.get("tag"), {"name": "重点"}, actor=SYSTEM)
    record_save(customer, {"name": "乙", "tags": [tag]}, actor=actor(cast.alice), id=pk)
    entries = history(actor(cast.bob), customer, pk)
    assert [(entry.change.action, entry.change.actor_id) for entry in entries] == [
        ("update", cast.alice.pk),
        ("create", cast.bob.pk),
    ]
    assert {field.field.key: (field.old, field.new) for field in entries[0].fields} == {
        "name": ("甲", "乙"),
        "tags": (None, [tag]),
    }
    assert Change.objects.get(object_key="customer", record_id=pk, action="create").values is None


def test_a_listener_hears_of_a_write_and_can_stop_it(cast: Cast) -> None:
    heard: list[WriteEvent] = []

    def listener(event: WriteEvent) -> None:
        heard.append(event)
        if event.updated:
            raise Invalid({})

    after_write(listener)
    try:
        customer, bob = registry.get("customer"), actor(cast.bob)
        pk = record_save(customer, {"name": "甲", "kind": "company"}, actor=bob)
        with pytest.raises(Invalid):
            record_save(customer, {"name": "乙"}, actor=bob, id=pk)
    finally:
        _listeners.remove(listener)
    assert [(event.created, event.changed_keys) for event in heard] == [((pk,), frozenset()), ((), frozenset({"name"}))]
    assert Customer.objects.get(pk=pk).name == "甲"
