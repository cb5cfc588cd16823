"""The words that orders and deliveries are classed by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class OrderState(models.TextChoices):
    """Confirmed and done orders count: they post transactions and are owed."""

    DRAFT = "draft", pgettext_lazy("order", "draft")
    CONFIRMED = "confirmed", pgettext_lazy("order", "confirmed")
    DONE = "done", pgettext_lazy("order", "done")
    CANCELLED = "cancelled", pgettext_lazy("order", "cancelled")


#: States in which an order counts.
LIVE = (OrderState.CONFIRMED, OrderState.DONE)
#: State → states that may follow it.
MOVES = {
    OrderState.DRAFT: (OrderState.CONFIRMED, OrderState.CANCELLED),
    OrderState.CONFIRMED: (OrderState.DONE, OrderState.CANCELLED, OrderState.DRAFT),
    OrderState.DONE: (OrderState.CONFIRMED,),
    OrderState.CANCELLED: (OrderState.DRAFT,),
}


class Currency(models.TextChoices):
    """Amounts are kept in the one reporting currency."""

    CNY = "CNY", pgettext_lazy("currency", "Chinese yuan")
