"""Flows: which records need whose word, as versioned data that administrators edit."""

from __future__ import annotations

from typing import Any

from django.db import models


class ApprovalFlow(models.Model):
    """One path for one kind of approval on one object type; the first active one whose conditions hold is taken."""

    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True, default="")
    object_key = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    #: Flows of the same object and kind are asked in this order.
    order = models.PositiveIntegerField(default=100)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("object_key", "kind", "order", "id")

    def __str__(self) -> str:
        return self.name

    def label(self, language: str) -> str:
        return self.name_en if language.startswith("en") and self.name_en else self.name


class ApprovalVersion(models.Model):
    """A definition of a flow, in force from a day on until the next one; never changed once saved."""

    flow = models.ForeignKey(ApprovalFlow, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    #: See ``definition.py``.
    definition: Any = models.JSONField()
    effective_on = models.DateField()
    created_at = models.DateTimeField()
    created_by_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("flow", "number")
        constraints = [models.UniqueConstraint(fields=("flow", "number"), name="approval_version_once")]

    def __str__(self) -> str:
        return f"{self.flow_id} v{self.number}"
