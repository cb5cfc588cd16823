"""Deliveries of orders, whole or in part."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.orders.models.order import Order, OrderLine
from zhike.metadata.fields.columns import LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class Delivery(Record):
    """What left for the customer on a day."""

    number = models.CharField(
        _("delivery number"), max_length=40, unique=True, blank=True, help_text=_("Left empty, the next one is given.")
    )
    order = models.ForeignKey(Order, models.PROTECT, verbose_name=_("order"), related_name="deliveries")
    day = models.DateField(pgettext_lazy("delivery", "date"), blank=True)
    carrier = models.CharField(_("carrier"), max_length=80, null=True, blank=True)
    tracking = models.CharField(_("tracking number"), max_length=80, null=True, blank=True)
    note = LongTextField(_("note"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [bin_index("delivery"), *list_indexes("delivery", "-day", by_department=False)]

    def __str__(self) -> str:
        return self.number


class DeliveryLine(Record):
    """How much of an order line a delivery brings."""

    #: Links name their target by it.
    zhike_key = "delivery_line"

    delivery = models.ForeignKey(Delivery, models.PROTECT, verbose_name=_("delivery"), related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, verbose_name=_("order line"), related_name="delivered")
    item = models.CharField(pgettext_lazy("order line", "item"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=15, decimal_places=4, default=1)

    class Meta:
        verbose_name = _("delivery line")
        verbose_name_plural = _("delivery lines")
        indexes = [
            bin_index("delivery_line"),
            *list_indexes("delivery_line", "-updated_at", by_department=False),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="delivery_line_quantity_positive")
        ]

    def __str__(self) -> str:
        return self.item
