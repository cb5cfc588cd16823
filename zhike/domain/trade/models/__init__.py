"""Tables of trade, one subject a module."""

from __future__ import annotations

from zhike.domain.trade.models.figures import HoldingFigures, PurchaseFigures
from zhike.domain.trade.models.holding import Holding
from zhike.domain.trade.models.transaction import Transaction

__all__ = ["Holding", "HoldingFigures", "PurchaseFigures", "Transaction"]
