"""Deals by the month or quarter in which they should close: counts, amounts and weighted amounts by forecast category, as a person may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth, TruncQuarter

from zhike.domain.deals.choices import DealState, ForecastCategory
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.filters import compile_filter
from zhike.metadata.saving import context_for

COUNTED = (ForecastCategory.COMMIT, ForecastCategory.BEST_CASE, ForecastCategory.PIPELINE)
WON = "won"
#: Months of a quarter, the other unit of a forecast.
QUARTER = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """Deals of one month and category; money in minor units."""

    count: int = 0
    amount: int = 0
    weighted: int = 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """Cells by first day of the month or quarter and category (or WON); ``late`` are open deals whose date has passed."""

    months: tuple[date, ...]
    cells: Mapping[tuple[date, str], Cell]
    late: Cell
    undated: Cell

    def cell(self, month: date, category: str) -> Cell:
        return self.cells.get((month, category), Cell())

    def weighted(self, month: date) -> int:
        """What is expected of a month: what was won in it and its open deals by their probability."""
        return self.cell(month, WON).amount + sum(self.cell(month, category).weighted for category in COUNTED)


def months_from(first: date, count: int, step: int = 1) -> tuple[date, ...]:
    """First days of the months from that of a day on, or with a ``step`` of three of the quarters."""
    start = (first.year * 12 + first.month - 1) // step * step
    return tuple(date(at // 12, at % 12 + 1, 1) for at in range(start, start + count * step, step))


def forecast(
    actor: Actor, today: date, *, months: int = 6, step: int = 1, narrowed: Mapping[str, Any] | None = None
) -> Forecast:
    """The months, or with a ``step`` of three the quarters, from today's on, in three queries.

    Raises BadQuery for a filter that is not the actor's to use.
    """
    opportunity = registry.get("opportunity")
    listed = months_from(today, months + 1, step)
    truncated = TruncQuarter if step == QUARTER else TruncMonth
    first, beyond = listed[0], listed[-1]
    seen: Any = policy.queryset_for(actor, opportunity).filter(
        compile_filter(opportunity, narrowed or None, context_for(actor))
    )
    weighted = opportunity.field("weighted")
    sums = {name: aggregate(expression) for name, (aggregate, expression) in _sums(weighted).items()}
    is_open = seen.filter(state=DealState.OPEN).exclude(forecast=ForecastCategory.OMITTED).order_by()
    cells: dict[tuple[date, str], Cell] = {}
    ahead = is_open.filter(close_on__gte=today, close_on__lt=beyond).annotate(month=truncated("close_on"))
    for row in ahead.values("month", "forecast").annotate(**sums):
        cells[row["month"], row["forecast"]] = _cell(row)
    won = seen.filter(state=DealState.WON, closed_at__date__gte=first, closed_at__date__lt=beyond).order_by()
    for row in won.annotate(month=truncated("closed_at__date")).values("month").annotate(**sums):
        month = row["month"]
        cells[date(month.year, month.month, 1), WON] = _cell(row)
    beside = is_open.aggregate(
        **{f"late_{name}": _only(found, Q(close_on__lt=today)) for name, found in _sums(weighted).items()},
        **{f"none_{name}": _only(found, Q(close_on__isnull=True)) for name, found in _sums(weighted).items()},
    )
    late, undated = (
        _cell({name: beside[f"{prefix}_{name}"] for name in ("count", "total", "expected")})
        for prefix in ("late", "none")
    )
    return Forecast(listed[:-1], cells, late, undated)


def _sums(weighted: Any) -> dict[str, tuple[Any, Any]]:
    return {
        "count": (Count, "pk"),
        "total": (Sum, "amount"),
        "expected": (Sum, weighted.type.expression(weighted)),
    }


def _only(found: tuple[Any, Any], condition: Q) -> Any:
    aggregate, expression = found
    return aggregate(expression, filter=condition)


def _cell(row: Mapping[str, Any]) -> Cell:
    # PostgreSQL sums whole numbers to decimals.
    return Cell(row["count"] or 0, int(row["total"] or 0), int(row["expected"] or 0))


def may_forecast(actor: Actor) -> bool:
    """Whether the actor sees what a forecast is made from; sums would tell hidden amounts."""
    opportunity = registry.get("opportunity")
    return policy.may(actor, opportunity, "view") and all(
        policy.comparable(actor, opportunity, opportunity.field(key))
        for key in ("amount", "weighted", "close_on", "forecast", "state")
    )
