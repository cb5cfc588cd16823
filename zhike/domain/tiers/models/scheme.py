"""Schemes by which customers are graded, and their versions."""

from __future__ import annotations

from typing import Any

from django.db import models


class TierScheme(models.Model):
    """One way of grading; several stand side by side. The grade goes into the customer's field ``writes``, if that names one."""

    TIER = "tier"

    key = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)
    #: Key of a choice field of the customer: "tier", or that of another domain's method of grading.
    writes = models.CharField(max_length=30, blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=("writes",), condition=~models.Q(writes=""), name="tier_scheme_one_writes")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def writes_tier(self) -> bool:
        return self.writes == self.TIER

    @classmethod
    def of_value(cls) -> models.QuerySet[TierScheme]:
        """Schemes of value tiers; those of other domains have pages of their own."""
        return cls.objects.filter(writes__in=("", cls.TIER))


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
