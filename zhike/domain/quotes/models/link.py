"""Links by which a customer opens a quote and answers it."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class QuoteLink(models.Model):
    """A secret address of one version; the database has its SHA-256 alone."""

    quote = models.ForeignKey("quotes.Quote", models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=("quote", "-made_at"), name="quotelink_quote")]

    def __str__(self) -> str:
        return f"{self.quote_id} {self.made_at}"
