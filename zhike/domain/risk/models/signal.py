"""Evidence that a customer is a risk."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.domain.risk.choices import Reliability, SignalSource, SignalState
from zhike.metadata.fields.columns import ChoiceField, LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record

RELIABILITY_TONES = {"confirmed": "red", "likely": "amber"}
STATE_TONES = {"open": "amber"}


class RiskSignal(Record):
    """What somebody saw of a customer on a day; files are attached like to any record.

    It loses its weight evenly over the days of its indicator, and counts no more once ``valid_until`` is over.
    """

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="risk_signals", db_index=False
    )
    indicator = models.CharField(_("indicator"), max_length=40)
    seen = models.CharField(_("what was seen"), max_length=200)
    seen_on = models.DateField(_("seen on"))
    source = ChoiceField(_("known from"), choices=SignalSource, default=SignalSource.STAFF)
    reliability = ChoiceField(
        _("reliability"), choices=Reliability, tones=RELIABILITY_TONES, default=Reliability.CONFIRMED
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    state = ChoiceField(_("state"), choices=SignalState, tones=STATE_TONES, default=SignalState.OPEN)
    detail = LongTextField(_("details"), null=True, blank=True)

    class Meta:
        verbose_name = _("risk signal")
        verbose_name_plural = _("risk signals")
        indexes = [
            bin_index("risk_signal"),
            *list_indexes("risk_signal", "-seen_on", by_department=False),
            # All that grading reads.
            models.Index(
                fields=("customer", "seen_on", "indicator", "reliability", "state", "valid_until"),
                condition=models.Q(deletion__isnull=True),
                name="risk_signal_grading",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=models.F("seen_on")),
                name="risk_signal_valid_after_seen",
            ),
        ]

    def __str__(self) -> str:
        return self.seen
