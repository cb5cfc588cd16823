"""Goods that come back."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.orders.models.order import Order, OrderLine
from zhike.metadata.fields.columns import LongTextField, MoneyField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class OrderReturn(Record):
    """What a customer sent back on a day, and why."""

    #: Links name their target by it.
    zhike_key = "order_return"

    number = models.CharField(
        _("return number"), max_length=40, unique=True, blank=True, help_text=_("Left empty, the next one is given.")
    )
    order = models.ForeignKey(Order, models.PROTECT, verbose_name=_("order"), related_name="returns")
    day = models.DateField(pgettext_lazy("return", "date"), blank=True)
    reason = models.CharField(_("reason"), max_length=200, null=True, blank=True)
    note = LongTextField(_("note"), null=True, blank=True)

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        indexes = [bin_index("order_return"), *list_indexes("order_return", "-day", by_department=False)]

    def __str__(self) -> str:
        return self.number


class ReturnLine(Record):
    """How much of an order line came back. ``amount`` is its share of the line's amount in minor units.

    Shares are taken of what has come back in all, so that a line returned piece by piece gives back its amount to the unit.
    """

    #: Links name their target by it.
    zhike_key = "return_line"

    order_return = models.ForeignKey(OrderReturn, models.PROTECT, verbose_name=_("return"), related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, verbose_name=_("order line"), related_name="returned")
    item = models.CharField(pgettext_lazy("order line", "item"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=15, decimal_places=4, default=1)
    amount = MoneyField(_("amount"), default=0, editable=False)
    cost = MoneyField(_("cost"), null=True, editable=False)

    class Meta:
        verbose_name = _("return line")
        verbose_name_plural = _("return lines")
        indexes = [
            bin_index("return_line"),
            *list_indexes("return_line", "-updated_at", by_department=False),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(quantity__gt=0), name="return_line_quantity_positive")]

    def __str__(self) -> str:
        return self.item
