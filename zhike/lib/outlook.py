"""What months to come may bring, judged by how a method would have done before: seasonal naive, and another that must beat it.

Rolling origin: of the last ``ORIGINS`` months each is made the end of what is known, and up to ``HORIZON`` months behind it are
forecast and compared with what came. The scaled error (MASE) is the method's mean absolute error over that of the seasonal
naive method, the same month a year before, at the same origins and horizons; below 1 the method is better. Rob Hyndman's
definition scales by the naive errors within the sample; held against the same months, both meet the same surprises.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

SEASON = 12
HORIZON = 6
ORIGINS = 12
#: A method needs two whole years behind the first origin.
LEAST = 2 * SEASON + ORIGINS
#: Of 100 months to come, about 80 lie within the interval, if errors are spread as they were.
COVERAGE, DEVIATIONS = 80, 1.2816

#: The months known, and how many are asked for → these.
Method = Callable[[Sequence[float], int], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Miss:
    """A month of the backtest: its place in the series, how far ahead it was forecast, what was said and what came."""

    place: int
    ahead: int
    said: float
    came: float


@dataclass(frozen=True, slots=True)
class Expected:
    """A month to come with the interval in which it should lie."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """``method`` is "model", "naive", or "none" where the history is too short; ``scaled_error`` that of the model."""

    method: str
    expected: tuple[Expected, ...] = ()
    scaled_error: float | None = None
    #: Backtest of what is shown, one month ahead.
    backtest: tuple[Miss, ...] = ()


def seasonal_naive(known: Sequence[float], count: int) -> list[float]:
    """The same month of the year before."""
    return [known[len(known) - SEASON + place % SEASON] for place in range(count)]


def misses(series: Sequence[float], method: Method) -> list[Miss]:
    """The backtest of a method over a series."""
    found = []
    for origin in range(len(series) - ORIGINS, len(series)):
        said = method(series[:origin], min(HORIZON, len(series) - origin))
        found += [Miss(origin + place, place + 1, value, series[origin + place]) for place, value in enumerate(said)]
    return found


def mean_error(found: Sequence[Miss]) -> float:
    """Mean absolute error."""
    return sum(abs(miss.said - miss.came) for miss in found) / len(found)


def scaled_error(found: Sequence[Miss], naive: Sequence[Miss]) -> float | None:
    """The error of a method by that of the naive one; None where the naive one never errs."""
    scale = mean_error(naive)
    return mean_error(found) / scale if scale > 0 else None


def outlook(series: Sequence[float], model: Method) -> Outlook:
    """The months behind a series of whole months, by the model if it has beaten the naive method and else by that."""
    if len(series) < LEAST:
        return Outlook("none")
    naive = misses(series, seasonal_naive)
    tried = misses(series, model)
    error = scaled_error(tried, naive)
    if error is not None and error < 1:
        return _told("model", series, model, tried, error)
    return _told("naive", series, seasonal_naive, naive, error)


def _told(name: str, series: Sequence[float], method: Method, found: Sequence[Miss], error: float | None) -> Outlook:
    expected = []
    width = 0.0
    floor = 0.0 if min(series) >= 0 else None
    for place, value in enumerate(method(series, HORIZON)):
        at = [miss.said - miss.came for miss in found if miss.ahead == place + 1]
        # Further ahead is never surer, however the few errors of the backtest happen to fall.
        width = max(width, DEVIATIONS * sqrt(sum(miss * miss for miss in at) / len(at)))
        low = value - width if floor is None else max(floor, value - width)
        expected.append(Expected(value if floor is None else max(floor, value), low, value + width))
    return Outlook(name, tuple(expected), error, tuple(miss for miss in found if miss.ahead == 1))
