"""Targets, and how far each is."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.targets.choices import LEVEL_TONES, MEASURE_TONES, Level, Measure, Span
from zhike.metadata.fields.columns import ChoiceField, LongTextField, MoneyField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record

ONCE = _("There is a target of this kind already: change its amount instead.")


class SalesTarget(Record):
    """What somebody is to reach in a part of a year. ``owner`` is the person, ``department`` the department that it is for."""

    zhike_key = "sales_target"

    name = models.CharField(
        pgettext_lazy("target", "name"), max_length=160, blank=True, help_text=_("Left empty, it says what it is for.")
    )
    year = models.PositiveSmallIntegerField(
        pgettext_lazy("target", "year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    span = ChoiceField(_("part of the year"), choices=Span, default=Span.YEAR)
    level = ChoiceField(pgettext_lazy("target", "for"), choices=Level, tones=LEVEL_TONES, default=Level.PERSON)
    measure = ChoiceField(_("what counts"), choices=Measure, tones=MEASURE_TONES, default=Measure.ORDERS)
    category = models.ForeignKey(
        "catalog.ProductCategory",
        models.PROTECT,
        verbose_name=_("product category"),
        null=True,
        blank=True,
        related_name="+",
    )
    amount = MoneyField(_("target amount"), validators=[MinValueValidator(1)])
    note = LongTextField(_("note"), null=True, blank=True)
    first_on = models.DateField(_("first day"), null=True, editable=False)
    last_on = models.DateField(_("last day"), null=True, editable=False)
    #: What it is for, once among live targets.
    subject_key = models.CharField(_("what it is for"), max_length=80, blank=True, editable=False)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        indexes = [
            bin_index("sales_target"),
            *list_indexes("sales_target", "-first_on"),
            models.Index(fields=("year", "measure", "span"), name="sales_target_year"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("subject_key",),
                condition=models.Q(deletion__isnull=True),
                name="sales_target_once",
                violation_error_message=ONCE,
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="sales_target_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class TargetStand(models.Model):
    """What has been reached of a target, in minor units, from how many rows; ``is_stale`` once something behind it changed."""

    target = models.OneToOneField(SalesTarget, models.CASCADE, primary_key=True, related_name="stand")
    attained = models.BigIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    computed_at = models.DateTimeField(null=True)
    is_stale = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(fields=("target",), condition=models.Q(is_stale=True), name="target_stand_stale"),
        ]

    def __str__(self) -> str:
        return f"{self.target_id}: {self.attained}"
