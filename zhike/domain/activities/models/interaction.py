"""Interactions: every contact with a customer, whatever the channel."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.domain.activities.choices import Channel, Outcome
from zhike.metadata.fields.columns import ChoiceField, LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record

OUTCOME_TONES = {
    "reached": "blue",
    "interested": "teal",
    "not_interested": "amber",
    "deal": "green",
    "complaint": "red",
    "dead_number": "amber",
}


class Interaction(Record):
    """A call, visit, mail or other contact that took place."""

    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        verbose_name=_("customer"),
        related_name="interactions",
        db_index=False,
    )
    contact = models.ForeignKey(
        "customers.Contact", models.PROTECT, verbose_name=_("contact"), null=True, blank=True, related_name="+"
    )
    channel = ChoiceField(_("channel"), choices=Channel, default=Channel.CALL)
    happened_at = models.DateTimeField(_("happened at"))
    duration_minutes = models.PositiveIntegerField(_("duration in minutes"), null=True, blank=True)
    content = LongTextField(_("content"))
    #: Of a call: the number as stored; its outcome tells what is known of it.
    dialled = models.CharField(_("number dialled"), max_length=40, null=True, blank=True)
    outcome = ChoiceField(_("outcome"), choices=Outcome, tones=OUTCOME_TONES, null=True, blank=True)
    feedback = LongTextField(_("customer's feedback"), null=True, blank=True)
    next_action = models.CharField(_("next step"), max_length=200, null=True, blank=True)
    next_at = models.DateTimeField(_("next step at"), null=True, blank=True)
    participants = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("participants"), blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        indexes = [
            bin_index("interaction"),
            *list_indexes("interaction", "-happened_at", by_department=False, by_owner=True),
            models.Index(
                "customer", models.F("happened_at").desc(), models.F("id").desc(), name="interaction_customer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.happened_at:%Y-%m-%d %H:%M}"
