"""Tables of targets and of what is said of the forecast."""

from zhike.domain.targets.models.forecast import ForecastAdjustment, SalesOutlook
from zhike.domain.targets.models.target import SalesTarget, TargetStand

__all__ = ["ForecastAdjustment", "SalesOutlook", "SalesTarget", "TargetStand"]
