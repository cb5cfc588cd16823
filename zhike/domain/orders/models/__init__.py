"""Tables of orders, one subject a module."""

from __future__ import annotations

from zhike.domain.orders.models.delivery import Delivery, DeliveryLine
from zhike.domain.orders.models.order import Order, OrderLine
from zhike.domain.orders.models.order_return import OrderReturn, ReturnLine
from zhike.domain.orders.models.posting import Posting
from zhike.domain.orders.models.series import FollowUp, NumberCount

__all__ = [
    "Delivery",
    "DeliveryLine",
    "FollowUp",
    "NumberCount",
    "Order",
    "OrderLine",
    "OrderReturn",
    "Posting",
    "ReturnLine",
]
