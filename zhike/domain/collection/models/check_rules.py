"""What customers see of their own data."""

from __future__ import annotations

from django.db import models


class CheckRules(models.Model):
    """What customers see of their own data and for how long a link works; one row."""

    fields = models.JSONField(default=list)
    days = models.PositiveSmallIntegerField(default=14)
    most_uses = models.PositiveSmallIntegerField(default=3)

    def __str__(self) -> str:
        return f"{self.days} d"
