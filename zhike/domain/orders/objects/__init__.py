"""One file per object of orders; importing this package registers them."""

from __future__ import annotations

from zhike.domain.orders.objects import delivery, order, order_return

__all__ = ["delivery", "order", "order_return"]
