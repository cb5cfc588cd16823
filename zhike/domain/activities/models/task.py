"""Tasks: what somebody is to do until when."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.domain.activities.choices import Priority, TaskKind, TaskStatus
from zhike.metadata.fields.columns import ChoiceField, LongTextField, RecurrenceField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record

STATUS_TONES = {"open": "blue", "done": "green"}
PRIORITY_TONES = {"high": "red"}


class Task(Record):
    """Something to do; the owner of the record is the person who does it."""

    title = models.CharField(_("title"), max_length=200)
    kind = ChoiceField(_("kind"), choices=TaskKind, default=TaskKind.OTHER)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), null=True, blank=True, related_name="tasks"
    )
    contact = models.ForeignKey(
        "customers.Contact", models.PROTECT, verbose_name=_("contact"), null=True, blank=True, related_name="+"
    )
    #: The deal whose next step it is.
    opportunity = models.ForeignKey(
        "deals.Opportunity",
        models.PROTECT,
        verbose_name=_("opportunity"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    remind_at = models.DateTimeField(_("remind at"), null=True, blank=True)
    status = ChoiceField(_("status"), choices=TaskStatus, tones=STATUS_TONES, default=TaskStatus.OPEN)
    priority = ChoiceField(_("priority"), choices=Priority, tones=PRIORITY_TONES, default=Priority.NORMAL)
    note = LongTextField(_("note"), null=True, blank=True)
    recurs = RecurrenceField(_("repetition"), null=True, blank=True)
    #: The first task of the series that this one belongs to, and its place in it; empty for the first one itself.
    series = models.BigIntegerField(_("series"), null=True, blank=True, editable=False)
    turn = models.PositiveIntegerField(_("turn"), default=1, editable=False)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            bin_index("task"),
            *list_indexes("task", "due_at"),
            models.Index(
                fields=("owner", "status", "due_at", "id"),
                condition=models.Q(deletion__isnull=True),
                name="task_owner_due",
            ),
            models.Index(
                fields=("opportunity", "status", "due_at"),
                condition=models.Q(opportunity__isnull=False),
                name="task_opportunity_steps",
            ),
            models.Index(fields=("remind_at",), condition=models.Q(status=TaskStatus.OPEN), name="task_open_reminder"),
            models.Index(fields=("due_at",), condition=models.Q(recurs__isnull=False), name="task_recurring_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=("series", "turn"), name="task_series_once"),
            models.CheckConstraint(
                condition=models.Q(status=TaskStatus.DONE, done_at__isnull=False)
                | (~models.Q(status=TaskStatus.DONE) & models.Q(done_at__isnull=True)),
                name="task_done_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title
