"""Phone interviews: scripts of questions, and the runs of one with a customer."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.metadata.fields.columns import FilterField, LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class Script(Record):
    """What is asked on the phone, in order; answers may lead elsewhere."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    is_active = models.BooleanField(_("in use"), default=True)
    intro = LongTextField(_("what to say first"), null=True, blank=True)
    filter = FilterField(_("whom to interview"), over="customer", help_text=_("Empty means every customer."))
    #: See ``scripts.py``.
    questions: Any = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("interview script")
        verbose_name_plural = _("interview scripts")
        indexes = [bin_index("script"), *list_indexes("script", "name", by_department=False)]

    def __str__(self) -> str:
        return self.name


class InterviewRun(models.Model):
    """One interview: kept with every answer, so that it can be taken up again after an interruption."""

    script = models.ForeignKey(Script, models.CASCADE, related_name="+")
    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    #: The questions as they were when it began.
    questions: Any = models.JSONField(default=list)
    #: [question number, answer as JSON] in the order in which they were asked.
    answers: Any = models.JSONField(default=list)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=("script", "customer"), name="interview_script_customer")]
        constraints = [
            models.UniqueConstraint(
                fields=("script", "customer", "by"),
                condition=models.Q(finished_at__isnull=True),
                name="interview_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.script_id} {self.customer_id}"
