"""Tables of merging: each merge with all that it moved, and where the addresses of merged records lead."""

from __future__ import annotations

from typing import Any

from django.db import models


class Merge(models.Model):
    """One act of merging; it can be taken back for 30 days."""

    object_key = models.CharField(max_length=60)
    survivor_id = models.BigIntegerField()
    #: Ids and titles of the records that were merged into it.
    merged: Any = models.JSONField(default=list)
    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True)
    #: Ids of the batches that it wrote, in order.
    batches: Any = models.JSONField(default=list)
    #: Rows that hang on the records by number and no link: [belonging, row id, record id before].
    moved: Any = models.JSONField(default=list)
    deletion_id = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=("object_key", "survivor_id"), name="merge_survivor")]

    def __str__(self) -> str:
        return f"{self.object_key} {self.survivor_id}"


class MergedRecord(models.Model):
    """The number of a record that was merged, and the record that it is now."""

    object_key = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    survivor_id = models.BigIntegerField()
    merge = models.ForeignKey(Merge, models.CASCADE, related_name="records")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("object_key", "record_id"), name="merged_record_once")]

    def __str__(self) -> str:
        return f"{self.object_key} {self.record_id} → {self.survivor_id}"
