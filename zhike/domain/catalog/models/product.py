"""Products: goods, services and bundles."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.catalog.choices import ProductKind
from zhike.domain.catalog.models.category import ProductCategory
from zhike.metadata.fields.columns import ChoiceField, LongTextField, PercentField, UnitPriceField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record

KIND_TONES = {"goods": "blue", "service": "teal", "bundle": "violet"}


class Product(Record):
    """Something that is sold, at ``list_price`` whole currency units for each ``unit`` unless a price book says otherwise.

    ``cost`` is what one unit costs the firm; roles that sell do not see it.
    """

    code = models.CharField(_("product code"), max_length=60, unique=True)
    name = models.CharField(pgettext_lazy("product", "name"), max_length=200)
    category = models.ForeignKey(
        ProductCategory, models.PROTECT, verbose_name=_("category"), null=True, blank=True, related_name="products"
    )
    kind = ChoiceField(_("product kind"), choices=ProductKind, tones=KIND_TONES, default=ProductKind.GOODS)
    specification = models.CharField(_("specification"), max_length=200, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=20, null=True, blank=True)
    list_price = UnitPriceField(_("list price"), null=True, blank=True)
    tax_rate = PercentField(_("tax rate"), null=True, blank=True)
    cost = UnitPriceField(_("unit cost"), null=True, blank=True)
    is_active = models.BooleanField(_("on sale"), default=True)
    barcode = models.CharField(_("barcode"), max_length=60, null=True, blank=True)
    description = LongTextField(_("description"), null=True, blank=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = [bin_index("product"), *list_indexes("product", "name", by_department=False)]
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(list_price__isnull=True) | models.Q(list_price__gte=0))
                & (models.Q(cost__isnull=True) | models.Q(cost__gte=0)),
                name="product_prices_not_negative",
                violation_error_message=_("Prices and costs are not negative."),
            ),
            models.CheckConstraint(
                condition=models.Q(tax_rate__isnull=True) | models.Q(tax_rate__range=(0, 100)),
                name="product_tax_rate",
                violation_error_message=_("A tax rate lies between 0 and 100."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
