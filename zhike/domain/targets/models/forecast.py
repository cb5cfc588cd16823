"""What managers say of a forecast beside the figure that their people's deals give, and what history lets expect."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.targets.choices import LEVEL_TONES, Level, Span
from zhike.metadata.fields.columns import ChoiceField, LongTextField, MoneyField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class ForecastAdjustment(Record):
    """What a manager expects of a person, a department or the firm in a month or quarter, with the reason; the figure never changes.

    The latest one holds, the earlier ones are its history. ``told`` is what the deals gave at that moment. ``owner`` is the person.
    """

    zhike_key = "forecast_adjustment"

    name = models.CharField(
        pgettext_lazy("target", "name"), max_length=160, blank=True, help_text=_("Left empty, it says what it is for.")
    )
    year = models.PositiveSmallIntegerField(
        pgettext_lazy("target", "year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    span = ChoiceField(_("part of the year"), choices=Span)
    level = ChoiceField(pgettext_lazy("target", "for"), choices=Level, tones=LEVEL_TONES, default=Level.PERSON)
    told = MoneyField(_("by the deals"), default=0, editable=False)
    amount = MoneyField(_("adjusted to"), validators=[MinValueValidator(0)])
    note = LongTextField(_("reason"))

    class Meta:
        verbose_name = _("forecast adjustment")
        verbose_name_plural = _("forecast adjustments")
        indexes = [
            bin_index("adjustment"),
            *list_indexes("adjustment", "-created_at"),
            models.Index(fields=("year", "span", "-id"), name="adjustment_period"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="adjustment_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name


class SalesOutlook(models.Model):
    """What the months to come may bring by own history; computed each night. ``department`` 0 is the firm."""

    department = models.BigIntegerField(primary_key=True)
    #: First month of the history, and its net sales in minor units month by month.
    first_month = models.DateField(null=True)
    history: Any = models.JSONField(default=list)
    #: See ``zhike/lib/outlook.py``; amounts in minor units.
    outlook: Any = models.JSONField(default=dict)
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.department}: {self.outlook.get('method')}"
