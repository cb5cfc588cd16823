"""What was said of single fields: by who reviewed, and by who checked the review again."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class Verdict(models.TextChoices):
    CONFIRMED = "confirmed", pgettext_lazy("answer", "confirmed")
    CORRECTED = "corrected", pgettext_lazy("answer", "corrected")
    UNREACHABLE = "unreachable", pgettext_lazy("answer", "not reachable")


class ReviewOpening(models.Model):
    """That somebody had the record of a review before their eyes; without it they cannot answer."""

    review = models.ForeignKey("reviews.Review", models.CASCADE, related_name="openings", db_index=False)
    user_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("review", "user_id"), name="review_opening_once")]

    def __str__(self) -> str:
        return f"{self.review_id} by {self.user_id}"


class ReviewAnswer(models.Model):
    """One field of a review, the last word of whoever answered."""

    review = models.ForeignKey("reviews.Review", models.CASCADE, related_name="answers", db_index=False)
    field = models.CharField(max_length=60)
    verdict = models.CharField(max_length=20, choices=Verdict)
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("review", "field"), name="review_answer_once")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.field}: {self.verdict}"


class Recheck(models.Model):
    """What a second look found of one field of a sampled review."""

    review = models.ForeignKey("reviews.Review", models.CASCADE, related_name="rechecks", db_index=False)
    field = models.CharField(max_length=60)
    is_right = models.BooleanField()
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("review", "field"), name="review_recheck_once")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.field}: {self.is_right}"
