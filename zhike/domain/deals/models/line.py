"""What a deal is about in products: the lines whose sum it is worth."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.metadata.fields.columns import MoneyField, PercentField, QuantityField, UnitPriceField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class OpportunityLine(Record):
    """A line: quantity at a unit price less the discount, rounded once to minor units."""

    zhike_key: ClassVar[str] = "opportunity_line"

    opportunity = models.ForeignKey(
        "deals.Opportunity", models.PROTECT, verbose_name=_("opportunity"), related_name="lines", db_index=False
    )
    position = models.PositiveIntegerField(_("position"), default=1)
    product = models.ForeignKey(
        "catalog.Product", models.PROTECT, verbose_name=_("product"), null=True, blank=True, related_name="+"
    )
    name = models.CharField(pgettext_lazy("opportunity line", "what they want"), max_length=200)
    quantity = QuantityField(_("quantity"), default=1)
    unit = models.CharField(_("unit"), max_length=20, null=True, blank=True)
    unit_price = UnitPriceField(_("unit price"))
    discount_percent = PercentField(_("discount"), null=True, blank=True)
    amount = MoneyField(pgettext_lazy("line", "amount"), default=0, editable=False)

    class Meta:
        verbose_name = _("opportunity line")
        verbose_name_plural = _("opportunity lines")
        indexes = [
            bin_index("opportunity_line"),
            *list_indexes("opportunity_line", "-updated_at", by_department=False),
            models.Index(fields=("opportunity", "position"), name="opportunity_line_order"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0) & models.Q(unit_price__gte=0),
                name="opportunity_line_not_negative",
                violation_error_message=_("A line has more than nothing, at a price that is not negative."),
            )
        ]

    def __str__(self) -> str:
        return self.name
