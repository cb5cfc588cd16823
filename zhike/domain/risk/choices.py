"""The words by which evidence of risk is classed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class SignalSource(models.TextChoices):
    """Who or what it is known from."""

    STAFF = "staff", _("salesperson")
    FINANCE = "finance", _("our accounts")
    MARKET = "market", _("market feedback")
    TRADE = "trade", _("people of the trade")
    WEBSITE = "website", _("website")
    REGISTER = "register", _("public register or court")
    INTERNAL = "internal", _("word from inside")


class Reliability(models.TextChoices):
    """How far it can be relied upon; ``SHARES`` says how much of its weight it keeps."""

    CONFIRMED = "confirmed", pgettext_lazy("reliability", "confirmed")
    LIKELY = "likely", pgettext_lazy("reliability", "likely")
    RUMOUR = "rumour", pgettext_lazy("reliability", "hearsay")


#: Per cent of the weight that counts.
SHARES = {Reliability.CONFIRMED.value: 100, Reliability.LIKELY.value: 70, Reliability.RUMOUR.value: 40}


class SignalState(models.TextChoices):
    OPEN = "open", pgettext_lazy("evidence", "counts")
    DISMISSED = "dismissed", pgettext_lazy("evidence", "unfounded")
