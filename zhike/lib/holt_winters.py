"""A program of its own: series of months in, what they may bring out, by Holt-Winters against seasonal naive.

``python -m zhike.lib.holt_winters`` reads {key: [numbers]} as JSON and writes {key: outlook}. Nothing else imports this module:
statsmodels with what it needs takes seconds to load and 150 MB, which end with the process.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Sequence
from dataclasses import asdict

from statsmodels.tsa.holtwinters import ExponentialSmoothing

from zhike.lib.outlook import SEASON, outlook


def holt_winters(known: Sequence[float], count: int) -> list[float]:
    """Level, damped trend and additive season, fitted to what is known."""
    with warnings.catch_warnings():
        # Of a fit that did not settle the backtest tells all that matters.
        warnings.simplefilter("ignore")
        fitted = ExponentialSmoothing(
            list(known),
            trend="add",
            damped_trend=True,
            seasonal="add",
            seasonal_periods=SEASON,
            initialization_method="heuristic",
        ).fit()
    return [float(value) for value in fitted.forecast(count)]


if __name__ == "__main__":
    given = json.load(sys.stdin)
    json.dump({key: asdict(outlook(series, holt_winters)) for key, series in given.items()}, sys.stdout)
