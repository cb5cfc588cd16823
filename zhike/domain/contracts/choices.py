"""The words that contracts are classed by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class ContractState(models.TextChoices):
    """Where a version of a contract stands; from ``SENT`` on its words never change."""

    DRAFT = "draft", pgettext_lazy("contract", "draft")
    APPROVAL = "approval", pgettext_lazy("contract", "waits for approval")
    SENT = "sent", pgettext_lazy("contract", "to be signed")
    SIGNED = "signed", pgettext_lazy("contract", "in force")
    ENDED = "ended", pgettext_lazy("contract", "ended")
    CANCELLED = "cancelled", pgettext_lazy("contract", "cancelled")
    REPLACED = "replaced", pgettext_lazy("contract", "replaced by a newer version")


class Signature(models.TextChoices):
    """Who has signed."""

    NONE = "none", pgettext_lazy("signature", "nobody yet")
    OURS = "ours", pgettext_lazy("signature", "we")
    THEIRS = "theirs", pgettext_lazy("signature", "the customer")
    BOTH = "both", pgettext_lazy("signature", "both sides")


class Renewal(models.TextChoices):
    """What is to happen at the end."""

    ASK = "ask", pgettext_lazy("renewal", "talk about it before it ends")
    AUTOMATIC = "automatic", pgettext_lazy("renewal", "goes on unless somebody gives notice")
    NONE = "none", pgettext_lazy("renewal", "ends")


class Side(models.TextChoices):
    """Who owes an obligation."""

    OURS = "ours", pgettext_lazy("obligation", "we")
    THEIRS = "theirs", pgettext_lazy("obligation", "the customer")


STATE_TONES = {"approval": "amber", "sent": "blue", "signed": "green", "cancelled": "red"}
SIGNATURE_TONES = {"ours": "amber", "theirs": "amber", "both": "green"}
