"""Links by which one customer checks their own data."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class CheckLink(models.Model):
    """A secret address for one customer; the database has its SHA-256 alone."""

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    most_uses = models.PositiveSmallIntegerField(default=3)
    uses = models.PositiveSmallIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=("customer", "-made_at"), name="checklink_customer")]
        constraints = [
            models.CheckConstraint(condition=models.Q(uses__lte=models.F("most_uses")), name="checklink_uses_bounded")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.made_at}"
