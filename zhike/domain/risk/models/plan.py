"""When the next reminder and the next visit of a risk customer fall due, drawn by lot."""

from __future__ import annotations

from django.db import models


class RiskPlan(models.Model):
    """One row for each customer whose level asks for irregular attention; ``turn`` is part of the seed of the next draw."""

    customer_id = models.BigIntegerField(primary_key=True)
    level = models.CharField(max_length=30)
    remind_at = models.DateTimeField(null=True)
    visit_on = models.DateField(null=True)
    turn = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=("remind_at",), name="risk_plan_remind"),
            models.Index(fields=("visit_on",), name="risk_plan_visit"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.remind_at}, {self.visit_on}"
