"""Rules of credit and payment, each version from a day on."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.domain.money.choices import Strictness
from zhike.metadata.fields.columns import ChoiceField, LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class CreditPolicy(Record):
    """What holds from ``starts_on`` until the next version does; what was decided under an earlier one stays decided."""

    #: Links name their target by it.
    zhike_key = "credit_policy"

    name = models.CharField(_("name"), max_length=80)
    starts_on = models.DateField(_("in force from"), unique=True)
    payment_days = models.PositiveSmallIntegerField(
        _("days to pay"), default=30, help_text=_("For orders without a plan of their own.")
    )
    on_hold = ChoiceField(_("a credit hold"), choices=Strictness, default=Strictness.BLOCK)
    over_limit = ChoiceField(_("beyond the credit limit"), choices=Strictness, default=Strictness.ASK)
    dunning_days = models.CharField(
        _("reminders after days overdue"),
        max_length=60,
        default="1,15,30,60",
        help_text=_("Days with commas: 1,15,30,60"),
    )
    note = LongTextField(_("note"), null=True, blank=True)

    class Meta:
        verbose_name = _("credit rule")
        verbose_name_plural = _("credit rules")
        indexes = [bin_index("credit_policy"), *list_indexes("credit_policy", "-starts_on")]

    def __str__(self) -> str:
        return self.name
