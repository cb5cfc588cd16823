"""Exports: who took what out, when, and the file for as long as it is kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models

#: How long a finished file can be fetched; that it was made is kept for good.
KEPT = timedelta(days=7)


def directory() -> Path:
    """Where finished files lie."""
    found = Path(settings.DATA_DIR) / "exports"
    found.mkdir(parents=True, exist_ok=True)
    return found


#: Formats in which a list goes out.
LIST_FORMATS = ("xlsx", "csv")


class ExportRun(models.Model):
    """One list on its way out; the row is the log of it and stays when the file is gone."""

    class Format(models.TextChoices):
        XLSX = "xlsx", "XLSX"
        CSV = "csv", "CSV"
        #: Reports that a page made, never a list.
        PDF = "pdf", "PDF"

    object_key = models.CharField(max_length=60)
    actor_id = models.BigIntegerField()
    created_at = models.DateTimeField(db_index=True)
    format = models.CharField(max_length=4, choices=Format, default=Format.XLSX)
    columns: Any = models.JSONField(default=list)
    filter: Any = models.JSONField(null=True)
    sort: Any = models.JSONField(default=list)
    #: Ids of chosen records, where not the whole list was asked for.
    ids: Any = models.JSONField(null=True)
    rows = models.PositiveBigIntegerField(default=0)
    stored_name = models.CharField(max_length=80)
    job_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index("actor_id", models.F("id").desc(), name="export_of_actor")]

    def __str__(self) -> str:
        return f"{self.object_key} {self.pk}"

    @property
    def path(self) -> Path:
        """The file, once the job is done."""
        return directory() / self.stored_name
