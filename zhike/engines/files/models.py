"""The table of files; their contents lie in the data directory under random names."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class File(models.Model):
    """A file that somebody added to a record; who sees the record, and its field if it has one, may fetch it."""

    object_key = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    #: The field that holds it, whose rights then hold for it too; empty for files that hang on the record itself.
    field_key = models.CharField(max_length=60, blank=True, default="")
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    #: As the first bytes say, whatever the browser claimed.
    mime = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    #: Below the directory of files.
    path = models.CharField(max_length=80, unique=True)
    #: Of pictures that can be shown; 0 for everything else.
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    deleted_at = models.DateTimeField(null=True, db_index=True)
    deleted_by_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=("object_key", "record_id", "id"), name="file_record")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        return self.width > 0
