"""Rules of leads: points for the score, and who gets a lead; rows with days, whose changes are history."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.metadata.fields.columns import ChoiceField, FilterField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class AssignWay(models.TextChoices):
    ROUND = "round", pgettext_lazy("lead rule", "in turn")
    LOAD = "load", pgettext_lazy("lead rule", "whoever has the fewest open leads")


class LeadScoreRule(Record):
    """Points for leads that fulfil a condition, between two days; the name is the reason that people read."""

    name = models.CharField(_("reason"), max_length=60)
    filter = FilterField(_("which leads"), over="lead")
    points = models.SmallIntegerField(_("points"), validators=[MinValueValidator(-100), MaxValueValidator(100)])
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        verbose_name = _("lead score rule")
        verbose_name_plural = _("lead score rules")
        indexes = [bin_index("lead_score_rule"), *list_indexes("lead_score_rule", "name", by_department=False)]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="lead_score_rule_days",
                violation_error_message=_("The last day lies before the first one."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LeadRule(Record):
    """Who gets leads that nobody owns: the first rule in use whose condition holds and that has somebody present."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    is_active = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("rank"), default=100)
    filter = FilterField(_("which leads"), over="lead")
    way = ChoiceField(_("given to"), choices=AssignWay, default=AssignWay.ROUND)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, verbose_name=_("people"), related_name="+")
    hours = models.PositiveSmallIntegerField(
        _("working hours for the first answer"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
    )

    class Meta:
        verbose_name = _("lead rule")
        verbose_name_plural = _("lead rules")
        indexes = [bin_index("lead_rule"), *list_indexes("lead_rule", "order", by_department=False)]

    def __str__(self) -> str:
        return self.name


class LeadTurn(models.Model):
    """Who got the last lead of a rule."""

    rule = models.OneToOneField(LeadRule, models.CASCADE, primary_key=True, related_name="turn")
    user_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.user_id}"
