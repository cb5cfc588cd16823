"""The table of what was found out about single values."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class State(models.TextChoices):
    VERIFIED = "verified", pgettext_lazy("value", "verified")
    UNVERIFIED = "unverified", pgettext_lazy("value", "not verified")
    INVALID = "invalid", pgettext_lazy("value", "invalid")


class Means(models.TextChoices):
    """How somebody came to know."""

    HAND = "hand", _("by hand")
    CALL = "call", _("a call")
    CUSTOMER = "customer", _("the customer confirmed it")
    MAIL = "mail", _("the mail came back")
    LETTER = "letter", _("the letter came back")
    LINK = "link", _("the customer's own link")
    INSPECTION = "inspection", _("an inspection")
    REVIEW = "review", _("an archive review")
    FORMAT = "format", _("a check of the form")


class ValueMark(models.Model):
    """One finding about one value of a field; the latest of each value is the current one, earlier ones are its history.

    ``value`` is the text of ``verifiable.texts_of``: each phone and each mail of a list has findings of its own. ``by_id`` is
    empty where it was the customer or a machine.
    """

    object_key = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    field_key = models.CharField(max_length=60)
    value = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State)
    means = models.CharField(max_length=10, choices=Means)
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("object_key", "record_id", "field_key", "value"),
                condition=models.Q(is_current=True),
                name="value_mark_current_once",
            ),
        ]
        indexes = [
            models.Index(fields=("object_key", "record_id", "id"), name="value_mark_record"),
            models.Index(
                fields=("object_key", "field_key", "state", "record_id"),
                condition=models.Q(is_current=True),
                name="value_mark_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object_key} {self.record_id}.{self.field_key}: {self.state}"
