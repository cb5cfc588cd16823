"""The ledger: what was ordered, planned, received, matched, paid back and written off. Only ever appended to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.money.choices import EntryKind
from zhike.domain.money.models.instalment import Instalment
from zhike.domain.money.models.receipt import Receipt, Refund, WriteOff
from zhike.metadata.fields.columns import ChoiceField, MoneyField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record

TONES = {"received": "green", "allocated": "teal", "refunded": "amber", "written_off": "red", "returned": "amber"}


class LedgerEntry(Record):
    """An amount in minor units of the kind that it says; balances are sums of such.

    ``source_key`` names what made it and stands there once. What takes an entry back, in whole or in part, has the same kind
    and the other sign, and says in ``reverses`` which one.
    """

    #: Links name their target by it.
    zhike_key = "ledger_entry"

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="ledger_entries", db_index=False
    )
    day = models.DateField(pgettext_lazy("ledger", "date"), editable=False)
    kind = ChoiceField(_("kind"), choices=EntryKind, tones=TONES, default=EntryKind.RECEIVED, editable=False)
    amount = MoneyField(_("amount"), default=0, editable=False)
    order = models.ForeignKey(
        "orders.Order",
        models.PROTECT,
        verbose_name=_("order"),
        null=True,
        editable=False,
        related_name="ledger_entries",
        db_index=False,
    )
    instalment = models.ForeignKey(
        Instalment,
        models.PROTECT,
        verbose_name=_("instalment"),
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    receipt = models.ForeignKey(
        Receipt, models.PROTECT, verbose_name=_("receipt"), null=True, editable=False, related_name="+", db_index=False
    )
    refund = models.ForeignKey(
        Refund, models.PROTECT, verbose_name=_("refund"), null=True, editable=False, related_name="+", db_index=False
    )
    write_off = models.ForeignKey(
        WriteOff,
        models.PROTECT,
        verbose_name=_("write-off"),
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("takes back"),
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    memo = models.CharField(_("wording"), max_length=200, default="", editable=False)
    source_key = models.CharField(_("source key"), max_length=80, unique=True, editable=False)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        indexes = [
            bin_index("ledger_entry"),
            *list_indexes("ledger_entry", "-day", by_department=False),
            models.Index(fields=("order", "kind", "amount"), name="ledger_order"),
            models.Index(fields=("instalment", "kind", "amount"), name="ledger_instalment"),
            models.Index(fields=("receipt", "kind", "instalment", "amount"), name="ledger_receipt"),
            models.Index(fields=("customer", "day", "id"), name="ledger_customer"),
            models.Index(fields=("refund",), condition=models.Q(refund__isnull=False), name="ledger_refund"),
            models.Index(fields=("write_off",), condition=models.Q(write_off__isnull=False), name="ledger_write_off"),
            models.Index(fields=("reverses",), condition=models.Q(reverses__isnull=False), name="ledger_reverses"),
        ]

    def __str__(self) -> str:
        return self.memo
