"""Reports to management, frozen as they were made."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.metadata.fields.columns import LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class RiskReport(Record):
    """How the customers within the sight of its ``owner`` stood on a day; numbers count customers."""

    title = models.CharField(_("title"), max_length=120)
    day = models.DateField(_("day of the report"))
    population = models.PositiveIntegerField(_("customers in all"), default=0)
    high = models.PositiveIntegerField(_("high risk"), default=0)
    watch = models.PositiveIntegerField(_("under watch"), default=0)
    risen = models.PositiveIntegerField(_("risen"), default=0)
    fallen = models.PositiveIntegerField(_("fallen"), default=0)
    unanswered = models.PositiveIntegerField(_("anomalies without an answer"), default=0)
    held = models.PositiveIntegerField(_("without credit"), default=0)
    body = LongTextField(_("the gravest cases"), null=True, blank=True)

    class Meta:
        verbose_name = _("risk report")
        verbose_name_plural = _("risk reports")
        indexes = [bin_index("risk_report"), *list_indexes("risk_report", "-day")]
        constraints = [models.UniqueConstraint(fields=("owner", "day"), name="risk_report_once_a_day")]

    def __str__(self) -> str:
        return self.title
