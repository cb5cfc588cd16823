"""Cycles: one round of review over the tiers that were due on a day."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.customers.choices import Tier
from zhike.domain.reviews.models.policy import NO_TIER
from zhike.metadata.fields.columns import ChoiceField, MultiChoiceField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record

TIERS = (*Tier.choices, (NO_TIER, pgettext_lazy("tier", "without a tier")))


class CycleState(models.TextChoices):
    OPENING = "opening", pgettext_lazy("review cycle", "opening")
    OPEN = "open", pgettext_lazy("review cycle", "running")
    FINISHED = "finished", pgettext_lazy("review cycle", "finished")


class ReviewCycle(Record):
    """A round; ``name`` is the day on which it opened. The constraint keeps two workers from opening it twice."""

    zhike_key = "review_cycle"

    name = models.CharField(_("review cycle"), max_length=30, editable=False)
    opened_on = models.DateField(_("opened on"), unique=True, editable=False)
    due_on = models.DateField(_("due on"), editable=False)
    policy = models.ForeignKey(
        "reviews.ReviewPolicy", models.PROTECT, verbose_name=_("review policy"), related_name="+"
    )
    tiers = MultiChoiceField(_("tiers"), options=TIERS, editable=False)
    state = ChoiceField(
        _("state"),
        choices=CycleState,
        tones={"opening": "grey", "open": "blue", "finished": "green"},
        default=CycleState.OPENING,
        editable=False,
    )
    population = models.PositiveIntegerField(_("customers"), default=0, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)
    #: From which the samples are drawn, so that a draw can be repeated.
    seed = models.BigIntegerField(_("seed of the samples"), default=0, editable=False)

    class Meta:
        verbose_name = _("review cycle")
        verbose_name_plural = _("review cycles")
        indexes = [bin_index("reviewcycle"), *list_indexes("reviewcycle", "-opened_on", by_department=False)]

    def __str__(self) -> str:
        return self.name
