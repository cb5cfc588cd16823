"""Pipelines and their versions: how selling goes, as data that is published and then never changed."""

from __future__ import annotations

from typing import Any

from django.db import models


class Pipeline(models.Model):
    """One way of selling; deals of different kinds of business go through different ones."""

    key = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    order = models.PositiveSmallIntegerField(default=100)
    is_active = models.BooleanField(default=True)
    #: A definition in the making, seen by who designs it alone; None where nothing differs from the latest version.
    draft: Any = models.JSONField(null=True)

    class Meta:
        ordering = ("order", "id")

    def __str__(self) -> str:
        return self.name


class PipelineVersion(models.Model):
    """A definition as it was published, see ``definition.py``. Deals that run keep theirs until somebody moves them."""

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition: Any = models.JSONField()
    published_at = models.DateTimeField()
    published_by_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("pipeline", "number")
        constraints = [models.UniqueConstraint(fields=("pipeline", "number"), name="pipeline_version_once")]

    def __str__(self) -> str:
        return f"{self.pipeline_id} v{self.number}"
