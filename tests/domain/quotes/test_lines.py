"""Lines written with their parent: filled in from products, summed, ordered, guarded by the parent's version."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, strategies as st

from tests.api.caller import caller, told
from tests.cast import Cast, actor
from tests.domain.quotes.offers import customer, product, quote
from zhike.domain.quotes.models import Quote, QuoteLine
from zhike.domain.quotes.sums import quote_sums
from zhike.metadata import registry
from zhike.metadata.errors import Invalid, Stale
from zhike.metadata.models import Change
from zhike.metadata.records import delete, record_save, restore

pytestmark = [pytest.mark.django_db, pytest.mark.write]


def lines_of(pk: int) -> list[QuoteLine]:
    return list(QuoteLine.objects.filter(quote=pk, deletion=None).order_by("position", "pk"))


def test_a_product_brings_its_name_unit_tax_and_price(cast: Cast) -> None:
    printer = product("P-1", "激光打印机", list_price="3280.5", unit="台")

    pk = quote(cast.bob, {"product": printer, "quantity": 3, "discount_percent": 10})

    [line] = lines_of(pk)
    assert (line.name, line.unit, line.unit_price, line.tax_rate) == ("激光打印机", "台", Decimal("3280.5"), 13)
    assert line.amount == 885735
    assert Quote.objects.get(pk=pk).below_list == 10


def test_what_is_typed_goes_before_what_follows_from_the_product(cast: Cast) -> None:
    printer = product("P-1", "激光打印机", list_price="3280.5")

    pk = quote(cast.bob, {"product": printer, "name": "打印机（展机）", "unit_price": "3000", "quantity": 1})

    [line] = lines_of(pk)
    assert (line.name, line.unit_price, line.list_price) == ("打印机（展机）", 3000, Decimal("3280.5"))


def test_sums_follow_from_the_lines_to_the_cent(cast: Cast) -> None:
    pk = quote(
        cast.bob,
        {"name": "A", "quantity": 3, "unit_price": "0.335", "tax_rate": 13},
        {"name": "B", "quantity": "1.5", "unit_price": "99.99", "tax_rate": 6},
        discount_percent="3.5",
    )

    found, lines = Quote.objects.get(pk=pk), lines_of(pk)
    assert [line.amount for line in lines] == [101, 14999]
    assert found.subtotal == 15100
    assert found.discount_amount == 529
    assert found.total == found.subtotal - found.discount_amount == sum(line.gross for line in lines)
    assert found.net + found.tax == found.total
    record_save(registry.get("quote"), {"tax_included": False}, id=pk, actor=actor(cast.bob))
    found.refresh_from_db()
    assert found.net == 14571
    assert found.total == found.net + found.tax > found.net


def decimals(most: int, places: int, least: int = 0) -> st.SearchStrategy[Decimal]:
    """Exact decimals from whole numbers, many times faster than Hypothesis' own."""
    return st.integers(least, most * 10**places).map(lambda number: Decimal(number).scaleb(-places))


numbers = st.fixed_dictionaries(
    {
        "quantity": decimals(9999, 4, least=1),
        "unit_price": decimals(99999, 6),
        "discount_percent": st.none() | decimals(100, 4),
        "tax_rate": st.sampled_from([None, Decimal(6), Decimal(13)]),
    }
)


@given(st.lists(numbers, max_size=6), decimals(100, 4), st.booleans())
def test_every_sum_is_the_sum_of_its_parts(lines: list[dict[str, Any]], off: Decimal, included: bool) -> None:
    sums = quote_sums({"discount_percent": off, "tax_included": included}, lines)

    assert sums["subtotal"] == sum(line["amount"] for line in lines)
    assert sums["net"] + sums["tax"] == sums["total"] == sum(line["gross"] for line in lines)
    assert (sums["total"] if included else sums["net"]) == sums["subtotal"] - sums["discount_amount"]
    assert all(line["net"] + line["tax"] == line["gross"] for line in lines)
    assert 0 <= sums["below_list"] <= 100


def test_lines_are_changed_reordered_added_and_taken_away_in_one_save(cast: Cast) -> None:
    pk = quote(cast.bob, *({"name": name, "unit_price": 1, "quantity": 1} for name in "ABC"))
    first, second, third = lines_of(pk)
    version = Quote.objects.get(pk=pk).version

    wanted = [{"id": third.pk}, {"name": "D", "unit_price": 5}, {"id": first.pk, "quantity": 4}]
    record_save(registry.get("quote"), {"lines": wanted}, id=pk, version=version, actor=actor(cast.bob))

    assert [(line.name, line.quantity) for line in lines_of(pk)] == [("C", 1), ("D", 1), ("A", 4)]
    assert QuoteLine.objects.get(pk=second.pk).deletion_id is not None
    found = Quote.objects.get(pk=pk)
    assert (found.total, found.version) == (1000, version + 1)
    assert Change.objects.filter(object_key="quote_line", record_id=first.pk, action="update").exists()


def test_only_the_order_makes_a_new_version_too(cast: Cast) -> None:
    pk = quote(cast.bob, *({"name": name, "unit_price": 1} for name in "AB"))
    first, second = lines_of(pk)
    save = registry.get("quote")

    record_save(save, {"lines": [{"id": second.pk}, {"id": first.pk}]}, id=pk, version=1, actor=actor(cast.bob))

    assert [line.name for line in lines_of(pk)] == ["B", "A"]
    with pytest.raises(Stale):
        record_save(save, {"lines": []}, id=pk, version=1, actor=actor(cast.bob))
    record_save(save, {"lines": [{"id": second.pk}, {"id": first.pk}]}, id=pk, version=2, actor=actor(cast.bob))
    assert Quote.objects.get(pk=pk).version == 2


def test_a_bad_line_is_named_and_nothing_is_written(cast: Cast) -> None:
    firm = customer(cast.bob)

    with pytest.raises(Invalid) as refusal:
        quote(
            cast.bob,
            {"name": "A", "unit_price": 1},
            {"name": "B", "unit_price": 1, "quantity": 0},
            customer=firm,
        )

    [(key, [problem])] = refusal.value.problems.items()
    assert (key, problem.code, problem.details["line"]) == ("lines.1.quantity", "out_of_range", 2)
    assert not Quote.objects.exists()
    assert not QuoteLine.objects.exists()


@pytest.mark.parametrize(
    ("lines", "key", "code"),
    [
        ("all", "lines", "not_a_list"),
        ([1], "lines", "not_a_list"),
        ([{"name": "A"}] * 501, "lines", "too_many_lines"),
        ([{"name": "A"}], "lines.0.unit_price", "required"),
        ([{"name": "A", "unit_price": "x"}], "lines.0.unit_price", "not_a_number"),
        ([{"name": "A", "unit_price": 1, "amount": 5}], "lines.0.amount", "read_only"),
        ([{"name": "A", "unit_price": 1, "quote": 5}], "lines.0.quote", "read_only"),
        ([{"name": "A", "unit_price": 1, "nonsense": 5}], "lines.0.nonsense", "unknown_field"),
        ([{"id": 99, "name": "A", "unit_price": 1}], "lines.0.id", "no_such_record"),
        ([{"name": "A", "unit_price": 1, "tax_rate": -100}], "lines.0.tax_rate", "out_of_range"),
        ([{"name": "A", "unit_price": 999999999, "quantity": 99999999999}], "lines", "too_large"),
        ([{"product": 99, "name": "A", "unit_price": 1}], "lines.0.product", "no_such_record"),
    ],
)
def test_nonsense_in_lines_is_told_by_row_and_field(cast: Cast, lines: Any, key: str, code: str) -> None:
    answer = caller(cast.bob).post("/quotes", {"customer": customer(cast.bob), "title": "A", "lines": lines})

    assert answer.status_code == 422
    assert [(error["field"], error["code"]) for error in told(answer)["errors"]] == [(key, code)]


def test_a_program_writes_lines_and_reads_them_back(cast: Cast) -> None:
    program = caller(cast.bob)
    body = {"customer": customer(cast.bob), "title": "A", "lines": [{"name": "纸", "unit_price": 12.5, "quantity": 4}]}

    made = told(program.post("/quotes", body))

    assert [(line["name"], line["amount"]) for line in made["lines"]] == [("纸", 5000)]
    changed = [{"id": made["lines"][0]["id"], "quantity": 8}, {"name": "笔", "unit_price": 2}]
    path = f"/quotes/{made['id']}"
    answer = program.patch(path, {"lines": changed}, **{"If-Match": str(made["version"])})
    assert told(answer)["total"] == 10200
    assert program.patch(path, {"lines": []}, **{"If-Match": str(made["version"])}).status_code == 412
    assert (
        program.patch(f"/quote_lines/{made['lines'][0]['id']}", {"quantity": 1}, **{"If-Match": "*"}).status_code == 403
    )
    assert caller(cast.charlie).get(path).status_code == 404


def test_lines_die_and_return_with_their_quote_and_only_those(cast: Cast) -> None:
    pk = quote(cast.bob, *({"name": name, "unit_price": 1} for name in "AB"))
    first, second = lines_of(pk)
    save, bob = registry.get("quote"), actor(cast.bob)
    record_save(save, {"lines": [{"id": second.pk}]}, id=pk, actor=bob)

    delete(save, [pk], actor=bob)
    assert lines_of(pk) == []
    restore(save, [pk], actor=bob)

    assert [line.name for line in lines_of(pk)] == ["B"]
    assert first.name == "A"


def test_many_lines_cost_as_many_queries_as_few(cast: Cast) -> None:
    goods = [product(f"P-{number}", list_price=number + 1) for number in range(30)]
    firm = customer(cast.bob)
    counts = []
    for size in (2, 30):
        with CaptureQueriesContext(connection) as queries:
            quote(cast.bob, *({"product": pk, "quantity": 2} for pk in goods[:size]), customer=firm)
        counts.append(len(queries))

    assert counts[0] == counts[1]
