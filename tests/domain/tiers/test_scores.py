"""Scores: R's rfm as the golden numbers, ties that stay together, whole numbers at the bounds."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.domain.tiers.base import customer, figures, grade, grades, scheme
from zhike.domain.customers.models import Customer
from zhike.domain.tiers.definition import read
from zhike.domain.tiers.following import cuts_of
from zhike.domain.tiers.models import TierGrade
from zhike.domain.tiers.words import reason
from zhike.domain.trade.models import PurchaseFigures
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import Row, save

pytestmark = pytest.mark.django_db

DATA = Path(__file__).with_name("data") / "rfm_customers.csv"


def definition(*criteria: dict[str, Any], high: int = 80, middle: int = 50) -> dict[str, Any]:
    return {
        "by": "score",
        "criteria": list(criteria),
        "grades": [
            {"key": "high", "label": "高", "label_en": "High", "least": high},
            {"key": "middle", "label": "中", "label_en": "Middle", "least": middle},
            {"key": "low", "label": "低", "label_en": "Low"},
        ],
    }


RFM = (
    {"field": "purchase_recency_days", "weight": 1, "less_is_better": True},
    {"field": "purchase_days", "weight": 1},
    {"field": "net_amount", "weight": 1},
)


def crowd(**columns: list[int | None]) -> list[int]:
    """Customers with these figures, one a place in the lists."""
    size = len(next(iter(columns.values())))
    made = save(registry.get("customer"), [Row({"name": f"客户{number}"}) for number in range(size)], actor=SYSTEM)
    ids = [row.id or 0 for row in made.rows]
    PurchaseFigures.objects.bulk_create(
        PurchaseFigures(pk=pk, computed_at=timezone.now(), **{key: values[place] for key, values in columns.items()})
        for place, pk in enumerate(ids)
    )
    return ids


def points(pk: int) -> list[int]:
    found: list[int] = TierGrade.objects.get(customer_id=pk).detail["points"]
    return found


def test_rfm_equals_the_r_package() -> None:
    """DOMAINS 3: 995 customers; R 115/181/297.4/482, F 4/5/6/8, M 255.8/382/506.4/666; Abbey O'Reilly 205 d/6/472 → 343.

    Days and orders are whole, so that 297.4 is reached by 298; money is in minor units.
    """
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    assert len(rows) == 995
    ids = crowd(
        purchase_recency_days=[int(row["recency_days"]) for row in rows],
        purchase_days=[int(row["orders"]) for row in rows],
        net_amount=[int(row["revenue"]) * 100 for row in rows],
    )
    version = scheme(definition(*RFM))
    assert cuts_of(version) == [[115, 181, 298, 482], [4, 5, 6, 8], [25580, 38200, 50640, 66600]]
    grade(version)
    abbey = ids[next(place for place, row in enumerate(rows) if row["name"])]
    assert points(abbey) == [3, 4, 3]
    # Whatever the naive NTILE does, equal frequencies have equal points.
    by_frequency: dict[str, set[int]] = {}
    for pk, row in zip(ids, rows, strict=True):
        by_frequency.setdefault(row["orders"], set()).add(points(pk)[1])
    assert all(len(found) == 1 for found in by_frequency.values())


def test_quantiles_that_fall_together_neither_fail_nor_part_equals() -> None:
    """Trap (DOMAINS 3): half of CDNOW bought once, its cuts are 1/1/2/4, where qcut fails."""
    ids = crowd(purchase_days=[1, 1, 1, 1, 1, 2, 2, 3, 4, 9])
    version = scheme(definition({"field": "purchase_days", "weight": 1}))
    assert cuts_of(version) == [[2, 2, 3, 5]]
    grade(version)
    assert [points(pk)[0] for pk in ids] == [1, 1, 1, 1, 1, 3, 3, 4, 4, 5]


def test_a_score_at_the_bound_reaches_the_grade() -> None:
    """Trap (DOMAINS 7): 4/5 as a float lands below 0.8; sums stay in whole numbers, whatever the scales."""
    ids = crowd(purchase_days=[4, 3], net_amount=[100, 100])
    fifths = {"field": "purchase_days", "weight": 3, "cuts": [1, 2, 3, 4, 5]}
    version = scheme(
        definition({**fifths, "cuts": [1, 2, 3, 4]}, {"field": "net_amount", "weight": 7, "cuts": [50, 200]})
    )
    grade(version)
    first = TierGrade.objects.get(customer_id=ids[0])
    assert (points(ids[0]), first.score, first.grade) == ([5, 2], 76, "middle")
    exactly = scheme(
        definition({"field": "purchase_days", "weight": 1, "cuts": [1, 2, 3, 5]}), key="exact", writes_tier=False
    )
    grade(exactly)
    assert {row.grade for row in TierGrade.objects.filter(scheme=exactly.scheme)} == {"high"}, "4 of 5 points are 80"


def test_whoever_has_no_numbers_is_not_graded() -> None:
    bought, never = figures(customer("甲"), net_amount=100), customer("乙")
    version = scheme(definition({"field": "net_amount", "weight": 1, "cuts": [50]}))
    grade(version)
    assert grades(version.scheme) == {bought: "high"}
    assert Customer.objects.get(pk=never).tier is None


def test_the_reason_names_values_points_and_weights() -> None:
    pk = figures(customer("甲"), net_amount=123_456, purchase_days=3)
    version = scheme(
        definition(
            {"field": "net_amount", "weight": 2, "cuts": [100_000]},
            {"field": "purchase_recency_days", "weight": 1, "less_is_better": True, "cuts": [30, 90]},
        )
    )
    grade(version)
    found = TierGrade.objects.get(customer_id=pk)
    said = reason(read(version.definition), found.detail, found.grade, "zh-hans")
    assert said == "得分 66（满分 100）。净交易额 ¥1,234.56：2/2 分，权重 2；距上次购买天数 无数据：0/3 分，权重 1"
    assert "Score 66 of 100." in reason(read(version.definition), found.detail, found.grade, "en")
