"""Formula fields: made in the browser, filtered and sorted, refused with a reason, and hidden with what they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.cast import Cast, actor, client
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM, Actor, FieldAccess
from zhike.metadata.customising import field_change, field_create, field_restore, field_retire
from zhike.metadata.errors import BadQuery, Invalid
from zhike.metadata.models import CustomField
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
    adam = actor(cast.adam)
    field_create("customer", kind="money", label="预算额", key="budget", actor=adam)
    return adam


def formula(adam: Actor, source: str, key: str = "result", object_key: str = "customer", **details: Any) -> CustomField:
    options = {"expression": source, **details}
    return field_create(object_key, kind="formula", label=f"公式{key}", key=key, options=options, actor=adam)


def saved(object_key: str, **values: Any) -> int:
    return record_save(registry.get(object_key), values, actor=SYSTEM)


def values(object_key: str, key: str, **query: Any) -> dict[int, Any]:
    found = Query(registry.get(object_key), SYSTEM, context_for(SYSTEM), columns=(key,), **query)
    return {row.id: row.values[key] for row in found.page().rows}


def test_lists_show_filter_and_sort_by_a_formula(adam: Actor) -> None:
    formula(adam, "{预算额} * 0.3 + 10")
    rich, poor, none = (
        saved("customer", name=n, budget=b) for n, b in (("甲", 1_000_00), ("乙", 100_00), ("丙", None))
    )
    assert registry.get("customer").field("result").type.key == "money"
    assert values("customer", "result") == {rich: 310_00, poor: 40_00, none: None}
    assert list(values("customer", "result", sort=("-result",))) == [rich, poor, none]
    assert list(values("customer", "result", filter={"field": "result", "op": "gt", "value": 40_00})) == [rich]
    assert CustomField.objects.get(key="result").options["expression"] == "{budget} * 0.3 + 10"


def test_a_number_can_be_a_percentage(cast: Cast, adam: Actor) -> None:
    formula(adam, "{budget} / {credit_limit} * 100", decimals=1, percent=True)
    half, none = (saved("customer", name=n, budget=50_00, credit_limit=c) for n, c in (("甲", 400_00), ("乙", None)))
    field = registry.get("customer").field("result")
    assert field.type.key == "percent"
    assert values("customer", "result") == {half: Decimal("12.5"), none: None}
    assert field.type.text(Decimal("12.5"), field, context_for(SYSTEM)) == "12.5%"
    assert list(values("customer", "result", filter={"field": "result", "op": "gte", "value": 12})) == [half]
    with pytest.raises(Invalid):
        formula(adam, "{name} & 1", key="other", percent=True)
    data = {
        "kind": "formula",
        "label": "占比",
        "key": "share",
        "option_expression": "{budget} / 3",
        "option_percent": "1",
    }
    assert client(cast.adam).post("/settings/fields/customer/new/", data).status_code == 422, "an amount is no share"
    data["option_expression"] = "{credit_limit} / {budget} * 100"
    assert client(cast.adam).post("/settings/fields/customer/new/", data).status_code == 302
    made = CustomField.objects.get(label="占比")
    assert made.options["percent"] is True
    assert "checked" in client(cast.adam).get(f"/settings/fields/customer/{made.pk}/").content.decode()


def test_every_page_of_a_long_list_is_read_in_order(adam: Actor) -> None:
    formula(adam, "ROUND({budget} / 300, 2) / 1", decimals=2)
    for amount in range(7):
        saved("customer", name="客户", budget=amount * 100)
    query = Query(
        registry.get("customer"), SYSTEM, context_for(SYSTEM), columns=("result",), sort=("-result",), limit=2
    )
    found = []
    while True:
        page = query.page()
        found += [row.values["result"] for row in page.rows]
        if page.next_cursor is None:
            break
        query.cursor = page.next_cursor
    assert len(found) == 7
    assert found == sorted(found, reverse=True)


def test_a_formula_follows_a_link_and_a_linked_record_in_the_bin_has_no_values(adam: Actor) -> None:
    formula(adam, '{customer.name} & " " & {name}', object_key="contact")
    formula(adam, "{customer.budget} / 2", "half", object_key="contact")
    customer = saved("customer", name="华贸", budget=500)
    contact = saved("contact", name="王工", customer=customer)
    assert values("contact", "result") == {contact: "华贸 王工"}
    assert values("contact", "half") == {contact: 250}
    delete(registry.get("customer"), [customer], actor=SYSTEM)
    assert values("contact", "result") == {}


def test_a_formula_may_use_another_one(adam: Actor) -> None:
    formula(adam, "{budget} * 2", "double")
    formula(adam, 'IF({double} > 10, "大", "小")', "magnitude")
    large, small = saved("customer", name="甲", budget=600), saved("customer", name="乙", budget=100)
    assert values("customer", "magnitude") == {large: "大", small: "小"}


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("", "required"),
        ("1 +", "formula_ends"),
        ("(1 + 2", "formula_missing"),
        ("1 2", "formula_unexpected"),
        ("1 ; DROP TABLE x", "formula_sign"),
        ("__import__('os')", "formula_no_function"),
        ("{nothing} + 1", "formula_no_field"),
        ("{name.x}", "formula_no_link"),
        ("{phones}", "formula_not_usable"),
        ("{birthday}", "formula_not_usable"),
        ("{name} + 1", "formula_kind"),
        ("{budget} * {budget}", "formula_kind"),
        ("IF({name}, 1, 2)", "formula_kind"),
        ("ROUND(1, 99)", "formula_count"),
        ("LEFT({name})", "formula_arguments"),
        ('{tier} = "platinum"', "formula_choice"),
        ('{created_at} > "yesterday"', "formula_date"),
        ("empty", "formula_no_result"),
        ("(" * 60 + "1" + ")" * 60, "formula_too_deep"),
        ("1" + "+1" * 400, "formula_too_long"),
        ("{result} + 1", "formula_no_field"),
    ],
)
def test_what_means_nothing_is_refused_when_it_is_made(adam: Actor, source: str, code: str) -> None:
    with pytest.raises(Invalid) as problem:
        formula(adam, source)
    assert problem.value.problems["options"][0].code == code


def test_an_error_says_where_it_is(cast: Cast, adam: Actor) -> None:
    data = {"label": "公式", "kind": "formula", "option_expression": "{budget} * LENGTH(1)"}
    answer = client(cast.adam).post("/settings/fields/customer/new/", data)
    assert answer.status_code == 422
    assert "第 12 个字符：没有函数 length。" in answer.content.decode()
    assert "{budget} * LENGTH(1)" in answer.content.decode()


def test_full_width_signs_and_bare_names_are_read(adam: Actor) -> None:
    formula(adam, "IF（预算额 ≥ 5，“贵”，“廉”）")
    pk = saved("customer", name="甲", budget=500)
    assert values("customer", "result") == {pk: "贵"}


def test_a_formula_that_would_need_itself_is_refused(adam: Actor) -> None:
    first = formula(adam, "{budget} + 1", "first")
    formula(adam, "{first} + 1", "second")
    with pytest.raises(Invalid) as problem:
        field_change(first.pk, options={"expression": "{second} + 1"}, actor=adam)
    assert problem.value.problems["options"][0].code == "circle"


def test_what_a_formula_uses_is_retired_only_after_it(adam: Actor) -> None:
    row = formula(adam, "{budget} + 1")
    budget = CustomField.objects.get(key="budget")
    with pytest.raises(Invalid) as problem:
        field_retire(budget.pk, actor=adam)
    assert problem.value.problems[""][0].code == "used_by"
    field_retire(row.pk, actor=adam)
    field_retire(budget.pk, actor=adam)
    with pytest.raises(Invalid):
        field_restore(row.pk, actor=adam)
    field_restore(budget.pk, actor=adam)
    field_restore(row.pk, actor=adam)


def test_who_may_not_see_an_input_does_not_see_the_result(adam: Actor, cast: Cast) -> None:
    formula(adam, "{budget} + 1", "first")
    formula(adam, "{first} * 2", "second")
    formula(adam, "{customer.budget} * 2", object_key="contact")
    object_type, contact, alice = registry.get("customer"), registry.get("contact"), actor(cast.alice)
    assert policy.access(alice, contact, contact.field("result")) is FieldAccess.READ_ONLY
    for access in (FieldAccess.HIDDEN, FieldAccess.MASKED):
        blind = replace(alice, field_access={("customer", "budget"): access})
        for found, key in ((object_type, "first"), (object_type, "second"), (contact, "result")):
            assert policy.access(blind, found, found.field(key)) is FieldAccess.HIDDEN
            assert key not in {field.key for field in policy.readable_fields(blind, found)}
            with pytest.raises(BadQuery):
                Query(found, blind, context_for(blind), sort=(key,)).page()


def test_a_formula_through_a_link_is_seen_by_who_sees_every_record_there(adam: Actor, cast: Cast) -> None:
    """A contact's customer is seen by who sees the contact; whatever else a record links to may be out of reach."""
    field_create(
        "customer", kind="link", label="介绍人客户", key="source_customer", options={"target": "customer"}, actor=adam
    )
    formula(adam, "{source_customer.budget} + 1")
    object_type = registry.get("customer")
    assert policy.access(actor(cast.bob), object_type, object_type.field("result")) is FieldAccess.HIDDEN
    assert policy.access(SYSTEM, object_type, object_type.field("result")) is FieldAccess.READ_ONLY
    referrer = saved("customer", name="甲", budget=100)
    referred = saved("customer", name="乙", source_customer=referrer)
    assert values("customer", "result")[referred] == 200


def test_the_api_and_the_record_page_show_it_and_nobody_writes_it(adam: Actor, cast: Cast) -> None:
    formula(adam, "{budget} + 1")
    pk = saved("customer", name="甲", budget=100, owner=cast.bob.pk)
    assert "¥2.00" in client(cast.bob).get(f"/o/customers/{pk}/").content.decode()
    assert "result" not in {field.key for field in registry.get("customer").writable_fields}
    with pytest.raises(Invalid) as problem:
        record_save(registry.get("customer"), {"result": 5}, actor=actor(cast.bob), id=pk)
    assert problem.value.problems["result"][0].code == "read_only"
