"""How far the running numbers of documents have come."""

from __future__ import annotations

from django.db import models


class NumberCount(models.Model):
    """The last number given under a prefix, such as SO2026-."""

    prefix = models.CharField(primary_key=True, max_length=20)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix}{self.last}"


class FollowUp(models.Model):
    """A task that was opened because something happened, so that it is opened once."""

    #: What happened: "done 12", "delivery 34".
    key = models.CharField(primary_key=True, max_length=40)
    task_id = models.BigIntegerField()

    def __str__(self) -> str:
        return self.key
