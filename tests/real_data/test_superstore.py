"""Superstore: 9,994 order lines of 793 customers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.real_data import reading, steps
from zhike.domain.activities.models import Interaction
from zhike.domain.customers.models import Customer, Tag

pytestmark = [pytest.mark.django_db, pytest.mark.real_input, pytest.mark.slow]

CUSTOMERS = {"Customer ID": "code", "Customer Name": "name", "Segment": "tags"}
ORDERS = {"Customer ID": "customer", "Order Date": "happened_at", "Product Name": "content"}


@pytest.fixture
def imported(cast: Cast, superstore_path: Path) -> dict[str, reading.Buyer]:
    """The file imported by the archive custodian, and what an independent reading finds in it."""
    data = superstore_path.read_bytes()
    counts = steps.take_in(data, "superstore.csv", by=cast.clara, into="customer", columns=CUSTOMERS, key="code")
    assert (counts["rows"], counts["created"], counts["rejected"]) == (9_994, 793, 0)
    return reading.superstore(superstore_path)


def test_every_customer_is_there_once_with_name_and_segment(cast: Cast, imported: dict[str, reading.Buyer]) -> None:
    assert len(imported) == 793 == Customer.objects.count()
    rows = steps.exported(cast.clara, ("code", "name", "tags"))
    assert rows == [[code, buyer.name, buyer.segment] for code, buyer in sorted(imported.items())]
    assert set(Tag.objects.values_list("name", flat=True)) == {buyer.segment for buyer in imported.values()}


def test_search_and_filter_find_what_the_file_says(cast: Cast, imported: dict[str, reading.Buyer]) -> None:
    assert "Claire Gute" in steps.hits(cast.eve, "claire gute")
    assert "Darrin Van Huff" in steps.hits(cast.eve, "van huff")
    assert "Claire Gute" in steps.hits(cast.eve, "CG-12520")
    assert steps.hits(cast.bob, "claire gute") == []
    for segment, count in Counter(buyer.segment for buyer in imported.values()).items():
        tag = Tag.objects.get(name=segment)
        chosen = {"field": "tags", "op": "in", "value": [tag.pk]}
        assert steps.query(cast.eve, filter=chosen).count().value == count
        assert steps.codes(cast.eve, chosen) == {code for code, buyer in imported.items() if buyer.segment == segment}


def test_order_lines_become_their_customers_history(
    cast: Cast, superstore_path: Path, imported: dict[str, reading.Buyer]
) -> None:
    data = superstore_path.read_bytes()
    counts = steps.take_in(data, "superstore.csv", by=cast.clara, into="interaction", columns=ORDERS, key="")
    assert (counts["created"], counts["rejected"]) == (9_994, 0)
    assert Interaction.objects.filter(customer__code="CG-12520").count() == len(imported["CG-12520"].days)
    in_2017 = {"field": "interactions.happened_at", "op": "between", "value": ["2017-01-01", "2017-12-31"]}
    assert steps.codes(cast.eve, in_2017) == {
        code for code, buyer in imported.items() if any(day.year == 2017 for day in buyer.days)
    }
