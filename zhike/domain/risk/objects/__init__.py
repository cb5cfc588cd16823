"""One file per object of risk; importing this package registers them."""

from __future__ import annotations

from zhike.domain.risk.objects import hold, signal

__all__ = ["hold", "signal"]
