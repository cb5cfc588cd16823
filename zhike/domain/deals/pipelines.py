"""Pipelines as they are: which there are, their versions, and the definition that a deal runs under."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from zhike.domain.deals.definition import Definition, read
from zhike.domain.deals.models import Pipeline, PipelineVersion
from zhike.domain.deals.template import bring_pipeline


@dataclass(frozen=True, slots=True)
class Process:
    """A pipeline under one of its versions."""

    pipeline: Pipeline
    number: int
    definition: Definition


def latest_processes() -> dict[str, Process]:
    """Every pipeline under its latest version, by key, in order; brings the shipped one where there is none."""
    rows = list(PipelineVersion.objects.select_related("pipeline").order_by("pipeline__order", "pipeline_id", "number"))
    if not rows:
        bring_pipeline()
        rows = list(PipelineVersion.objects.select_related("pipeline").order_by("pipeline_id", "number"))
    latest = {row.pipeline.key: row for row in rows}
    return {key: Process(row.pipeline, row.number, read(row.definition)) for key, row in latest.items()}


def processes_of(wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], Process]:
    """Processes by pipeline key and number of the version; one query."""
    keys = {key for key, _number in wanted}
    if not keys:
        return {}
    rows = PipelineVersion.objects.filter(pipeline__key__in=keys).select_related("pipeline")
    return {
        (row.pipeline.key, row.number): Process(row.pipeline, row.number, read(row.definition))
        for row in rows
        if (row.pipeline.key, row.number) in wanted
    }


def first_in_use(processes: dict[str, Process]) -> Process | None:
    """Where a deal goes that names no pipeline."""
    return next((found for found in processes.values() if found.pipeline.is_active), None)
