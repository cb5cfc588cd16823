"""Reviews: one customer in one cycle, who is to confirm it, and what came of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.metadata.fields.columns import ChoiceField, LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class ReviewState(models.TextChoices):
    DUE = "due", pgettext_lazy("review", "to be reviewed")
    DONE = "done", pgettext_lazy("review", "reviewed")
    MISSED = "missed", pgettext_lazy("review", "missed")


class Trend(models.TextChoices):
    STEADY = "steady", pgettext_lazy("review", "steady")
    GROWTH = "growth", pgettext_lazy("review", "growing fast")
    LOSS = "loss", pgettext_lazy("review", "shrinking")
    GONE = "gone", pgettext_lazy("review", "buys no longer")


class Result(models.TextChoices):
    """The three classes of a reviewed archive, apart from the value tier."""

    IMPORTANT = "important", pgettext_lazy("review", "important")
    SPECIAL = "special", pgettext_lazy("review", "special")
    GENERAL = "general", pgettext_lazy("review", "general")


class RecheckState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("check", "to be checked again")
    RIGHT = "right", pgettext_lazy("check", "right")
    WRONG = "wrong", pgettext_lazy("check", "with errors")


STATE_TONES = {"due": "blue", "done": "green", "missed": "red"}
TREND_TONES = {"growth": "green", "loss": "amber", "gone": "red"}
RESULT_TONES = {"important": "purple", "special": "amber"}
RECHECK_TONES = {"waiting": "blue", "right": "green", "wrong": "red"}


#: Not in the bin.
LIVE = models.Q(deletion__isnull=True)


class Review(Record):
    """A customer in a cycle. ``facts`` holds the figures at its opening, from which the next one tells what changed."""

    name = models.CharField(_("review cycle"), max_length=30, editable=False)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="+", db_index=False
    )
    cycle = models.ForeignKey(
        "reviews.ReviewCycle", models.PROTECT, verbose_name=_("cycle"), related_name="+", db_index=False
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("to be reviewed by"),
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    due_on = models.DateField(_("due on"), editable=False)
    state = ChoiceField(_("state"), choices=ReviewState, tones=STATE_TONES, default=ReviewState.DUE, editable=False)
    trend = ChoiceField(_("development"), choices=Trend, tones=TREND_TONES, default=Trend.STEADY, editable=False)
    facts: Any = models.JSONField(default=dict, editable=False)
    proposed = ChoiceField(
        _("proposed class"), choices=Result, tones=RESULT_TONES, default=Result.GENERAL, editable=False
    )
    result = ChoiceField(_("review class"), choices=Result, tones=RESULT_TONES, null=True, editable=False)
    reason = LongTextField(_("reason"), null=True, editable=False)
    observe_until = models.DateField(_("under observation until"), null=True, editable=False)
    watch = LongTextField(_("what to watch"), null=True, editable=False)
    done_at = models.DateTimeField(_("reviewed at"), null=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("reviewed by"),
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    confirmed_count = models.PositiveSmallIntegerField(_("fields confirmed"), default=0, editable=False)
    corrected_count = models.PositiveSmallIntegerField(_("fields corrected"), default=0, editable=False)
    unreachable_count = models.PositiveSmallIntegerField(_("fields not reachable"), default=0, editable=False)
    recheck = ChoiceField(_("second check"), choices=RecheckState, tones=RECHECK_TONES, null=True, editable=False)
    checked_count = models.PositiveSmallIntegerField(_("fields checked again"), default=0, editable=False)
    wrong_count = models.PositiveSmallIntegerField(_("fields found wrong"), default=0, editable=False)
    rechecked_at = models.DateTimeField(_("checked again at"), null=True, editable=False)
    rechecked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("checked again by"),
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
    )

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        indexes = [
            bin_index("review"),
            *list_indexes("review", "due_on", by_department=False),
            models.Index(fields=("reviewer", "state", "due_on", "id"), condition=LIVE, name="review_of_person"),
            models.Index(fields=("customer", "state", "-done_at"), name="review_of_customer"),
            # All that the table of a team reads: the index alone answers it.
            models.Index(fields=("cycle", "state", "reviewer", "due_on"), condition=LIVE, name="review_of_cycle"),
        ]
        constraints = [
            models.UniqueConstraint(fields=("customer", "cycle"), name="review_once_a_cycle"),
            models.UniqueConstraint(
                fields=("customer",),
                condition=models.Q(state=ReviewState.DUE, deletion__isnull=True),
                name="review_one_due_a_customer",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ReviewState.DONE) | models.Q(done_at__isnull=False, result__isnull=False),
                name="review_done_has_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.customer_id}"
