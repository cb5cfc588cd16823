"""Tables of the search index: one document a record, large writes still to be indexed, and what each index was built for."""

from __future__ import annotations

from django.db import models


class SearchDocument(models.Model):
    """One record as search knows it. Its tokens are in the index (``index/``) under the document's id.

    On PostgreSQL the table has one more column, ``tokens tsvector``; on SQLite they are in the table ``search_tokens``.
    """

    object_key = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    #: Normalised, for ranking alone; what is shown comes from the record and passes the reader's rights.
    title = models.CharField(max_length=120, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("object_key", "record_id"), name="search_document_once")]

    def __str__(self) -> str:
        return f"{self.object_key} {self.record_id}: {self.title}"


class SearchBacklog(models.Model):
    """A write too large to be indexed in its own transaction: the reader of the change log does it."""

    batch_id = models.BigIntegerField()
    object_key = models.CharField(max_length=60)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("batch_id", "object_key"), name="search_backlog_once")]

    def __str__(self) -> str:
        return f"{self.object_key} of batch {self.batch_id}"


class SearchBuild(models.Model):
    """What the documents of an object type were built for; where that no longer holds, they are built again."""

    object_key = models.CharField(primary_key=True, max_length=60)
    signature = models.CharField(max_length=64)
    built_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.object_key}: {self.signature}"
