"""Opportunities: what a customer may buy, how far it has come, and what it is worth."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.deals.choices import (
    FORECAST_TONES,
    INTENTION_TONES,
    STATE_TONES,
    DealState,
    ForecastCategory,
    Intention,
    LossReason,
    WinReason,
)
from zhike.metadata.fields.columns import ChoiceField, LongTextField, MoneyField, MultiChoiceField
from zhike.metadata.indexes import bin_index, board_indexes, list_indexes
from zhike.metadata.models import Record


class Opportunity(Record):
    """A deal in a stage of a pipeline, under the version of its rules that it began with."""

    name = models.CharField(pgettext_lazy("opportunity", "name"), max_length=160)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="opportunities", db_index=False
    )
    contact = models.ForeignKey(
        "customers.Contact", models.PROTECT, verbose_name=_("contact"), null=True, blank=True, related_name="+"
    )
    #: Keys of a pipeline and of one of its stages; what they mean stands in the version.
    pipeline = ChoiceField(_("pipeline"), max_length=30)
    stage = ChoiceField(pgettext_lazy("deal", "stage"), max_length=60)
    process_version = models.PositiveIntegerField(_("version of the process"), default=1, editable=False)
    state = ChoiceField(
        pgettext_lazy("deal", "state"),
        choices=DealState,
        tones=STATE_TONES,
        default=DealState.OPEN,
        editable=False,
    )

    amount = MoneyField(
        _("amount"), null=True, blank=True, help_text=_("Where there are lines, it is what they come to.")
    )
    #: Below it we do not go; negotiation steps are held against it.
    floor_price = MoneyField(_("lowest price"), null=True, blank=True)
    close_on = models.DateField(_("expected to close on"), null=True, blank=True)
    #: Of the stage, unless somebody knows better.
    probability = models.PositiveSmallIntegerField(_("probability (%)"), null=True, blank=True)
    forecast = ChoiceField(
        _("forecast category"), choices=ForecastCategory, tones=FORECAST_TONES, default=ForecastCategory.PIPELINE
    )
    intention = ChoiceField(_("purchase intention"), choices=Intention, tones=INTENTION_TONES, null=True, blank=True)
    evidence = LongTextField(_("what shows it"), null=True, blank=True)
    needs = LongTextField(_("what they need"), null=True, blank=True)
    proposal = LongTextField(_("what we recommend"), null=True, blank=True)
    #: Ticked items of the stages' checklists.
    checks = MultiChoiceField(_("checklist"))

    competitor = models.CharField(_("competitor"), max_length=120, null=True, blank=True)
    win_reason = ChoiceField(_("why it was won"), choices=WinReason, null=True, blank=True)
    loss_reason = ChoiceField(_("why it was lost"), choices=LossReason, null=True, blank=True)
    close_note = LongTextField(_("what is to be learnt from it"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)

    stage_since = models.DateTimeField(_("in the stage since"), editable=False)
    #: When it will have stood there longer than the stage allows.
    stage_until = models.DateTimeField(_("should leave the stage by"), null=True, blank=True, editable=False)
    #: When the stage's rule moves it on by itself.
    moves_at = models.DateTimeField(_("moves on by itself at"), null=True, blank=True, editable=False)
    note = LongTextField(_("note"), null=True, blank=True)

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        indexes = [
            bin_index("opportunity"),
            *list_indexes("opportunity", "-updated_at", by_owner=True),
            *board_indexes("opportunity", "stage"),
            # Counts and sums of the board's columns, in the order of its groups: the index alone answers them.
            models.Index(
                fields=("stage", "state", "pipeline", "amount"),
                condition=models.Q(deletion__isnull=True),
                name="opportunity_sums",
            ),
            models.Index(
                fields=("state", "close_on", "id"),
                condition=models.Q(deletion__isnull=True),
                name="opportunity_closing",
            ),
            models.Index(fields=("customer", "state"), name="opportunity_customer"),
            models.Index(
                fields=("moves_at",), condition=models.Q(moves_at__isnull=False), name="opportunity_moves_by_itself"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | models.Q(amount__gte=0),
                name="opportunity_amount_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(probability__isnull=True) | models.Q(probability__lte=100),
                name="opportunity_probability_at_most_all",
            ),
            models.CheckConstraint(
                condition=models.Q(state=DealState.OPEN, closed_at__isnull=True)
                | (~models.Q(state=DealState.OPEN) & models.Q(closed_at__isnull=False)),
                name="opportunity_closed_has_its_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=DealState.LOST) | models.Q(loss_reason__isnull=False),
                name="opportunity_lost_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name
