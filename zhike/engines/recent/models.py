"""The table of recently opened records."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class RecentRecord(models.Model):
    """A person opened a record at that moment; kept for the last few records of each person."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    object_key = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("user", "object_key", "record_id"), name="recent_record_once")]
        indexes = [models.Index("user", models.F("at").desc(), name="recent_user")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.object_key} {self.record_id}"
