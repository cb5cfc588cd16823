"""Tables of value tiers, one subject a module."""

from __future__ import annotations

from zhike.domain.tiers.models.change import TierChange
from zhike.domain.tiers.models.grade import PlannedWork, TierDue, TierGrade, TierOverride, TierRun
from zhike.domain.tiers.models.scheme import TierScheme, TierVersion

__all__ = ["PlannedWork", "TierChange", "TierDue", "TierGrade", "TierOverride", "TierRun", "TierScheme", "TierVersion"]
