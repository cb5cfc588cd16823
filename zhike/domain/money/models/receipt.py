"""Money that came in, went back, or never will."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.money.choices import WRITE_OFF_TONES, Method, WriteOffState
from zhike.metadata.fields.columns import ChoiceField, LongTextField, MoneyField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record

POSITIVE = models.Q(amount__gt=0)


class Receipt(Record):
    """A payment of a customer. What is not matched to a plan is an advance."""

    number = models.CharField(
        _("receipt number"), max_length=40, unique=True, blank=True, help_text=_("Left empty, the next one is given.")
    )
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="receipts", db_index=False
    )
    day = models.DateField(pgettext_lazy("receipt", "date"), blank=True)
    amount = MoneyField(_("amount"))
    method = ChoiceField(_("paid by"), choices=Method, default=Method.TRANSFER)
    reference = models.CharField(_("bank reference"), max_length=80, null=True, blank=True)
    is_matched = models.BooleanField(
        _("match to the plan"),
        default=True,
        help_text=_("The oldest instalments that are open are paid first. Without it the receipt is an advance."),
    )
    note = LongTextField(_("note"), null=True, blank=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        indexes = [
            bin_index("receipt"),
            *list_indexes("receipt", "-day", by_department=False),
            models.Index(fields=("customer", "day", "id"), name="receipt_customer"),
        ]
        constraints = [models.CheckConstraint(condition=POSITIVE, name="receipt_amount_positive")]

    def __str__(self) -> str:
        return self.number


class Refund(Record):
    """Money that went back: of what an order was paid, or of a receipt's advance."""

    number = models.CharField(
        _("refund number"), max_length=40, unique=True, blank=True, help_text=_("Left empty, the next one is given.")
    )
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="refunds", db_index=False
    )
    order = models.ForeignKey(
        "orders.Order", models.PROTECT, verbose_name=_("order"), null=True, blank=True, related_name="refunds"
    )
    receipt = models.ForeignKey(
        Receipt, models.PROTECT, verbose_name=_("receipt"), null=True, blank=True, related_name="refunds"
    )
    day = models.DateField(pgettext_lazy("refund", "date"), blank=True)
    amount = MoneyField(_("amount"))
    reason = models.CharField(_("reason"), max_length=200, null=True, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        indexes = [bin_index("refund"), *list_indexes("refund", "-day", by_department=False)]
        constraints = [models.CheckConstraint(condition=POSITIVE, name="refund_amount_positive")]

    def __str__(self) -> str:
        return self.number


class WriteOff(Record):
    """What is still open of an order and given up, with the reason; it counts once nobody has to say yes any more."""

    #: Links name their target by it.
    zhike_key = "write_off"

    order = models.ForeignKey("orders.Order", models.PROTECT, verbose_name=_("order"), related_name="write_offs")
    day = models.DateField(pgettext_lazy("write-off", "date"), blank=True)
    amount = MoneyField(_("amount"))
    reason = models.CharField(_("reason"), max_length=200)
    state = ChoiceField(
        pgettext_lazy("write-off", "state"),
        choices=WriteOffState,
        tones=WRITE_OFF_TONES,
        default=WriteOffState.COUNTED,
        editable=False,
    )

    class Meta:
        verbose_name = _("write-off")
        verbose_name_plural = _("write-offs")
        indexes = [bin_index("write_off"), *list_indexes("write_off", "-day", by_department=False)]
        constraints = [models.CheckConstraint(condition=POSITIVE, name="write_off_amount_positive")]

    def __str__(self) -> str:
        return self.reason
