"""Transactions: every line of money between us and a customer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.trade.choices import TransactionKind
from zhike.metadata.fields.columns import ChoiceField, LongTextField, MoneyField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record

#: Said of transactions and holdings alike.
NUMBER_TAKEN = _("This number of the source is there already.")
KIND_TONES = {"purchase": "green", "fee": "blue", "refund": "amber"}


class Transaction(Record):
    """What a customer bought, paid for or brought back on a day.

    Amounts and costs are minor units; those of refunds are negative, so that sums are net. ``external_id`` is the number
    of the row in the system named by ``source``, and stands there once.
    """

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="transactions", db_index=False
    )
    day = models.DateField(pgettext_lazy("transaction", "date"))
    kind = ChoiceField(_("kind"), choices=TransactionKind, tones=KIND_TONES, blank=True)
    product = models.CharField(_("product"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=15, decimal_places=4, null=True, blank=True)
    amount = MoneyField(_("amount"))
    cost = MoneyField(_("cost"), null=True, blank=True)
    source = models.CharField(pgettext_lazy("transaction", "source"), max_length=60, null=True, blank=True)
    external_id = models.CharField(_("number in the source"), max_length=80, null=True, blank=True)
    note = LongTextField(_("note"), null=True, blank=True)

    class Meta:
        verbose_name = _("transaction")
        verbose_name_plural = _("transactions")
        indexes = [
            bin_index("transaction"),
            *list_indexes("transaction", "-day", by_department=False),
            # All that the figures read, in the order of their groups: the index alone answers them.
            models.Index(
                fields=("customer", "day", "kind", "amount", "cost"),
                condition=models.Q(deletion__isnull=True),
                name="transaction_figures",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("source", "external_id"),
                name="transaction_once_per_source",
                violation_error_message=NUMBER_TAKEN,
            ),
            models.CheckConstraint(
                condition=models.Q(kind=TransactionKind.REFUND, amount__lte=0)
                | (~models.Q(kind=TransactionKind.REFUND) & models.Q(amount__gte=0)),
                name="transaction_sign_follows_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.day}"
