"""Who gets the weekly report on risk customers by mail."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ReportReader(models.Model):
    """A person whose report, of what they themselves may see, is sent to them as a PDF."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.user_id}"
