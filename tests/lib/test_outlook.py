"""Forecasts from history: judged by rolling origin against seasonal naive, with an interval, and none where little is known."""

from __future__ import annotations

import json
import math
import os
import random
import subprocess
import sys

import pytest

from zhike.lib.outlook import HORIZON, LEAST, ORIGINS, SEASON, Miss, misses, outlook, scaled_error, seasonal_naive


def wave(months: int, slope: float = 0.0, noise: float = 0.0) -> list[float]:
    rng = random.Random(7)
    return [
        1000 + slope * place + 300 * math.sin(place * math.pi / 6) + rng.uniform(-noise, noise)
        for place in range(months)
    ]


def drifting(known: list[float], count: int) -> list[float]:
    """The year before plus a year's growth: right where growth is steady."""
    growth = known[-1] - known[-1 - SEASON]
    return [value + growth for value in seasonal_naive(known, count)]


def test_too_short_a_history_says_nothing() -> None:
    assert outlook(wave(LEAST - 1), drifting).method == "none"
    assert outlook(wave(LEAST - 1), drifting).expected == ()
    assert outlook(wave(LEAST, slope=5), drifting).method == "model"


def test_the_naive_method_says_the_month_of_the_year_before() -> None:
    assert seasonal_naive(list(range(30)), 14) == [*range(18, 30), 18, 19]


def test_each_origin_knows_only_what_lies_before_it() -> None:
    seen: list[int] = []

    def spying(known: list[float], count: int) -> list[float]:
        seen.append(len(known))
        return [0.0] * count

    found = misses(wave(40), spying)

    assert seen == list(range(40 - ORIGINS, 40))
    assert max(miss.ahead for miss in found) == HORIZON
    assert all(miss.came == wave(40)[miss.place] for miss in found)
    assert len(found) == sum(min(HORIZON, left) for left in range(1, ORIGINS + 1))


def test_a_method_is_shown_only_if_it_beats_the_year_before() -> None:
    better = outlook(wave(60, slope=10), drifting)
    assert better.method == "model"
    assert better.scaled_error == pytest.approx(0, abs=1e-9)

    worse = outlook(wave(60), lambda _known, count: [0.0] * count)
    assert worse.method == "naive"

    beaten = outlook(wave(60, noise=50), lambda _known, count: [0.0] * count)
    assert (beaten.method, beaten.scaled_error is not None and beaten.scaled_error > 1) == ("naive", True)
    assert [row.value for row in beaten.expected] == wave(60, noise=50)[-SEASON : HORIZON - SEASON]


def test_the_scaled_error_is_that_of_the_method_over_that_of_the_naive_one() -> None:
    mine, naive = [Miss(0, 1, 8, 10), Miss(1, 1, 11, 10)], [Miss(0, 1, 6, 10), Miss(1, 1, 12, 10)]
    assert scaled_error(mine, naive) == pytest.approx(1.5 / 3)
    assert scaled_error(mine, [Miss(0, 1, 10, 10)]) is None


def test_intervals_widen_with_the_months_and_do_not_go_below_nothing() -> None:
    found = outlook(wave(60, noise=200), seasonal_naive)
    widths = [row.high - row.value for row in found.expected]
    assert widths == sorted(widths)
    assert widths[0] > 0
    assert all(row.low >= 0 for row in outlook([float(place % 3) for place in range(60)], seasonal_naive).expected)


def test_the_program_forecasts_by_holt_winters_and_leaves_with_its_memory() -> None:
    given = {"steady": wave(60, slope=10, noise=20), "short": wave(20)}
    done = subprocess.run(
        [sys.executable, "-m", "zhike.lib.holt_winters"],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)

    assert told["short"]["method"] == "none"
    assert told["steady"]["method"] == "model"
    assert told["steady"]["scaled_error"] < 0.6
    came = wave(66, slope=10)[60:]
    assert all(abs(row["value"] - real) < 120 for row, real in zip(told["steady"]["expected"], came, strict=True))


def test_nothing_that_the_server_loads_brings_statistics_along() -> None:
    code = (
        "import django, sys; django.setup();"
        "import zhike.config.urls, zhike.domain.targets.outlook;"
        "sys.exit(any(name in sys.modules for name in ('numpy', 'pandas', 'scipy', 'statsmodels')))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), check=False)  # noqa: S603
    assert done.returncode == 0


def environment() -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
