"""Tables of archive review."""

from __future__ import annotations

from zhike.domain.reviews.models.answer import Recheck, ReviewAnswer, ReviewOpening, Verdict
from zhike.domain.reviews.models.cycle import CycleState, ReviewCycle
from zhike.domain.reviews.models.policy import ReviewPolicy
from zhike.domain.reviews.models.review import RecheckState, Result, Review, ReviewState, Trend

__all__ = [
    "CycleState",
    "Recheck",
    "RecheckState",
    "Result",
    "Review",
    "ReviewAnswer",
    "ReviewCycle",
    "ReviewOpening",
    "ReviewPolicy",
    "ReviewState",
    "Trend",
    "Verdict",
]
