"""When a value was last confirmed, by whom and by which means."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class Means(models.TextChoices):
    CUSTOMER = "self_update", pgettext_lazy("confirmed by", "by the customer, over the self-update link")
    CALL = "call", pgettext_lazy("confirmed by", "in a call")
    REVIEW = "review", pgettext_lazy("confirmed by", "in a review of the file")


class Confirmation(models.Model):
    """The last confirmation of one value. Whoever changes the value later makes it void: the change is the younger of the two."""

    object_key = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    field_key = models.CharField(max_length=60)
    at = models.DateTimeField(_("confirmed at"))
    means = models.CharField(max_length=20, choices=Means)
    #: None when it was the customer.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("object_key", "record_id", "field_key"), name="confirmation_once")
        ]

    def __str__(self) -> str:
        return f"{self.object_key} {self.record_id} {self.field_key}"


class CheckRules(models.Model):
    """What customers see of their own data and for how long a link works; one row."""

    fields = models.JSONField(default=list)
    days = models.PositiveSmallIntegerField(default=14)
    most_uses = models.PositiveSmallIntegerField(default=3)

    def __str__(self) -> str:
        return f"{self.days} d"
