"""Credit holds: no orders on credit for a customer until somebody lifts the hold."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class CreditHold(Record):
    """A hold with who and why; ``owner`` placed it. Lifted ones stay as history."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="credit_holds", db_index=False
    )
    reason = models.CharField(_("reason"), max_length=300)
    placed_at = models.DateTimeField(_("placed at"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("lifted by"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    lift_reason = models.CharField(_("why it was lifted"), max_length=300, null=True, blank=True)

    class Meta:
        verbose_name = _("credit hold")
        verbose_name_plural = _("credit holds")
        indexes = [
            bin_index("credit_hold"),
            *list_indexes("credit_hold", "-placed_at", by_department=False),
            models.Index(models.F("customer"), models.F("placed_at").desc(), name="credit_hold_customer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("customer",),
                condition=models.Q(lifted_at__isnull=True, deletion__isnull=True),
                name="credit_hold_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.reason
