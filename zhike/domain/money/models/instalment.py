"""The payment plan of orders, and how each part of it stands."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.money.choices import Milestone
from zhike.metadata.fields.columns import ChoiceField, MoneyField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class Instalment(Record):
    """A part of what an order is to bring in, due on a day or so many days after something happened.

    The instalments of an order that counts sum to what was ordered less what came back.
    """

    order = models.ForeignKey(
        "orders.Order", models.PROTECT, verbose_name=_("order"), related_name="instalments", db_index=False
    )
    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        verbose_name=_("customer"),
        related_name="instalments",
        editable=False,
        db_index=False,
    )
    name = models.CharField(pgettext_lazy("instalment", "name"), max_length=80, blank=True)
    milestone = ChoiceField(_("falls due"), choices=Milestone, default=Milestone.DAY)
    days = models.PositiveSmallIntegerField(_("days after it"), default=0)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    amount = MoneyField(_("amount"))

    class Meta:
        verbose_name = _("instalment")
        verbose_name_plural = _("payment plan")
        indexes = [
            bin_index("instalment"),
            *list_indexes("instalment", "due_on", by_department=False),
            models.Index(fields=("order", "due_on", "id"), name="instalment_order"),
            models.Index(fields=("customer", "due_on", "id"), name="instalment_customer"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="instalment_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name


class Balance(models.Model):
    """The sums of the ledger's entries on an instalment, written together with them: what reports read at a million orders."""

    instalment = models.OneToOneField(Instalment, models.CASCADE, primary_key=True, related_name="balance")
    planned = MoneyField(default=0)
    allocated = MoneyField(default=0)
    refunded = MoneyField(default=0)
    written_off = MoneyField(default=0)
    #: planned − allocated + refunded − written off; below zero it is owed to the customer.
    open_amount = MoneyField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=("instalment", "open_amount"), condition=models.Q(open_amount__gt=0), name="balance_still_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instalment_id}: {self.open_amount}"
