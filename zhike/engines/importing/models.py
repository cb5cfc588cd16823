"""Imports: which file, how its columns were understood, what became of its rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def directory() -> Path:
    """Where uploaded files and the workbooks of rejected rows are kept."""
    found = Path(settings.DATA_DIR) / "imports"
    found.mkdir(parents=True, exist_ok=True)
    return found


class ImportRun(models.Model):
    """One file on its way into the base."""

    class Mode(models.TextChoices):
        CREATE = "create", _("create new records only")
        UPDATE = "update", _("update existing records only")
        BOTH = "both", _("create and update")

    class Duplicates(models.TextChoices):
        CREATE = "create", _("create them as well")
        SKIP = "skip", _("leave the row out")
        UPDATE = "update", _("update the record")
        MERGE = "merge", _("add what the record lacks")

    object_key = models.CharField(max_length=60)
    actor_id = models.BigIntegerField()
    created_at = models.DateTimeField(db_index=True)
    #: Name that the file had with the person, and the one that it has in ``directory()``.
    file_name = models.CharField(max_length=200)
    stored_name = models.CharField(max_length=80)
    sheet = models.CharField(max_length=200, blank=True)
    headers: Any = models.JSONField(default=list)
    #: SHA-256 of the sorted plain headings, by which the next such file is known.
    headers_hash = models.CharField(max_length=64, blank=True)
    #: Layout of another program's export that the file is read by; "" when its columns speak for themselves.
    layout = models.CharField(max_length=60, blank=True)
    #: Column position (as text) → target: a field key, ``<child address>.<field key>`` or a part ``<field key>:<part>``;
    #: columns left out are ignored.
    mapping: Any = models.JSONField(default=dict)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.BOTH)
    #: Field by which records are found; "" creates every row anew.
    key = models.CharField(max_length=60, blank=True)
    #: What to do with rows that are the same as a record or an earlier row, though no key says so.
    duplicates = models.CharField(max_length=10, choices=Duplicates, default=Duplicates.CREATE)
    #: Names of tags and the like that do not exist are made.
    creates_links = models.BooleanField(default=True)
    job_id = models.BigIntegerField(null=True)
    is_dry_run = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index("actor_id", models.F("id").desc(), name="import_of_actor"),
            models.Index("object_key", "headers_hash", models.F("id").desc(), name="import_with_headers"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def path(self) -> Path:
        """The uploaded file."""
        return directory() / self.stored_name

    @property
    def rejected_path(self) -> Path:
        """The workbook of rejected rows with their reasons; exists after a run that rejected any."""
        return directory() / f"{Path(self.stored_name).stem}-rejected.xlsx"

    @property
    def seen_path(self) -> Path:
        """What a trial has read so far; removed with its end."""
        return directory() / f"{Path(self.stored_name).stem}-seen.sqlite"

    @property
    def reasons_path(self) -> Path:
        """Rejected rows while the job runs, one JSON line each."""
        return directory() / f"{Path(self.stored_name).stem}-rejected.jsonl"
