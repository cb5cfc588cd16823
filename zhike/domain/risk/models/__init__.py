"""Tables of risk customers, one subject a module."""

from __future__ import annotations

from zhike.domain.risk.models.hold import CreditHold
from zhike.domain.risk.models.plan import RiskPlan
from zhike.domain.risk.models.reader import ReportReader
from zhike.domain.risk.models.report import RiskReport
from zhike.domain.risk.models.signal import RiskSignal

__all__ = ["CreditHold", "ReportReader", "RiskPlan", "RiskReport", "RiskSignal"]
