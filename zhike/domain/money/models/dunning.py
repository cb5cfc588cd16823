"""Which reminders of an overdue instalment were made."""

from __future__ import annotations

from django.db import models


class Dunning(models.Model):
    """The task of one instalment and level, so that it is made once."""

    instalment_id = models.BigIntegerField()
    level = models.PositiveSmallIntegerField()
    #: Day that the instalment was due on; agreed anew, it may be reminded of anew.
    due_on = models.DateField()
    task_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("instalment_id", "due_on", "level"), name="dunning_once")]

    def __str__(self) -> str:
        return f"{self.instalment_id}: {self.level}"
