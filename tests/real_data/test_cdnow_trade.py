"""CDNOW's 1/10 sample as transactions: figures, Pareto and key accounts against an independent reading.

Numbers to compare with: DOMAINS.md 3 (2,357 customers, 244,091.94, top 20 % = 472 bring 67.5 %, 777 bring 80 %, Gini 0.631).
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from tests.cast import Cast, actor
from tests.real_data import reading, steps
from zhike.domain.trade.concentration import concentration, count_for_share, ranked, top_count, top_sum
from zhike.domain.trade.models import PurchaseFigures

pytestmark = [pytest.mark.django_db, pytest.mark.real_input, pytest.mark.slow]

CUSTOMERS = {"客户编号": "code", "客户名称": "name"}
LINES = {"客户编号": "customer", "日期": "day", "数量": "quantity", "金额": "amount"}


@pytest.fixture
def purchases(cast: Cast, cdnow_sample_path: Path) -> list[reading.Purchase]:
    """The sample imported by the archive custodian, and an independent reading of it."""
    lines = reading.cdnow_sample(cdnow_sample_path)
    people, trade = reading.cdnow_sample_tables(lines)
    counts = steps.take_in(people, "people.csv", by=cast.clara, into="customer", columns=CUSTOMERS, key="code")
    assert (counts["created"], counts["rejected"]) == (2_357, 0)
    counts = steps.take_in(trade, "trade.csv", by=cast.clara, into="transaction", columns=LINES, key="")
    assert (counts["created"], counts["rejected"]) == (len(lines), 0)
    return lines


def test_figures_pareto_and_key_accounts_equal_an_independent_computation(
    cast: Cast, purchases: list[reading.Purchase]
) -> None:
    days: dict[str, set[object]] = defaultdict(set)
    cents: dict[str, int] = defaultdict(int)
    for line in purchases:
        days[line.customer].add(line.day)
        cents[line.customer] += line.cents
    stored = PurchaseFigures.objects.values_list("customer__code", "purchase_days", "net_amount", "last_purchase_on")
    assert {row[0]: row[1:] for row in stored} == {
        code: (len(found), cents[code], max(found))
        for code, found in days.items()  # type: ignore[type-var]
    }

    rows = ranked(actor(cast.eve))
    found = concentration(rows)
    assert (found.population, found.total) == (2_357, 24_409_194)
    amounts = sorted(cents.values(), reverse=True)
    assert top_count(found.population, 20) == 472
    assert top_sum(rows, 472) == sum(amounts[:472])
    assert round(100 * top_sum(rows, 472) / found.total, 1) == 67.5
    assert count_for_share(rows, found.total, 80) == 777
    assert round(found.gini, 3) == 0.631

    # Key accounts by a bound of one's own: a filter over figures, as anybody would set it.
    large = {
        "all": [
            {"field": "net_amount", "op": "gte", "value": 100_000},
            {"field": "purchase_days", "op": "gte", "value": 10},
        ]
    }
    assert steps.codes(cast.eve, large) == {
        code for code, sum_ in cents.items() if sum_ >= 100_000 and len(days[code]) >= 10
    }  # fmt: skip
    assert ranked(actor(cast.bob)).count() == 0, "another department's customers are no part of one's own curve"
