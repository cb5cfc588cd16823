"""The table of hand-overs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class HandOver(models.Model):
    """One person's records given to successors: the plan, and the jobs that carry it out or take it back."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    #: See ``planning.Rule``.
    rule: Any = models.JSONField()
    #: Keys of the parts, in their order.
    parts: Any = models.JSONField()
    reason = models.CharField(max_length=200)
    #: What the successors are told.
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()
    created_by_id = models.BigIntegerField(null=True)
    job_id = models.BigIntegerField(null=True, unique=True)
    undo_job_id = models.BigIntegerField(null=True)
    #: {part: {id of a successor: how many}}, when it is over.
    counts: Any = models.JSONField(default=dict)
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=("person", "-id"), name="hand_over_person")]

    def __str__(self) -> str:
        return f"hand-over of {self.person_id}"


class MovedPlace(models.Model):
    """A place on the team of a record that a hand-over gave to a successor; taking it back reads it."""

    hand_over = models.ForeignKey(HandOver, models.CASCADE, related_name="places")
    object_key = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    to_user_id = models.BigIntegerField()
    #: Access of the person, access that the successor got, and what they had before ("" for none).
    had = models.CharField(max_length=4)
    gave = models.CharField(max_length=4)
    before = models.CharField(max_length=4, blank=True)

    def __str__(self) -> str:
        return f"{self.object_key} {self.record_id} → {self.to_user_id}"
