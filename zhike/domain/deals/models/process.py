"""The steps of a deal's process beside its stages: what runs in parallel, waits or is decided on the way, one row a step."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.metadata.fields.columns import ChoiceField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class StepState(models.TextChoices):
    OPEN = "open", pgettext_lazy("process step", "open")
    DONE = "done", pgettext_lazy("process step", "done")
    SKIPPED = "skipped", pgettext_lazy("process step", "does not apply")


STEP_TONES = {"open": "blue", "done": "green", "skipped": "grey"}


class ProcessStep(Record):
    """A step that a deal came to; ``step`` is its key in the version that the deal runs under. There is one of each."""

    opportunity = models.ForeignKey(
        "deals.Opportunity", models.PROTECT, verbose_name=_("opportunity"), related_name="steps", db_index=False
    )
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="+", db_index=False
    )
    step = models.CharField(_("key of the step"), max_length=60)
    title = models.CharField(_("step"), max_length=200)
    state = ChoiceField(_("state of the step"), choices=StepState, tones=STEP_TONES)
    opened_at = models.DateTimeField(_("reached at"))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    task = models.ForeignKey(
        "activities.Task", models.PROTECT, verbose_name=_("task"), null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("process step")
        verbose_name_plural = _("process steps")
        indexes = [
            bin_index("process_step"),
            *list_indexes("process_step", "-opened_at", by_department=False),
            models.Index(fields=("state", "due_at", "id"), name="process_step_due"),
            models.Index(fields=("customer", "-opened_at"), name="process_step_customer"),
        ]
        constraints = [
            models.UniqueConstraint(fields=("opportunity", "step"), name="process_step_once"),
            models.CheckConstraint(
                condition=models.Q(state=StepState.OPEN, closed_at__isnull=True)
                | (~models.Q(state=StepState.OPEN) & models.Q(closed_at__isnull=False)),
                name="process_step_closed_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.state}"
