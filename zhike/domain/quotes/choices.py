"""Choices of quotes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class QuoteState(models.TextChoices):
    """Where a version of a quote stands."""

    DRAFT = "draft", pgettext_lazy("quote", "draft")
    APPROVAL = "approval", pgettext_lazy("quote", "waits for approval")
    SENT = "sent", pgettext_lazy("quote", "sent")
    ACCEPTED = "accepted", pgettext_lazy("quote", "accepted")
    REFUSED = "refused", pgettext_lazy("quote", "refused")
    EXPIRED = "expired", pgettext_lazy("quote", "ended without an answer")
    REPLACED = "replaced", pgettext_lazy("quote", "replaced by a newer version")


class LimitedRole(models.TextChoices):
    """Whom a discount limit concerns: the shipped roles, or everybody for whom none is named."""

    ANYBODY = "*", _("everybody else")
    SALES = "sales", _("Sales")
    MANAGER = "manager", _("Manager")
    SERVICE = "service", _("Customer service")
    EXECUTIVE = "executive", _("Executive")
    CUSTODIAN = "custodian", _("Archive custodian")
