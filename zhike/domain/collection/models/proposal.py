"""Proposed changes to a customer that came from outside: old and new, to be accepted one by one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.metadata.fields.columns import ChoiceField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class ProposalState(models.TextChoices):
    OPEN = "open", pgettext_lazy("proposal", "to be decided")
    SETTLED = "settled", pgettext_lazy("proposal", "decided")


class ProposalSource(models.TextChoices):
    FORM = "web_form", pgettext_lazy("proposal", "web form")
    SELF_UPDATE = "self_update", pgettext_lazy("proposal", "customer self-update")
    INTERVIEW = "interview", pgettext_lazy("proposal", "phone interview")


class Proposal(Record):
    """What somebody outside says of a customer, or of a contact there; seen by who sees the customer, written by the services alone."""

    customer = models.ForeignKey("customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="+")
    #: The contact whose values they are; empty for the customer's own, and for a contact that accepting makes.
    contact = models.ForeignKey(
        "customers.Contact", models.PROTECT, verbose_name=_("contact"), null=True, blank=True, related_name="+"
    )
    title = models.CharField(_("title"), max_length=160, default="")
    source = ChoiceField(_("source"), choices=ProposalSource, default=ProposalSource.FORM)
    state = ChoiceField(
        _("state"), choices=ProposalState, tones={"open": "amber", "settled": "green"}, default=ProposalState.OPEN
    )
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    #: The number of the colleague to whom the customer said it; empty where they wrote themselves. No field of the record.
    told_by = models.BigIntegerField(null=True, editable=False)
    #: Key of the object type that the values are of. No field of the record.
    about = models.CharField(max_length=20, default="customer", editable=False)

    class Meta:
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")
        indexes = [
            bin_index("proposal"),
            *list_indexes("proposal", "-received_at", by_department=False),
            models.Index(fields=("customer", "state"), name="proposal_customer"),
        ]

    def __str__(self) -> str:
        return self.title


class ProposedValue(models.Model):
    """One field of a proposal, as JSON values of the field's kind."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("proposal", "to be decided")
        ACCEPTED = "accepted", pgettext_lazy("proposal", "accepted")
        REFUSED = "refused", pgettext_lazy("proposal", "refused")

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="values")
    field_key = models.CharField(max_length=60)
    #: As it stood when it was proposed.
    old: Any = models.JSONField(null=True)
    new: Any = models.JSONField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    reason = models.CharField(max_length=200, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("proposal", "field_key"), name="proposed_value_once")]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.field_key}: {self.state}"
