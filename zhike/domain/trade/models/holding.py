"""Holdings: products that a customer has with us, and loans."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.trade.choices import HoldingKind
from zhike.domain.trade.models.transaction import NUMBER_TAKEN
from zhike.metadata.fields.columns import ChoiceField, LongTextField, MoneyField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record

KIND_TONES = {"deposit": "green", "investment": "teal", "insurance": "blue", "loan": "amber"}


class Holding(Record):
    """A product, deposit or loan that runs from ``since`` to ``until``, open-ended without the latter."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="holdings", db_index=False
    )
    name = models.CharField(pgettext_lazy("holding", "name"), max_length=200)
    kind = ChoiceField(_("kind"), choices=HoldingKind, tones=KIND_TONES, default=HoldingKind.PRODUCT)
    balance = MoneyField(_("balance"), null=True, blank=True)
    since = models.DateField(_("held since"), null=True, blank=True)
    until = models.DateField(_("held until"), null=True, blank=True)
    source = models.CharField(pgettext_lazy("transaction", "source"), max_length=60, null=True, blank=True)
    external_id = models.CharField(_("number in the source"), max_length=80, null=True, blank=True)
    note = LongTextField(_("note"), null=True, blank=True)

    class Meta:
        verbose_name = _("holding")
        verbose_name_plural = _("holdings")
        indexes = [
            bin_index("holding"),
            *list_indexes("holding", "-updated_at", by_department=False),
            models.Index(
                fields=("customer", "kind", "until", "balance"),
                condition=models.Q(deletion__isnull=True),
                name="holding_figures",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("source", "external_id"), name="holding_once_per_source", violation_error_message=NUMBER_TAKEN
            ),
            models.CheckConstraint(
                condition=models.Q(balance__isnull=True) | models.Q(balance__gte=0), name="holding_balance_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name
