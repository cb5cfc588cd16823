"""The table of comments."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class Comment(models.Model):
    """What a person wrote about a record; who sees the record sees it."""

    object_key = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    body = models.TextField()
    #: Ids of the people mentioned who could see the record when it was written.
    mentions: Any = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    deleted_by_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=("object_key", "record_id", "id"), name="comment_record")]

    def __str__(self) -> str:
        return f"{self.object_key} {self.record_id}: {self.body[:40]}"
