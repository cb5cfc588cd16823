"""What arrived by a web form: kept whatever became of it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.metadata.fields.columns import ChoiceField, LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class SubmissionState(models.TextChoices):
    ACCEPTED = "accepted", pgettext_lazy("submission", "new customer")
    PROPOSED = "proposed", pgettext_lazy("submission", "known customer")
    REFUSED = "refused", pgettext_lazy("submission", "to be finished")
    SPAM = "spam", pgettext_lazy("submission", "taken for spam")


TONES = {"accepted": "green", "proposed": "blue", "refused": "red", "spam": "grey"}


class FormSubmission(Record):
    """One arrival; its owner is who looks after it. Written by the services alone."""

    title = models.CharField(_("from"), max_length=160, default="")
    form = models.ForeignKey("collection.WebForm", models.PROTECT, verbose_name=_("web form"), related_name="+")
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    state = ChoiceField(_("state"), choices=SubmissionState, tones=TONES, default=SubmissionState.ACCEPTED)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), null=True, blank=True, related_name="+"
    )
    reason = LongTextField(_("reason"), null=True, blank=True)
    #: Of the form: which texts were shown, and agreed to.
    version_number = models.PositiveIntegerField(_("version of the form"), default=0)
    consented_at = models.DateTimeField(_("agreed at"), null=True, blank=True)
    #: What was typed: {"customer": {field key: JSON value}, "contact": {…}}.
    given: Any = models.JSONField(default=dict, blank=True)
    #: Keyed hash of the sender's address, for limits; the address itself is not kept.
    sender = models.CharField(max_length=64, default="", blank=True)
    #: From the page that was sent, so that sending it twice arrives once.
    once = models.CharField(max_length=64, unique=True, null=True, blank=True)

    class Meta:
        verbose_name = _("form submission")
        verbose_name_plural = _("form submissions")
        indexes = [
            bin_index("submission"),
            *list_indexes("submission", "-received_at", by_owner=True),
            models.Index(fields=("form", "received_at"), name="submission_form"),
            models.Index(
                fields=("form", "state"), condition=models.Q(deletion__isnull=True), name="submission_form_state"
            ),
            models.Index(fields=("form", "sender", "received_at"), name="submission_sender"),
        ]

    def __str__(self) -> str:
        return self.title
