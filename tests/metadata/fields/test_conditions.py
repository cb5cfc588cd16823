"""Comparisons as SQL, against what Python says about the same values: custom values and columns, on the database at hand."""

# ruff: noqa: B023 - the expectations are asked at once, within the turn of the loop that made them

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db.models import Q

from tests.metadata.fields.samples import CHOICES, NOW, context, field
from zhike.domain.customers.models import Customer, Tag
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Condition, Field
from zhike.metadata.fields.native import field_from_column

pytestmark = [pytest.mark.django_db, pytest.mark.query]


def native(name: str) -> Field:
    found = field_from_column(Customer._meta.get_field(name))
    assert found is not None
    return found


def store(any_field: Field, values: list[Any]) -> dict[int, Any]:
    """A customer for each value (None stays empty); the values by id."""
    stored: dict[int, Any] = {}
    for position, value in enumerate(values):
        customer = Customer(name=f"客户{position}", created_at=NOW, updated_at=NOW)
        if value is not None and any_field.is_custom:
            customer.custom = {any_field.key: any_field.type.to_json(value, any_field)}
        elif value is not None:
            setattr(customer, any_field.column or "", value)
        customer.save()
        stored[customer.pk] = value
    return stored


def found(condition: Condition) -> set[int]:
    return set(Customer.objects.filter(condition).values_list("pk", flat=True))


def check(
    any_field: Field, stored: dict[int, Any], operator: str, operand: Any, expected: Callable[[Any], bool]
) -> None:
    """The condition finds exactly the records that Python names, and its negation exactly the others."""
    condition = any_field.type.condition(operator, operand, any_field, context())
    wanted = {pk for pk, value in stored.items() if expected(value)}
    assert found(condition) == wanted, (operator, operand)
    assert found(~Q(condition)) == set(stored) - wanted, ("not", operator, operand)


def check_emptiness(any_field: Field, stored: dict[int, Any]) -> None:
    check(any_field, stored, "is_empty", None, lambda value: value is None)
    check(any_field, stored, "not_empty", None, lambda value: value is not None)


def test_numbers_compare_by_value_and_not_as_text() -> None:
    numbered: dict[str, list[Any]] = {
        "integer": [None, -5, 0, 3, 20, 100, 2**53 + 1, 2**53 + 2],
        "money": [None, -500, 0, 9, 1000, 123456],
        "decimal": [None, Decimal("-1.5"), Decimal("0"), Decimal("0.1"), Decimal("3"), Decimal("20.125")],
        "percent": [None, Decimal("0"), Decimal("5"), Decimal("12.5"), Decimal("100")],
    }
    for kind, values in numbered.items():
        numbers = field(kind)
        stored = store(numbers, values)
        pivot = values[3]
        told = numbers.type.to_json(pivot, numbers)
        check_emptiness(numbers, stored)
        check(numbers, stored, "eq", told, lambda value: value == pivot)
        check(numbers, stored, "ne", told, lambda value: value != pivot)
        check(numbers, stored, "lt", told, lambda value: value is not None and value < pivot)
        check(numbers, stored, "lte", told, lambda value: value is not None and value <= pivot)
        check(numbers, stored, "gt", told, lambda value: value is not None and value > pivot)
        check(numbers, stored, "gte", told, lambda value: value is not None and value >= pivot)
        check(numbers, stored, "between", [told, None], lambda value: value is not None and value >= pivot)
        check(numbers, stored, "in", [told, 0], lambda value: value in {pivot, 0})
        check(numbers, stored, "not_in", [told, 0], lambda value: value not in {pivot, 0})
        Customer.objects.all().delete()


def test_whole_numbers_stay_exact_beyond_the_reach_of_floats() -> None:
    numbers = field("integer")
    stored = store(numbers, [2**53, 2**53 + 1, 2**63 - 1, -(2**63)])
    check(numbers, stored, "eq", 2**53 + 1, lambda value: value == 2**53 + 1)
    check(numbers, stored, "eq", 2**63 - 1, lambda value: value == 2**63 - 1)


@pytest.mark.parametrize("text", [field("text"), native("legal_name")], ids=["custom", "column"])
def test_text_is_found_whatever_its_signs_mean_to_sql(text: Field) -> None:
    values = [
        None,
        "张建国",
        "建国贸易",
        "50%",
        "50x",
        "a_b",
        "axb",
        r"a\b",
        "O'Hara",
        "ABC",
        "abc",
        '"',
        "\U0001f600",
        "퟿x",
    ]
    stored = store(text, values)
    check_emptiness(text, stored)
    for piece in ["建国", "%", "_", "\\", "'", '"', "\U0001f600", "bc", "没有"]:
        check(text, stored, "contains", piece, lambda value: value is not None and piece.lower() in value.lower())
        check(text, stored, "not_contains", piece, lambda value: value is None or piece.lower() not in value.lower())
    for piece in ["建", "50", "a", "A", "a_", "O'", "\U0001f600", "퟿"]:
        check(text, stored, "starts_with", piece, lambda value: value is not None and value.startswith(piece))
    check(text, stored, "eq", "50%", lambda value: value == "50%")
    check(text, stored, "ne", "50%", lambda value: value != "50%")
    check(text, stored, "in", ["50%", "ABC"], lambda value: value in {"50%", "ABC"})
    check(text, stored, "not_in", ["50%", "ABC"], lambda value: value not in {"50%", "ABC"})


@pytest.mark.parametrize("days", [field("date"), native("cooperation_since")], ids=["custom", "column"])
def test_dates_compare_with_days_and_relative_periods(days: Field) -> None:
    today = date(2024, 6, 15)
    values = [None, *(today + timedelta(days=offset) for offset in range(-400, 400, 3)), today]
    stored = store(days, values)
    check_emptiness(days, stored)
    check(days, stored, "eq", "2024年6月15日", lambda value: value == today)
    check(days, stored, "lt", "2024-06-15", lambda value: value is not None and value < today)
    periods = {
        "today": (today, today),
        "this_week": (date(2024, 6, 10), date(2024, 6, 16)),
        "last_week": (date(2024, 6, 3), date(2024, 6, 9)),
        "next_week": (date(2024, 6, 17), date(2024, 6, 23)),
        "this_month": (date(2024, 6, 1), date(2024, 6, 30)),
        "last_month": (date(2024, 5, 1), date(2024, 5, 31)),
        "next_month": (date(2024, 7, 1), date(2024, 7, 31)),
        "this_quarter": (date(2024, 4, 1), date(2024, 6, 30)),
        "this_year": (date(2024, 1, 1), date(2024, 12, 31)),
    }
    for name, (first, last) in periods.items():
        check(days, stored, "during", {"relative": name}, lambda value: value is not None and first <= value <= last)
        check(days, stored, "lt", {"relative": name}, lambda value: value is not None and value < first)
        check(days, stored, "lte", {"relative": name}, lambda value: value is not None and value <= last)
        check(days, stored, "gt", {"relative": name}, lambda value: value is not None and value > last)
        check(days, stored, "gte", {"relative": name}, lambda value: value is not None and value >= first)
    check(days, stored, "last_n_days", 7, lambda value: value is not None and date(2024, 6, 9) <= value <= today)
    check(days, stored, "next_n_days", 7, lambda value: value is not None and today <= value <= date(2024, 6, 22))
    check(days, stored, "older_than_n_days", 30, lambda value: value is not None and value < date(2024, 5, 16))


@pytest.mark.parametrize("moments", [field("datetime"), native("created_at")], ids=["custom", "column"])
def test_moments_compare_by_days_of_the_readers_zone(moments: Field) -> None:
    # Midnight in Shanghai is 16:00 UTC of the day before.
    values: list[Any] = [
        datetime(2024, 6, 14, 15, 59, 59, 999999, tzinfo=UTC),
        datetime(2024, 6, 14, 16, 0, tzinfo=UTC),
        NOW,
        datetime(2024, 6, 15, 15, 59, 59, 999999, tzinfo=UTC),
        datetime(2024, 6, 15, 16, 0, tzinfo=UTC),
    ]
    stored = store(moments, values)
    check(moments, stored, "during", "today", lambda value: values[1] <= value <= values[3])
    check(moments, stored, "eq", "2024-06-15", lambda value: values[1] <= value <= values[3])
    check(moments, stored, "lt", "2024-06-15", lambda value: value < values[1])
    check(moments, stored, "gt", "2024-06-15", lambda value: value > values[3])
    check(moments, stored, "gte", "2024-06-15 12:00", lambda value: value >= NOW)
    check(moments, stored, "between", ["2024-06-15", "2024-06-15"], lambda value: values[1] <= value <= values[3])
    check(moments, stored, "eq", "2024-06-15T04:00:00Z", lambda value: value == NOW)


def test_yes_and_no_and_not_known_are_three_things() -> None:
    claims = field("boolean")
    stored = store(claims, [None, True, False])
    check_emptiness(claims, stored)
    check(claims, stored, "eq", True, lambda value: value is True)
    check(claims, stored, "eq", "否", lambda value: value is False)
    check(claims, stored, "ne", True, lambda value: value is not True)


@pytest.mark.parametrize("states", [field("choice"), native("tier")], ids=["custom", "column"])
def test_choices_compare_by_key_or_label(states: Field) -> None:
    keys = [choice.key for choice in states.options["choices"]]
    stored = store(states, [None, *keys])
    label = str(states.options["choices"][0].label)
    check_emptiness(states, stored)
    check(states, stored, "eq", label, lambda value: value == keys[0])
    check(states, stored, "in", keys[:2], lambda value: value in keys[:2])
    check(states, stored, "not_in", keys[:2], lambda value: value not in keys[:2])


def test_several_choices_compare_as_sets() -> None:
    several = field("multi_choice")
    stored = store(several, [None, ["open"], ["won"], ["open", "won"], ["lost"]])
    check_emptiness(several, stored)
    check(several, stored, "in", ["open", "lost"], lambda value: bool({"open", "lost"} & set(value or ())))
    check(several, stored, "all", ["open", "won"], lambda value: {"open", "won"} <= set(value or ()))
    check(several, stored, "not_in", ["open"], lambda value: "open" not in (value or ()))
    check(several, stored, "eq", CHOICES[1].label, lambda value: "won" in (value or ()))


@pytest.mark.parametrize("phones", [field("phone"), native("phones")], ids=["custom", "column"])
def test_phones_are_found_by_any_part_as_people_write_it(phones: Field) -> None:
    values = [None, ["+8613800005566"], ["+861055667788", "+8613911112222"], ["+862155660000;ext=12"]]
    stored = store(phones, values)
    check_emptiness(phones, stored)
    check(phones, stored, "contains", "5566", lambda value: "5566" in str(value))
    check(phones, stored, "contains", "138 0000 5566", lambda value: value == values[1])
    check(phones, stored, "contains", "010-5566", lambda value: value == values[2])
    check(phones, stored, "eq", "010-55667788", lambda value: value == values[2])


@pytest.mark.parametrize("places", [field("address"), native("address")], ids=["custom", "column"])
def test_addresses_are_found_across_their_parts(places: Field) -> None:
    values = [None, {"province": "广东省", "city": "深圳市", "district": "南山区"}, {"street": "Wall Street 1_"}]
    stored = store(places, values)
    check_emptiness(places, stored)
    check(places, stored, "contains", "深圳市南山", lambda value: value == values[1])
    check(places, stored, "contains", "wall street", lambda value: value == values[2])
    check(places, stored, "not_contains", "深圳", lambda value: value != values[1])


@pytest.mark.parametrize("birthdays", [field("birthday"), native("birthday")], ids=["custom", "column"])
def test_birthdays_of_both_calendars_fall_into_the_next_days(birthdays: Field) -> None:
    # 15 June 2024 is the tenth day of the fifth lunar month.
    values = [None, "1985-06-15", "--06-20", "1990-06-14", "L1985-05-10", "L--05-12", "L1985-05-09", "1985-12-01"]
    stored = store(birthdays, values)
    check_emptiness(birthdays, stored)
    check(birthdays, stored, "during", "today", lambda value: value in {"1985-06-15", "L1985-05-10"})
    near = {"1985-06-15", "--06-20", "L1985-05-10", "L--05-12"}
    check(birthdays, stored, "next_n_days", 7, lambda value: value in near)
    check(birthdays, stored, "eq", "1985年6月15日", lambda value: value == "1985-06-15")


def test_links_take_ids_and_words_for_ones_own_records() -> None:
    customers = field("link", options={"target": "customer"})
    stored = store(customers, [None, 3, 5])
    check_emptiness(customers, stored)
    check(customers, stored, "eq", 3, lambda value: value == 3)
    check(customers, stored, "ne", "3", lambda value: value != 3)
    departments = field("link", key="x_department", options={"target": "department"})
    stored = store(departments, [None, 3, 5, 9]) | dict.fromkeys(stored)
    check(departments, stored, "eq", "my_department", lambda value: value == 3)
    check(departments, stored, "in", ["my_department_and_below"], lambda value: value in {3, 4, 5})
    people = field("user")
    stored = store(people, [None, 7, 8]) | dict.fromkeys(stored)
    check(people, stored, "eq", "me", lambda value: value == 7)
    check(people, stored, "ne", "me", lambda value: value != 7)


def test_links_to_many_compare_in_the_table_between_and_in_lists_alike() -> None:
    tags = [Tag.objects.create(name=f"标签{number}", created_at=NOW, updated_at=NOW) for number in range(3)]
    ids = [tag.pk for tag in tags]
    values: list[Any] = [None, [ids[0]], [ids[0], ids[1]], [ids[2]]]
    custom = field("links")
    stored = store(custom, values)
    for pk, value in stored.items():
        Customer.objects.get(pk=pk).tags.set(value or [])
    for links in (custom, native("tags")):
        check_emptiness(links, stored)
        check(links, stored, "in", ids[:2], lambda value: bool(set(ids[:2]) & set(value or ())))
        check(links, stored, "all", ids[:2], lambda value: set(ids[:2]) <= set(value or ()))
        check(links, stored, "not_in", [ids[0]], lambda value: ids[0] not in (value or ()))


def test_custom_values_of_another_kind_never_break_a_query() -> None:
    """A field whose kind was changed leaves values behind that are not lists."""
    several = field("multi_choice")
    customer = Customer.objects.create(name="甲", created_at=NOW, updated_at=NOW, custom={several.key: "open"})
    assert customer.pk not in found(several.type.condition("in", ["won"], several, context()))


@pytest.mark.parametrize(
    "kind", ["text", "integer", "decimal", "money", "date", "datetime", "choice", "boolean", "user"]
)
def test_sorting_by_a_custom_value_is_the_order_of_the_values(kind: str) -> None:
    any_field = field(kind)
    rng = Random(3)
    values = [field_type(kind).sample(any_field, rng) for _ in range(20)]
    stored = store(any_field, values)
    order = Customer.objects.order_by(any_field.type.expression(any_field)).values_list("pk", flat=True)
    ordered = [stored[pk] for pk in order]
    assert ordered == sorted(ordered)
