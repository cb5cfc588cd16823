"""Categories of products, a tree."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record

ONCE = _("This category is there already.")


class ProductCategory(Record):
    """A group of products, within another one or at the top."""

    zhike_key: ClassVar[str] = "product_category"

    name = models.CharField(pgettext_lazy("product", "name"), max_length=80)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("category above"), null=True, blank=True, related_name="children"
    )
    code = models.CharField(_("category code"), max_length=40, unique=True, null=True, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("product category")
        verbose_name_plural = _("product categories")
        indexes = [bin_index("product_category"), *list_indexes("product_category", "name", by_department=False)]
        constraints = [
            models.UniqueConstraint(
                fields=("parent", "name"), name="product_category_once", violation_error_message=ONCE
            ),
            models.UniqueConstraint(
                fields=("name",),
                condition=models.Q(parent__isnull=True),
                name="product_category_top_once",
                violation_error_message=ONCE,
            ),
        ]

    def __str__(self) -> str:
        return self.name
