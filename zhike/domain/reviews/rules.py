"""What the policy says of a customer: growing fast, shrinking, no longer buying; and the class that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhike.domain.reviews.models import Result, ReviewPolicy, Trend


@dataclass(frozen=True, slots=True)
class Bounds:
    """The numbers of a policy; amounts in minor units, shares in per cent."""

    growth_percent: int
    loss_percent: int
    least_amount: int

    @classmethod
    def of(cls, policy: ReviewPolicy) -> Bounds:
        return cls(policy.growth_percent, policy.loss_percent, policy.least_amount)


def trend_of(now: int, before: int, bounds: Bounds) -> Trend:
    """How the net amount of a window compares with that of the window before it.

    Whole numbers throughout: a change of exactly the given per cent counts. Who bought nothing before has not grown but begun,
    unless by at least the amount below which nothing is flagged; negative sums (more brought back than bought) count as nothing.
    """
    now, before = max(now, 0), max(before, 0)
    if max(now, before) < max(bounds.least_amount, 1):
        return Trend.STEADY
    if before == 0:
        return Trend.GROWTH if bounds.least_amount and now >= bounds.least_amount else Trend.STEADY
    if now == 0:
        return Trend.GONE
    if (now - before) * 100 >= bounds.growth_percent * before:
        return Trend.GROWTH
    if (before - now) * 100 >= bounds.loss_percent * before:
        return Trend.LOSS
    return Trend.STEADY


def proposed_class(trend: str, *, is_important: bool, is_at_risk: bool) -> Result:
    """Special is who grows fast, shrinks or is at risk; important who the policy's filter finds; all others are general."""
    if trend != Trend.STEADY or is_at_risk:
        return Result.SPECIAL
    return Result.IMPORTANT if is_important else Result.GENERAL


#: Figures that a review keeps of its opening: key in ``facts`` → kind of field by which it is told.
KEPT = {
    "amount_now": "money",
    "amount_before": "money",
    "days_now": "integer",
    "days_before": "integer",
    "net_amount": "money",
    "product_count": "integer",
    "asset_balance": "money",
    "loan_balance": "money",
}


def differences(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """(key, then, now) of the figures and words in which two openings differ; what one of them did not know is left out."""
    keys = ("net_amount", "product_count", "asset_balance", "loan_balance", "tier", "stage", "risk")
    return [(key, before[key], now[key]) for key in keys if key in now and key in before and now[key] != before[key]]
