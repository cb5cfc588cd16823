"""One file per object of trade; importing this package registers them."""

from __future__ import annotations

from zhike.domain.trade.objects import holding, transaction

__all__ = ["holding", "transaction"]
