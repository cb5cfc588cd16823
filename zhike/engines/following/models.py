"""The table of who follows which record."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Following(models.Model):
    """A person wants to be told of what others do with a record; what they are told obeys their rights of that moment."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    object_key = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("user", "object_key", "record_id"), name="following_once")]
        indexes = [models.Index(fields=("object_key", "record_id"), name="following_record")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.object_key} {self.record_id}"
