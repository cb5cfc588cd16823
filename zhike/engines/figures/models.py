"""Tables of computed figures."""

from __future__ import annotations

from typing import Any

from django.db import models


class FigureRow(models.Model):
    """All figures of one record: {figure key: JSON value}, and when they were computed."""

    object_key = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    values: Any = models.JSONField(default=dict)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("object_key", "record_id"), name="figure_row_once")]

    def __str__(self) -> str:
        return f"{self.object_key} {self.record_id}: {self.values}"


class FigureBuild(models.Model):
    """Which figures of an object type have been computed for all its records, and when that last ended."""

    object_key = models.CharField(primary_key=True, max_length=60)
    keys: Any = models.JSONField(default=list)
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.object_key}: {self.keys}"
