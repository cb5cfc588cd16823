"""Schemes by which customers are graded, and their versions."""

from __future__ import annotations

from typing import Any

from django.db import models


class TierScheme(models.Model):
    """One way of grading; several stand side by side. ``writes_tier`` makes its grade the customer's tier."""

    key = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)
    writes_tier = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=("writes_tier",), condition=models.Q(writes_tier=True), name="tier_scheme_one_writes"
            )
        ]

    def __str__(self) -> str:
        return self.name


class TierVersion(models.Model):
    """A definition of a scheme, in force from a day on until the next one; never changed once saved."""

    scheme = models.ForeignKey(TierScheme, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition: Any = models.JSONField()
    effective_on = models.DateField()
    created_at = models.DateTimeField()
    created_by_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("scheme", "number")
        constraints = [models.UniqueConstraint(fields=("scheme", "number"), name="tier_version_once")]

    def __str__(self) -> str:
        return f"{self.scheme_id} v{self.number}"
