"""The table of notifications."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class Notification(models.Model):
    """Something that one person is told about a record."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    actor_id = models.BigIntegerField(null=True)
    object_key = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    params: Any = models.JSONField(default=dict, blank=True)
    #: Keeps a person from being told the same twice; None where a notice may repeat.
    once = models.CharField(max_length=120, null=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("user", "once"), name="notification_once")]
        indexes = [
            models.Index("user", models.F("id").desc(), name="notification_user"),
            models.Index(fields=("user",), condition=models.Q(read_at__isnull=True), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"


class MailPreference(models.Model):
    """Which kinds of notification a person wants by mail too, and how far that has been done."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    #: Keys of kinds.
    kinds: Any = models.JSONField(default=list)
    #: What happens within so many minutes goes into one mail.
    every_minutes = models.PositiveIntegerField(default=60)
    #: The last notification that a mail told of, or that was there before mail was wished for.
    mailed_through = models.BigIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"mail for {self.pk}"
