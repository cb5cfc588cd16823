"""The table of forms that were carried out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class Submission(models.Model):
    """A form with this key was carried out for this person; ``result`` is what came of it, as JSON."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    result: Any = models.JSONField(null=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("user", "key"), name="submission_once")]

    def __str__(self) -> str:
        return self.key
