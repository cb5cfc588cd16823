"""Tables of the duplicate finder: blocking keys, what they were built for, and pairs of records found or decided."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class DuplicateKey(models.Model):
    """One blocking key of one live record; records that share none are never compared."""

    object_key = models.CharField(max_length=60)
    key = models.BigIntegerField()
    record_id = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=("object_key", "key", "record_id"), name="duplicate_key_block"),
            models.Index(fields=("object_key", "record_id"), name="duplicate_key_record"),
        ]

    def __str__(self) -> str:
        return f"{self.object_key} {self.record_id}: {self.key}"


class DuplicateBuild(models.Model):
    """What the keys of an object type were built for; where that no longer holds, they are built again."""

    object_key = models.CharField(primary_key=True, max_length=60)
    signature = models.CharField(max_length=64)
    built_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.object_key}: {self.signature}"


class DuplicatePair(models.Model):
    """Two records that a comparison of the whole base took for the same, or that a person said are not."""

    class State(models.TextChoices):
        OPEN = "open", _("to be decided")
        DIFFERENT = "different", _("not duplicates")

    object_key = models.CharField(max_length=60)
    #: The smaller id of the two.
    left_id = models.BigIntegerField()
    right_id = models.BigIntegerField()
    score = models.FloatField(default=0)
    #: Values of ``scoring.Reason``.
    reasons: Any = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    #: Smallest id of all records that are connected by open pairs.
    group = models.BigIntegerField(default=0)
    job_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("object_key", "left_id", "right_id"), name="duplicate_pair_once"),
            models.CheckConstraint(condition=models.Q(left_id__lt=models.F("right_id")), name="duplicate_pair_ordered"),
        ]
        indexes = [
            models.Index(
                fields=("object_key", "group", "id"), condition=models.Q(state="open"), name="duplicate_pair_group"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object_key} {self.left_id} = {self.right_id}: {self.state}"


class KinPair(models.Model):
    """Two records of different types that were taken for the same, or that a person said are not."""

    class State(models.TextChoices):
        OPEN = "open", _("to be decided")
        DIFFERENT = "different", _("not duplicates")

    #: The type whose descriptor says that both are compared.
    left_key = models.CharField(max_length=60)
    left_id = models.BigIntegerField()
    right_key = models.CharField(max_length=60)
    right_id = models.BigIntegerField()
    score = models.FloatField(default=0)
    #: Values of ``scoring.Reason``.
    reasons: Any = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    job_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("left_key", "left_id", "right_key", "right_id"), name="duplicate_kin_once"),
        ]
        indexes = [
            models.Index(
                fields=("left_key", "right_key", "id"), condition=models.Q(state="open"), name="duplicate_kin_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.left_key} {self.left_id} = {self.right_key} {self.right_id}: {self.state}"
