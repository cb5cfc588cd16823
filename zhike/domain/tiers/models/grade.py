"""Grades as they stand, who set one aside, when everybody was graded, and who waits to be graded again."""

from __future__ import annotations

from typing import Any

from django.db import models

from zhike.domain.tiers.models.scheme import TierScheme, TierVersion


class TierGrade(models.Model):
    """The grade of a customer under a scheme: what the rules say (``computed``) and what holds (``grade``)."""

    scheme = models.ForeignKey(TierScheme, models.CASCADE, related_name="+")
    customer = models.ForeignKey("customers.Customer", models.DO_NOTHING, related_name="+", db_constraint=False)
    grade = models.CharField(max_length=30)
    computed = models.CharField(max_length=30)
    score = models.IntegerField(null=True)
    #: What it was computed from, see ``words.py``.
    detail: Any = models.JSONField(default=dict)
    version = models.ForeignKey(TierVersion, models.PROTECT, related_name="+")
    since = models.DateTimeField()
    graded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("scheme", "customer"), name="tier_grade_once")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.grade}"


class TierOverride(models.Model):
    """A grade given by a person, with the reason and the last day on which it holds."""

    scheme = models.ForeignKey(TierScheme, models.CASCADE, related_name="+")
    customer = models.ForeignKey("customers.Customer", models.DO_NOTHING, related_name="+", db_constraint=False)
    grade = models.CharField(max_length=30)
    reason = models.CharField(max_length=300)
    until = models.DateField()
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("scheme", "customer"), name="tier_override_once")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.grade} until {self.until}"


class TierRun(models.Model):
    """One grading of everybody: population, counts by grade, and the cut-offs that the quantiles gave."""

    scheme = models.ForeignKey(TierScheme, models.CASCADE, related_name="runs")
    version = models.ForeignKey(TierVersion, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    counts: Any = models.JSONField(default=dict)
    moved = models.PositiveIntegerField(default=0)
    cuts: Any = models.JSONField(default=list)
    is_done = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=("scheme", "-id"), name="tier_run_latest")]

    def __str__(self) -> str:
        return f"{self.scheme_id} at {self.at}"


class TierDue(models.Model):
    """A customer to be graded anew once the figures have read the change log up to ``seq``."""

    customer_id = models.BigIntegerField(primary_key=True)
    seq = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.customer_id} after {self.seq}"


class PlannedWork(models.Model):
    """A task that the strategy of a tier made; one for each customer, play and period."""

    scheme = models.ForeignKey(TierScheme, models.CASCADE, related_name="+")
    play = models.CharField(max_length=60)
    customer_id = models.BigIntegerField()
    period = models.DateField()
    task_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("scheme", "play", "customer_id", "period"), name="planned_work_once")
        ]

    def __str__(self) -> str:
        return f"{self.play} {self.customer_id} {self.period}"
