"""One file per object of risk; importing this package registers them."""

from __future__ import annotations

from zhike.domain.risk.objects import hold, report, signal

__all__ = ["hold", "report", "signal"]
