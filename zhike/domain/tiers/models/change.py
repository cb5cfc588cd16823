"""Moves from one grade to another, with what they rest on; words are made when they are read."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import pgettext_lazy

from zhike.domain.tiers.models.scheme import TierVersion


class Direction(models.TextChoices):
    UP = "up", pgettext_lazy("grade", "risen")
    DOWN = "down", pgettext_lazy("grade", "fallen")
    NEW = "new", pgettext_lazy("grade", "first grade")
    OUT = "out", pgettext_lazy("grade", "no longer graded")


class TierChange(models.Model):
    """A move of a customer between grades, under the version of the rules that made it; never changed."""

    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    version = models.ForeignKey(TierVersion, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    direction = models.CharField(max_length=10, choices=Direction)
    old = models.CharField(max_length=30, blank=True)
    new = models.CharField(max_length=30, blank=True)
    detail: Any = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index("customer", models.F("id").desc(), name="tier_change_customer"),
            models.Index("version", models.F("id").desc(), name="tier_change_version"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.old} → {self.new}"
