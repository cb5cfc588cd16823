"""Leads: a firm or person who showed interest, before it is known whether they become a customer."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.customers.choices import CustomerKind, Source
from zhike.metadata.fields.columns import AddressField, ChoiceField, EmailsField, LongTextField, PhonesField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class LeadState(models.TextChoices):
    NEW = "new", pgettext_lazy("lead", "new")
    WORKING = "working", pgettext_lazy("lead", "in contact")
    RETURNED = "returned", pgettext_lazy("lead", "returned")
    CONVERTED = "converted", pgettext_lazy("lead", "converted")


TONES = {"new": "blue", "working": "amber", "returned": "red", "converted": "green"}
#: Somebody still has to do something about them.
OPEN = (LeadState.NEW.value, LeadState.WORKING.value, LeadState.RETURNED.value)


class Lead(Record):
    """Interest that came from somewhere. What the product itself says of it (score, turn, deadlines) is read-only."""

    name = models.CharField(_("firm or person"), max_length=160)
    kind = ChoiceField(_("kind"), choices=CustomerKind, default=CustomerKind.COMPANY)
    contact_name = models.CharField(_("whom to speak to"), max_length=80, null=True, blank=True)
    phones = PhonesField(_("phones"))
    emails = EmailsField(_("e-mails"))
    wechat = models.CharField(_("WeChat"), max_length=60, null=True, blank=True)
    address = AddressField(_("address"))
    product = models.CharField(_("interested in"), max_length=120, null=True, blank=True)
    needs = LongTextField(_("needs"), null=True, blank=True)
    source = ChoiceField(_("source"), choices=Source, null=True, blank=True)
    campaign = models.CharField(_("campaign"), max_length=80, null=True, blank=True)
    note = LongTextField(_("note"), null=True, blank=True)

    state = ChoiceField(
        pgettext_lazy("lead", "state"), choices=LeadState, tones=TONES, default=LeadState.NEW, editable=False
    )
    score = models.SmallIntegerField(_("score"), null=True, blank=True, editable=False)
    score_why = LongTextField(_("why this score"), null=True, blank=True, editable=False)
    assigned_at = models.DateTimeField(_("given at"), null=True, blank=True, editable=False)
    assigned_why = LongTextField(_("why this person"), null=True, blank=True, editable=False)
    respond_by = models.DateTimeField(_("to be answered by"), null=True, blank=True, editable=False)
    responded_at = models.DateTimeField(_("first answered at"), null=True, blank=True, editable=False)
    escalated_at = models.DateTimeField(_("told to the manager at"), null=True, blank=True, editable=False)
    return_reason = LongTextField(_("why it was returned"), null=True, blank=True, editable=False)

    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        verbose_name=_("became customer"),
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    contact = models.ForeignKey(
        "customers.Contact",
        models.PROTECT,
        verbose_name=_("became contact"),
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    converted_at = models.DateTimeField(_("converted at"), null=True, blank=True, editable=False)
    #: Batches of the conversion, by which it is taken back, and people who returned it.
    trail: Any = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes = [
            bin_index("lead"),
            *list_indexes("lead", "-updated_at", by_owner=True),
            models.Index(
                fields=("respond_by",),
                condition=models.Q(state=LeadState.NEW, escalated_at__isnull=True, deletion__isnull=True),
                name="lead_unanswered",
            ),
            models.Index(
                fields=("owner",),
                condition=models.Q(state__in=("new", "working"), deletion__isnull=True),
                name="lead_load",
            ),
        ]

    def __str__(self) -> str:
        return self.name
