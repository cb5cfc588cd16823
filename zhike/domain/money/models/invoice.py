"""Invoices (发票) as they were issued."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.money.choices import InvoiceKind
from zhike.metadata.fields.columns import ChoiceField, LongTextField, MoneyField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class Invoice(Record):
    """An invoice; ``amount`` is with tax. A red-letter one is negative and names the invoice that it takes back."""

    number = models.CharField(_("invoice number"), max_length=40, unique=True)
    kind = ChoiceField(_("kind"), choices=InvoiceKind, default=InvoiceKind.DIGITAL_SPECIAL)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="invoices", db_index=False
    )
    order = models.ForeignKey(
        "orders.Order", models.PROTECT, verbose_name=_("order"), null=True, blank=True, related_name="invoices"
    )
    day = models.DateField(pgettext_lazy("invoice", "date"), blank=True)
    amount = MoneyField(_("amount with tax"))
    tax = MoneyField(_("tax"), default=0)
    reverses = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("red-letter of"), null=True, blank=True, related_name="red_letters"
    )
    note = LongTextField(_("note"), null=True, blank=True)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        indexes = [
            bin_index("invoice"),
            *list_indexes("invoice", "-day", by_department=False),
            models.Index(fields=("customer", "day", "id"), name="invoice_customer"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reverses__isnull=True, amount__gte=0, tax__gte=0)
                | models.Q(reverses__isnull=False, amount__lte=0, tax__lte=0),
                name="invoice_sign_follows_red_letter",
            ),
        ]

    def __str__(self) -> str:
        return self.number
