"""The rules of review, one row a version: how often, what is to be confirmed, until when, and how results are proposed."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.metadata.fields.columns import FilterField, LongTextField, MoneyField, MultiChoiceField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record

#: Every two months, unless a policy says otherwise.
CYCLE_DAYS = 60
#: Key that stands for customers without a tier.
NO_TIER = "none"
AT_LEAST_A_DAY = [MinValueValidator(1), MaxValueValidator(3650)]
UP_TO_HUNDRED = [MaxValueValidator(100)]


class ReviewPolicy(Record):
    """A version, in force from a day on until the next one; cycles keep the one under which they opened.

    Cycles are days of the calendar, deadlines working days. Growth and loss compare the net amount of the last ``window_days``
    with that of as many days before.
    """

    zhike_key = "review_policy"

    name = models.CharField(_("name"), max_length=60)
    effective_on = models.DateField(_("in force from"), unique=True)
    cycle_high = models.PositiveSmallIntegerField(
        _("high tier: every … days"), null=True, blank=True, default=CYCLE_DAYS, validators=AT_LEAST_A_DAY
    )
    cycle_middle = models.PositiveSmallIntegerField(
        _("middle tier: every … days"), null=True, blank=True, default=CYCLE_DAYS, validators=AT_LEAST_A_DAY
    )
    cycle_low = models.PositiveSmallIntegerField(
        _("low tier: every … days"), null=True, blank=True, default=CYCLE_DAYS, validators=AT_LEAST_A_DAY
    )
    cycle_none = models.PositiveSmallIntegerField(
        _("without a tier: every … days"),
        null=True,
        blank=True,
        default=CYCLE_DAYS,
        validators=AT_LEAST_A_DAY,
        help_text=_("Left empty, customers of the tier are not reviewed."),
    )
    new_days = models.PositiveSmallIntegerField(
        _("leave out customers newer than days"), default=14, help_text=_("They wait for the next cycle.")
    )
    confirmed = MultiChoiceField(_("fields to confirm"))
    deadline_days = models.PositiveSmallIntegerField(
        _("deadline in working days"), default=10, validators=[MinValueValidator(1), MaxValueValidator(250)]
    )
    remind_days = models.PositiveSmallIntegerField(
        _("reminder working days before the deadline"), default=3, validators=[MaxValueValidator(60)]
    )
    takeover_days = models.PositiveSmallIntegerField(
        _("working days for who takes a customer over"), default=3, validators=[MaxValueValidator(60)]
    )
    sample_percent = models.PositiveSmallIntegerField(
        _("share checked again, in per cent"),
        default=5,
        validators=UP_TO_HUNDRED,
        help_text=_("Of the finished reviews of each person, at least one; 0 checks none."),
    )
    window_days = models.PositiveSmallIntegerField(_("days compared"), default=90, validators=AT_LEAST_A_DAY)
    growth_percent = models.PositiveSmallIntegerField(
        _("growth from per cent"), default=50, validators=[MinValueValidator(1)]
    )
    loss_percent = models.PositiveSmallIntegerField(
        _("loss from per cent"), default=50, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    least_amount = MoneyField(
        _("amount below which nothing is flagged"), default=0, help_text=_("The greater of the two amounts counts.")
    )
    important_filter = FilterField(_("important customers"), over="customer")
    risk_filter = FilterField(_("customers at risk"), over="customer")
    observe_days = models.PositiveSmallIntegerField(
        _("days under observation"), default=CYCLE_DAYS, validators=AT_LEAST_A_DAY
    )
    watch = LongTextField(_("what to watch"), null=True, blank=True)

    class Meta:
        verbose_name = _("review policy")
        verbose_name_plural = _("review policies")
        indexes = [bin_index("reviewpolicy"), *list_indexes("reviewpolicy", "-effective_on", by_department=False)]

    def __str__(self) -> str:
        return self.name

    def days_of(self, tier: str) -> int | None:
        """The cycle of a tier ("" or NO_TIER for none) in days; None where it is not reviewed."""
        found: int | None = getattr(self, f"cycle_{tier or NO_TIER}", None)
        return found
