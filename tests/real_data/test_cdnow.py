"""CDNOW: 69,659 purchases of 23,570 customers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.real_data import reading, steps
from zhike.domain.customers.models import Customer

pytestmark = [pytest.mark.django_db, pytest.mark.real_input, pytest.mark.slow]

COLUMNS = {"客户编号": "code", "客户名称": "name", "合作起始": "cooperation_since"}


def test_every_buyer_is_imported_found_filtered_and_exported(cast: Cast, cdnow_path: Path) -> None:
    buyers = reading.cdnow(cdnow_path)
    data = reading.cdnow_table(cdnow_path)
    counts = steps.take_in(data, "cdnow.csv", by=cast.clara, into="customer", columns=COLUMNS, key="code")
    assert (counts["rows"], counts["rejected"]) == (69_659, 0)
    assert len(buyers) == 23_570 == Customer.objects.count()

    assert steps.hits(cast.eve, "CDNOW 12345") == ["CDNOW 12345"]
    assert steps.hits(cast.bob, "CDNOW 12345") == []

    in_march = {"field": "cooperation_since", "op": "between", "value": ["1997-03-01", "1997-03-31"]}
    expected = {code for code, buyer in buyers.items() if date(1997, 3, 1) <= min(buyer.days) <= date(1997, 3, 31)}
    assert steps.query(cast.eve, filter=in_march).count(cap=100_000, budget=10).value == len(expected)
    assert steps.codes(cast.eve, in_march) == expected

    rows = steps.exported(cast.clara, ("code", "name", "cooperation_since"))
    assert rows == [[code, buyer.name, min(buyer.days).isoformat()] for code, buyer in sorted(buyers.items())]
