"""Tables of data quality: rules, the score of every customer, weekly snapshots by person, and inspections."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy


class QualityRules(models.Model):
    """What must be known of customers, in force from when it was saved; never changed, the latest holds."""

    definition: Any = models.JSONField()
    created_at = models.DateTimeField()
    created_by_id = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"rules {self.pk}"


class QualityScore(models.Model):
    """What the rules say of one customer as it stands."""

    customer = models.OneToOneField(
        "customers.Customer", models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    #: 0–100; None where no rules concern the customer.
    score = models.SmallIntegerField(null=True)
    #: When the first of the required fields that are missing had to be filled in, and by whom.
    entry_due_at = models.DateTimeField(null=True)
    entry_by_id = models.BigIntegerField(null=True)
    #: When a person last changed the record or verified a value of it.
    touched_at = models.DateTimeField()
    #: When it is to be verified again.
    stale_at = models.DateTimeField(null=True)
    #: Whether a phone or mail is verified; None where there is neither.
    is_verified = models.BooleanField(null=True)
    rules_id = models.BigIntegerField()
    computed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=("entry_due_at",), condition=models.Q(entry_due_at__isnull=False), name="quality_entry_due"
            ),
            models.Index(fields=("stale_at",), name="quality_stale"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.score}"


class QualitySnapshot(models.Model):
    """The figures of one person's customers in one week; written over until the week ends."""

    week = models.DateField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    customers = models.PositiveIntegerField()
    score_sum = models.BigIntegerField()
    scored = models.PositiveIntegerField()
    verified = models.PositiveIntegerField()
    reachable = models.PositiveIntegerField()
    overdue = models.PositiveIntegerField()
    stale = models.PositiveIntegerField()
    checked = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("user", "week"), name="quality_snapshot_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.week}"


class Inspection(models.Model):
    """A random sample of one person's customers that a manager checks field by field."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    #: The sample follows from the seed and the population alone.
    seed = models.BigIntegerField()
    population = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=("user", "-created_at"), name="inspection_latest")]

    def __str__(self) -> str:
        return f"inspection {self.pk}"


class Verdict(models.TextChoices):
    OPEN = "open", pgettext_lazy("inspection", "not checked")
    RIGHT = "right", pgettext_lazy("inspection", "right")
    WRONG = "wrong", pgettext_lazy("inspection", "wrong")
    UNKNOWN = "unknown", pgettext_lazy("inspection", "could not be checked")


class InspectionItem(models.Model):
    """One field of one customer of the sample, with the value that it had when the sample was drawn."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="items", db_index=False)
    customer_id = models.BigIntegerField()
    field_key = models.CharField(max_length=60)
    #: JSON value of the field.
    value: Any = models.JSONField(null=True)
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.OPEN)
    note = models.CharField(max_length=200, blank=True)
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("inspection", "customer_id", "field_key"), name="inspection_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}.{self.field_key}: {self.verdict}"
