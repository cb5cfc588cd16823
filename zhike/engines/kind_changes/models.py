"""Tables of changes of kind, and the values as they were before."""

from __future__ import annotations

from typing import Any

from django.db import models


class KindChange(models.Model):
    """One change of a custom field's kind; the values before it are kept for 30 days."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        UNDOING = "undoing"
        UNDONE = "undone"

    field_id = models.BigIntegerField()
    object_key = models.CharField(max_length=60)
    field_key = models.CharField(max_length=60)
    #: {"kind", "options", "default", "unique", "indexed", "required"} of the definition.
    old: Any = models.JSONField()
    new: Any = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)
    converted = models.PositiveIntegerField(default=0)
    #: Values that nothing could be made of; they are kept here and the records are empty.
    emptied = models.PositiveIntegerField(default=0)
    #: Computed fields that are out of use meanwhile: [{"id", "before", "after"}] with their options as they were and go on.
    dependents: Any = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=("field_id", "-id"), name="kind_change_field")]
        constraints = [
            models.UniqueConstraint(
                fields=("field_id",), condition=models.Q(state__in=("running", "undoing")), name="kind_change_one_runs"
            )
        ]

    def __str__(self) -> str:
        return f"{self.object_key}.{self.field_key}: {self.old.get('kind')} → {self.new.get('kind')}"


class KeptValue(models.Model):
    """The JSON value of one record before the change, and what became of it (None: nothing)."""

    change = models.ForeignKey(KindChange, models.CASCADE, related_name="kept", db_index=False)
    record_id = models.BigIntegerField()
    old: Any = models.JSONField()
    new: Any = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("change", "record_id"), name="kept_value_once")]

    def __str__(self) -> str:
        return f"{self.record_id}: {self.old}"
