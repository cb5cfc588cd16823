"""Superstore by month: Holt-Winters is shown for the whole, whose backtest it wins, and not for what it loses."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

pytestmark = [pytest.mark.real_input, pytest.mark.slow]

MONTHS = [(year, month) for year in range(2014, 2018) for month in range(1, 13)]


def test_the_backtest_decides_which_series_get_the_model(superstore_path: Path) -> None:
    sums: dict[str, dict[tuple[int, int], float]] = defaultdict(lambda: defaultdict(float))
    with superstore_path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["Order Date"])
            for key in ("all", row["Category"]):
                sums[key][day.year, day.month] += float(row["Sales"])
    series = {key: [by_month[month] for month in MONTHS] for key, by_month in sums.items()}

    program = [sys.executable, "-m", "zhike.lib.holt_winters"]
    done = subprocess.run(program, input=json.dumps(series), capture_output=True, text=True, check=True)  # noqa: S603
    told = json.loads(done.stdout)

    assert told["all"]["method"] == "model"
    assert told["all"]["scaled_error"] == pytest.approx(0.79, abs=0.05)
    assert {key: row["method"] for key, row in told.items() if key != "all"} == {
        "Furniture": "naive",
        "Technology": "naive",
        "Office Supplies": "model",
    }
    assert told["Technology"]["scaled_error"] > 1
    assert [row["value"] for row in told["Technology"]["expected"]] == series["Technology"][36:42]
