"""Requests already answered, so that a repetition gets the first answer instead of a second effect."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models

#: How long an Idempotency-Key is remembered.
KEPT = timedelta(hours=24)


class AnsweredRequest(models.Model):
    """One POST with an Idempotency-Key; ``status`` is None while the first one still runs."""

    actor = models.CharField(max_length=60)
    endpoint = models.CharField(max_length=300)
    key = models.CharField(max_length=200)
    #: SHA-256 of the body: the same key with another body is a mistake of the caller.
    body_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_index=True)
    #: A first request that has not answered by then died with its process, and nothing of it was kept.
    running_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    headers: Any = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("actor", "endpoint", "key"), name="answered_request_once")]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.key}"
