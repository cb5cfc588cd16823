"""In whose name the firm offers: what stands on a quote's paper."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.metadata.fields.columns import LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class Seller(Record):
    """One of the firm's own companies."""

    name = models.CharField(_("company name"), max_length=160, unique=True)
    is_default = models.BooleanField(_("stands on new quotes"), default=False)
    tax_number = models.CharField(_("tax number"), max_length=40, null=True, blank=True)
    address = models.CharField(_("address of the company"), max_length=200, null=True, blank=True)
    phone = models.CharField(_("phone of the company"), max_length=60, null=True, blank=True)
    bank = models.CharField(_("bank"), max_length=120, null=True, blank=True)
    account = models.CharField(_("bank account"), max_length=60, null=True, blank=True)
    terms = LongTextField(_("terms on new quotes"), null=True, blank=True)

    class Meta:
        verbose_name = _("own company")
        verbose_name_plural = _("own companies")
        indexes = [bin_index("seller"), *list_indexes("seller", "name", by_department=False)]

    def __str__(self) -> str:
        return self.name
