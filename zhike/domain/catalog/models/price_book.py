"""Price books: unit prices by tier of the customer, day and quantity, where they differ from the list price."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.catalog.models.product import Product
from zhike.domain.customers.choices import Tier
from zhike.metadata.fields.columns import ChoiceField, QuantityField, UnitPriceField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class PriceBook(Record):
    """Prices in yuan from one day to another for customers of a tier, or for all.

    Books for the same customers do not overlap in time; one for the customer's tier goes before the one for all.
    """

    zhike_key: ClassVar[str] = "price_book"

    name = models.CharField(pgettext_lazy("product", "name"), max_length=120)
    tier = ChoiceField(_("for customers of the tier"), choices=Tier, null=True, blank=True)
    valid_from = models.DateField(_("in force from"))
    valid_until = models.DateField(_("in force until"), null=True, blank=True)

    class Meta:
        verbose_name = _("price book")
        verbose_name_plural = _("price books")
        indexes = [bin_index("price_book"), *list_indexes("price_book", "-valid_from", by_department=False)]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=models.F("valid_from")),
                name="price_book_ends_after_it_begins",
                violation_error_message=_("A price book cannot end before it begins."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class PriceBookEntry(Record):
    """The unit price of a product from a quantity on."""

    zhike_key: ClassVar[str] = "price_book_entry"

    book = models.ForeignKey(
        PriceBook, models.PROTECT, verbose_name=_("price book"), related_name="entries", db_index=False
    )
    product = models.ForeignKey(Product, models.PROTECT, verbose_name=_("product"), related_name="prices")
    #: That of the product unless it is called otherwise here.
    name = models.CharField(pgettext_lazy("product", "name"), max_length=200, null=True, blank=True)
    from_quantity = QuantityField(_("from quantity"), default=1)
    unit_price = UnitPriceField(_("unit price"))

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        indexes = [
            bin_index("price_book_entry"),
            *list_indexes("price_book_entry", "-updated_at", by_department=False),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("book", "product", "from_quantity"),
                name="price_book_entry_once",
                violation_error_message=_("The book has a price of this product from this quantity on already."),
            ),
            models.CheckConstraint(
                condition=models.Q(unit_price__gte=0) & models.Q(from_quantity__gte=0),
                name="price_book_entry_not_negative",
                violation_error_message=_("Prices and quantities are not negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.unit_price}"


class BundlePart(Record):
    """How much of a product is in a bundle."""

    zhike_key: ClassVar[str] = "bundle_part"

    bundle = models.ForeignKey(
        Product, models.PROTECT, verbose_name=_("part of the bundle"), related_name="parts", db_index=False
    )
    part = models.ForeignKey(Product, models.PROTECT, verbose_name=_("product"), related_name="in_bundles")
    #: That of the product unless it is called otherwise here.
    name = models.CharField(pgettext_lazy("product", "name"), max_length=200, null=True, blank=True)
    quantity = QuantityField(_("quantity"), default=1)

    class Meta:
        verbose_name = _("bundle part")
        verbose_name_plural = _("bundle parts")
        indexes = [bin_index("bundle_part"), *list_indexes("bundle_part", "-updated_at", by_department=False)]
        constraints = [
            models.UniqueConstraint(
                fields=("bundle", "part"),
                name="bundle_part_once",
                violation_error_message=_("The bundle has this product already: change its quantity."),
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0),
                name="bundle_part_some",
                violation_error_message=_("A bundle has more than nothing of each part."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bundle_id}: {self.part_id}"
