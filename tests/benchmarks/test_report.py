"""The report says what was measured and judges it by the limits."""

from __future__ import annotations

from typing import Any

from benchmarks.report import judged, page


def times(median: float, p95: float) -> dict[str, Any]:
    return {"count": 20, "median": median, "p95": p95, "worst": p95, "size": 9_000, "failures": 0}


def result(scale: float) -> dict[str, Any]:
    both = {"1": times(5 * scale, 9), "8": times(20, 40)}
    tasks = {"list": both, "list page 10,000": both}
    return {
        "size": 2**30,
        "floor": {"1": times(2, 3), "8": times(8, 9)},
        "tasks": {"department": tasks, "all": tasks},
        "people": {"list": times(20, 90), "save": times(30, 120)},
        "cold start": 3.2,
        "memory at rest": 180.0,
        "memory under load": 210.0,
        "inside": {"statements": {"list": 9}, "cursor calls": {"create 100": 12, "create 1,000": 12}},
    }


def test_limits_are_held_or_missed_by_their_figures() -> None:
    found = {("L", "postgresql"): result(1), ("XL", "postgresql"): result(1.5)}
    verdicts = {text: value <= bound for text, value, bound in judged(found)}
    assert verdicts["XL, PostgreSQL, 200 people: list, p95 < 100 ms"]
    assert not verdicts["XL, PostgreSQL, 200 people: save, p95 < 100 ms"]
    assert not verdicts["PostgreSQL, all: list, L → XL ≤ 1.3"]
    assert verdicts["XL, PostgreSQL: statements a page ≤ 12"]


def test_the_page_has_every_base_and_task() -> None:
    text = "\n".join(page({("XL", "postgresql"): result(1)}))
    assert "## XL on PostgreSQL (1.0 GiB)" in text
    assert "## Explanations" in text
    assert "| list page 10,000 | 5.0 / 9.0 | 2.5 | 20.0 / 40.0 | 9 |  |" in text
    assert "create 100: 12, create 1,000: 12" in text
