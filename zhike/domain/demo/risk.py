"""Evidence of risk in the demo: what stands behind the levels that customers of the demo have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from zhike.domain.demo.stories import numbers

Row = dict[str, Any]

#: What is seen of generated customers: (indicator, what was seen, known from, reliability).
HIGH = (
    ("arrears", "货款超期未付，多次催收仍未到账", "finance", "confirmed"),
    ("litigation", "被列为被执行人", "register", "confirmed"),
)
WATCH = (
    ("arrears", "本月货款晚付两周以上", "finance", "confirmed"),
    ("poor_operations", "车间减班，开工率明显下降", "staff", "confirmed"),
    ("falling_credit", "同行反映付款变慢", "trade", "confirmed"),
)
MOST_DAYS = 25
#: The evidence of stories: days ago, indicator, what was seen, known from, reliability, details.
STORIES: Mapping[str, tuple[tuple[int, str, str, str, str, str], ...]] = {
    "risky": (
        (
            38,
            "arrears",
            "欠款 186,400 元，超账期 97 天",
            "finance",
            "confirmed",
            "上门催款，毛总称下游拖欠，愿分三期付清，未签书面承诺。",
        ),
        (33, "litigation", "上月被列为被执行人，标的 62 万元", "register", "confirmed", "执行信息公开网查得，案由为买卖合同纠纷。"),
        (30, "key_person_left", "法定代表人变更为毛成林，原厂长离职", "trade", "likely", "同园区供应商说原厂长带走了两个销售。"),
    ),
}  # fmt: skip


def signals(customers: Iterable[Mapping[str, Any]], today: date) -> list[Row]:
    """Rows of evidence for customers with a level, by their local numbers."""
    told = {numbers()[key]: rows for key, rows in STORIES.items()}
    found = []
    for customer in customers:
        number, level = customer["number"], customer.get("risk")
        if level not in {"high", "watch"}:
            continue
        rng = Random(f"risk {number}")
        rows = told.get(number) or [
            (rng.randrange(1, MOST_DAYS), *seen, None) for seen in (HIGH if level == "high" else [rng.choice(WATCH)])
        ]
        found += [_row(customer, row, today) for row in rows]
    return found


def _row(customer: Mapping[str, Any], row: tuple[Any, ...], today: date) -> Row:
    days, indicator, seen, source, reliability, detail = row
    return {
        "customer": customer["number"],
        "owner": customer["owner"],
        "indicator": indicator,
        "seen": seen,
        "seen_on": (today - timedelta(days=days)).isoformat(),
        "source": source,
        "reliability": reliability,
        "detail": detail,
    }
